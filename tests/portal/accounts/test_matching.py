"""Identity matching: name, date of birth and one more fact, and exactly one record that fits."""

from typing import Any

import pytest

from fhirapi.audit.models import AuditRecord
from fhirapi.smart.models import RecordLink
from fhirapi.smart.people import links
from fhirapi.store.load import load
from portal.accounts.matching import link_if_matched, match
from tests import people
from tests.portal.accounts.conftest import PATIENT_DOOR, try_door

PHONE = {"system": "phone", "value": "+1 (512) 555-0147"}
EMAIL = {"system": "email", "value": "Rebecca@Example.com"}


def record(resource_id: str = "142859", *telecom: dict[str, Any], **more: Any) -> dict[str, Any]:
    resource = people.patient(resource_id, "Rebecca", "Larson", "9999094", "1978-04-12")
    return {**resource, "telecom": list(telecom), **more}


@pytest.mark.parametrize("fact", [PHONE, EMAIL])
def test_name_date_of_birth_and_one_more_fact_make_a_match(patient, fact):
    load([record("142859", fact)])
    assert match(patient) == "142859"


def test_name_and_date_of_birth_alone_do_not(patient):
    load([record("142859", {"system": "phone", "value": "512-555-9999"})])
    assert match(patient) is None


def test_another_date_of_birth_does_not_match(patient):
    load([record("142859", PHONE, birthDate="1978-04-13")])
    assert match(patient) is None


def test_letter_case_and_accents_of_a_name_make_no_difference(make):
    account = make("zoe", first_name="ZOE", last_name="nunez", wants_patient=True)
    name = [{"family": "Núñez", "given": ["Zoë"]}]
    load([record("7", PHONE, name=name)])
    assert match(account) == "7"


def test_two_records_that_fit_are_left_to_an_administrator(patient):
    load([record("1", PHONE), record("2", EMAIL)])
    assert match(patient) is None


def test_of_two_namesakes_the_one_with_the_further_fact_is_meant(patient):
    load([record("1"), record("2", EMAIL)])
    assert match(patient) == "2"


@pytest.mark.parametrize(
    "fact",
    [{**PHONE, "use": "old"}, {**PHONE, "period": {"end": "2020-01-01"}}],
)
def test_a_phone_number_of_the_past_does_not_count(patient, fact):
    load([record("142859", fact)])
    assert match(patient) is None


@pytest.mark.parametrize("state", [{"active": False}, {"deceasedDateTime": "2020-01-01"}])
def test_inactive_records_and_those_of_the_dead_are_not_matched(patient, state):
    load([record("142859", PHONE, **state)])
    assert match(patient) is None


def test_a_contradicting_middle_name_prevents_a_match(make):
    account = make("rebecca", middle_name="Quinn", wants_patient=True)
    load([record("142859", PHONE, name=[{"family": "Larson", "given": ["Rebecca", "Mae"]}])])
    assert match(account) is None


def test_a_record_that_is_somebody_elses_is_not_linked_twice(patient, make):
    load([record("142859", PHONE)])
    other = make("other", wants_patient=True)
    links.link(other, "Patient", "142859", method=RecordLink.Method.DEMO)
    assert link_if_matched(patient) is None


def test_a_link_an_administrator_has_ended_is_not_made_again(patient):
    load([record("142859", PHONE)])
    assert link_if_matched(patient)
    links.unlink(patient, "Patient", by=None)
    assert link_if_matched(patient) is None


def test_an_account_without_patient_services_is_never_matched(provider):
    load([record("142859", PHONE)])
    assert link_if_matched(provider) is None


def test_a_record_that_comes_later_is_linked_at_the_next_sign_in(client, patient):
    try_door(client, PATIENT_DOOR, "rebecca")
    assert not RecordLink.objects.exists()
    load([record("142859", PHONE)])
    try_door(client, PATIENT_DOOR, "rebecca")
    assert RecordLink.objects.get().resource_id == "142859"
    assert AuditRecord.objects.filter(action="link", account_id=patient.pk).exists()
