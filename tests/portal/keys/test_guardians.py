"""A guardian without a record of their own makes access keys for those whose record they open."""

import pytest

from fhirapi.smart.models import AccessKey, RecordLink
from fhirapi.smart.people import links, patients
from fhirapi.store.load import load
from portal.accounts.models import Account
from tests import people
from tests.portal.accounts.conftest import signed_in

VALID = {"valid_from": "01/01/2026", "valid_to": "12/31/2099", "save": "1"}


@pytest.fixture
def grace(practice) -> Account:
    related = [
        {"resourceType": "RelatedPerson", "id": f"rp-{each}", "active": True,
         "patient": {"reference": f"Patient/{each}"}}
        for each in ("142860", "7")
    ]  # fmt: skip
    load(related)
    made = people.account("grace", "Grace", "Miller", wants_patient=True)
    for each in ("rp-142860", "rp-7"):
        links.link(made, "RelatedPerson", each, method=RecordLink.Method.DEMO)
    return made


def test_the_page_names_those_whom_the_key_will_open(grace):
    page = signed_in(grace).get("/portal/api/new/").content.decode()
    assert "those you care for" in page
    assert "John Wright - 9999097" in page


def test_the_key_opens_their_records_and_no_other(grace, api):
    signed_in(grace).post("/portal/api/new/", VALID)
    key = AccessKey.objects.get()
    assert sorted(key.patient_ids) == ["142860", "7"]
    assert api.as_(key).get("Patient/142860").status_code == 200
    assert api.as_(key).get("Patient/142859").status_code == 404


def test_when_the_link_ends_the_key_opens_nothing_more_of_it(grace, api):
    signed_in(grace).post("/portal/api/new/", VALID)
    session = api.as_(AccessKey.objects.get())
    links.unlink(grace, "RelatedPerson", by=None, resource_id="rp-7")
    assert session.get("Patient/7").status_code == 404
    assert patients.wards(grace) == ["142860"]


def test_without_any_link_no_key_is_made(db):
    lonely = people.account("lonely", "Lo", "Nely", wants_patient=True)
    assert signed_in(lonely).post("/portal/api/new/", VALID).url == "/portal/api/"
    assert not AccessKey.objects.exists()


def test_the_start_page_does_not_tell_a_guardian_to_wait(grace):
    page = signed_in(grace).get("/portal/").content.decode()
    assert "open the records you look after" in page
    assert "as soon as your account is ready" not in page
