"""The pages of a record: what stands on them, and what does not."""

from typing import Any

import pytest

from fhirapi.audit.models import AuditRecord
from fhirapi.definitions import registry
from fhirapi.store.load import load
from portal.record.sections import NOT_SHOWN, SECTIONS
from tests import people
from tests.portal.record.conftest import RECORD
from tests.portal.ui.browser import signed_in, text


def condition(
    id_: str, words: str, clinical: str = "active", verified: str = "confirmed"
) -> dict[str, Any]:
    return {
        "resourceType": "Condition",
        "id": id_,
        "clinicalStatus": {"coding": [{"code": clinical}]},
        "verificationStatus": {"coding": [{"code": verified}]},
        "code": {"text": words},
        "subject": {"reference": "Patient/142859"},
        "onsetDateTime": "2021-03",
    }


def test_every_type_of_a_record_has_its_section():
    shown = {type_ for each in SECTIONS for type_ in each.types}
    assert {each.name for each in registry.every() if each.patient} == shown | set(NOT_SHOWN)


def test_every_section_opens_and_says_what_it_has(reader):
    for each in SECTIONS:
        page = text(reader.get(f"{RECORD}{each.slug}/"))
        assert f">{each.words}</h1>" in page
    assert "Nothing of this kind is in the record" in text(reader.get(f"{RECORD}devices/"))


def test_active_problems_come_first_and_all_can_be_shown(rebeccas):
    load([condition("c-1", "Asthma"), condition("c-2", "Measles", "resolved")])
    page = text(rebeccas.get(f"{RECORD}problems/"))
    assert ("Asthma" in page, "Measles" in page, "03/2021" in page) == (True, False, True)
    assert "Measles" in text(rebeccas.get(f"{RECORD}problems/?show=all"))


def test_what_was_recorded_by_mistake_is_left_out_with_a_note(rebeccas):
    load([condition("c-1", "Asthma", verified="entered-in-error")])
    page = text(rebeccas.get(f"{RECORD}problems/?show=all"))
    assert "Asthma" not in page
    assert "1 entry that was recorded by mistake is left out" in page
    assert "Asthma" not in text(rebeccas.post(f"{RECORD}find/", {"find": "asthma"}))


def test_a_refuted_problem_is_shown_as_such(rebeccas):
    load([condition("c-1", "Asthma", verified="refuted")])
    assert '<span class="badge warn">Refuted</span>' in text(rebeccas.get(f"{RECORD}problems/"))


def test_a_long_section_has_pages_that_follow_each_other(rebeccas):
    load(
        [
            people.encounter(f"e-{n}", "142859", f"20{n:02}-01-01", f"Visit{n:02}.")
            for n in range(60)
        ]
    )
    first = rebeccas.get(f"{RECORD}visits/")
    second = text(rebeccas.get(f"{RECORD}visits/", {"after": first.context["next"]}))
    seen = [n for n in range(60) for page in (text(first), second) if f"Visit{n:02}." in page]
    assert seen == list(range(60))
    assert "Visit59." in text(first)


@pytest.mark.parametrize(
    "after", ["x", "_", "2024-01-01_1", "\x00_1", "9" * 50, "-infinity_" + "9" * 30]
)
def test_a_place_that_no_page_told_begins_at_the_beginning(rebeccas, after):
    load([people.encounter("e-1", "142859", "2024-01-01", "Headache")])
    assert "Headache" in text(rebeccas.get(f"{RECORD}visits/", {"after": after}))


def test_every_page_stands_in_the_trail(rebeccas):
    rebeccas.get(f"{RECORD}allergies/")
    last = AuditRecord.objects.latest("id")
    assert (last.action, last.resource_type) == ("search", "AllergyIntolerance")
    assert (last.patient_ids, last.detail) == (["142859"], "portal")


@pytest.mark.parametrize(
    "page", ["visits/", "labs/", "labs/tests/0123456789abcdef/", "documents/d-1/",
             "documents/d-1/1/", "download/"]
)  # fmt: skip
def test_somebody_elses_record_does_not_exist(rebeccas, page):
    before = AuditRecord.objects.count()
    assert rebeccas.get(f"/portal/patients/142860/record/{page}").status_code == 404
    assert rebeccas.post("/portal/patients/142860/record/find/", {"find": "x"}).status_code == 404
    assert AuditRecord.objects.count() == before


def test_a_section_that_does_not_exist_is_not_found(rebeccas):
    assert rebeccas.get(f"{RECORD}nonsense/").status_code == 404


def test_a_link_that_ends_closes_the_record_at_once(rebeccas, rebecca):
    people.links.unlink(rebecca.account, "Patient", by=None)
    assert rebeccas.get(f"{RECORD}visits/").status_code == 404


def test_the_menu_leads_to_the_own_record(rebeccas):
    page = text(rebeccas.get(f"{RECORD}visits/"))
    assert '<a href="/portal/record/" aria-current="true">My record</a>' in page
    assert rebeccas.get("/portal/record/").url == "/portal/patients/142859/"


def test_providers_and_people_without_a_record_have_no_such_entry(dr_grey, db):
    other = people.account("new", "Nora", "Newman", wants_patient=True)
    for account in (dr_grey.account, other):
        assert "My record" not in text(signed_in(account).get("/portal/settings/"))
