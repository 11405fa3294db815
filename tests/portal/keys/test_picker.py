"""The provider's patient picker, with and without a script."""

import pytest
from django.db import connection

from fhirapi.audit.models import AuditRecord
from fhirapi.smart.people import keys
from fhirapi.store.load import load
from portal.keys import picker
from tests import people
from tests.people import make_key
from tests.portal.keys.conftest import VALID
from tests.portal.ui.browser import signed_in, text, unapprove

PICKER = "/portal/api/patients/"
NEW = "/portal/api/new/"


def chosen(response):
    return [each.id for each in response.context["picker"].chosen]


def found(response):
    return [each.id for each in response.context["picker"].found or []]


@pytest.mark.parametrize(
    "asked",
    ["reb", "LARSON", "9999094", "04/12/1978", "rebecca lars", "Larson, Rebecca", "larson,reb",
     "Larson, Rebecca 9999094", "Rebecca Larson - 9999094", "MRN: 9999094", "#9999094",
     "04-12-1978", "1978-04-12", "1978-4-12", "4/12/1978", "4/12/78", "4-12-78", "04.12.1978",
     "04121978", "4/12", "4/12/", "04/12/1", "04/12/19", "04/12/197", "1978", "1978-04", "4/1978",
     "Rebecca (04/12/1978)", "DOB 4/12/78 lars"],
)  # fmt: skip
def test_a_patient_is_found_by_name_mrn_and_date_of_birth(greys, asked):
    response = greys.post(PICKER, {"find": asked})
    assert found(response) == ["142859"]
    assert "Rebecca Larson - 9999094" in text(response)
    assert "born 04/12/1978" in text(response)


@pytest.mark.parametrize(
    "asked",
    ["Zoë", "9999100", "no such name", "%", "_", "\x00", "x" * 5000,
     "-", "/", ",", "mrn", "4/12/77", "13/45/1978", "04/12/2978", "%%%/%%", "larson wright",
     "\\", "a\\", "\\|", "\N{COMBINING ACUTE ACCENT}"],
)  # fmt: skip
def test_nobody_elses_patient_is_found(greys, asked):
    assert found(greys.post(PICKER, {"find": asked})) == []


@pytest.mark.parametrize("asked", ["jones", "smith-j", "Smith-Jones, Mary", "mary o'b", "O'Brien"])
def test_names_with_hyphen_or_apostrophe_are_found(greys, asked):
    family = "O'Brien" if "b" in asked.lower() else "Smith-Jones"
    load([people.patient("8", "Mary", family, "9999103", "1991-02-03")])
    assert found(greys.post(PICKER, {"find": asked})) == ["8"]


def test_a_search_leaves_an_audit_record_without_what_was_typed(greys):
    greys.post(PICKER, {"find": "rebecca"}, REMOTE_ADDR="192.0.2.7")
    searched = AuditRecord.objects.get(action=AuditRecord.Action.PATIENT_SEARCH)
    assert searched.address == "192.0.2.7"
    assert searched.patient_ids == ["142859"]
    assert "rebecca" not in str(vars(searched)).lower()


def test_names_on_chips_leave_an_audit_record_too(greys):
    greys.post(PICKER, {"patients": ["142859"], "add": "142860"}, REMOTE_ADDR="192.0.2.7")
    shown = AuditRecord.objects.get(action=AuditRecord.Action.PATIENT_SEARCH)
    assert sorted(shown.patient_ids) == ["142859", "142860"]
    assert shown.address == "192.0.2.7"


def test_patients_are_added_and_removed(greys):
    added = greys.post(PICKER, {"patients": ["142859"], "add": "142860"})
    assert set(chosen(added)) == {"142859", "142860"}
    assert "John Wright - 9999097 added. 2 patients chosen." in text(added)
    removed = greys.post(PICKER, {"patients": ["142859", "142860"], "remove": "142859"})
    assert chosen(removed) == ["142860"]


def test_a_patient_of_another_doctor_cannot_be_added(greys):
    response = greys.post(PICKER, {"add": "7"})
    assert chosen(response) == []
    assert "Núñez" not in text(response)


def test_a_chosen_patient_is_not_offered_again(greys):
    assert found(greys.post(PICKER, {"find": "rebecca", "patients": ["142859"]})) == []


def test_without_a_script_the_form_searches_and_keeps_what_was_entered(greys):
    response = greys.post(NEW, {**VALID, "label": "Clinic", "find": "wright", "search": "1"})
    assert found(response) == ["142860"]
    assert 'value="Clinic"' in text(response)


def test_enter_in_the_search_box_searches_rather_than_saves(greys, dr_grey):
    form = {name: value for name, value in VALID.items() if name != "save"}
    response = greys.post(NEW, {**form, "find": "wright", "patients": ["142859"]})
    assert found(response) == ["142860"]
    assert not keys.keys_of(dr_grey.account).exists()


def test_keys_have_patient_sets_of_their_own(greys, dr_grey):
    greys.post(NEW, {**VALID, "patients": ["142859", "142860"]})
    greys.post(NEW, {**VALID, "patients": ["142860"]})
    newest, oldest = keys.keys_of(dr_grey.account)
    assert newest.data_access_grant.patient_ids == ["142860"]
    assert oldest.data_access_grant.patient_ids == ["142859", "142860"]


def test_chips_are_saved_with_the_key(greys, dr_grey):
    key = make_key(dr_grey, ["142859"])
    greys.post(f"/portal/api/{key.access_key_id}/", {**VALID, "patients": ["142860"]})
    key.data_access_grant.refresh_from_db()
    assert key.data_access_grant.patient_ids == ["142860"]


@pytest.mark.parametrize(
    ("patients", "message"),
    [
        ([], "Choose at least one patient"),
        (["7"], "not under your care"),
        (["142859", "7"], "not under your care"),
        (["no-such-id"], "not under your care"),
        (["\x00"], "not under your care"),
        ([str(number) for number in range(600)], f"at most {picker.MOST_PATIENTS}"),
    ],
)
def test_a_bad_choice_is_explained_and_nothing_is_saved(greys, dr_grey, patients, message):
    response = greys.post(NEW, {**VALID, "patients": patients})
    assert message in response.context["picker"].error
    assert not keys.keys_of(dr_grey.account).exists()


def test_a_patient_who_left_the_care_is_mentioned_but_not_named(greys, dr_grey):
    key = make_key(dr_grey, ["142859", "142860"])
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM fhirapi_carerelationship WHERE patient_id = '142859'")
    page = text(greys.get(f"/portal/api/{key.access_key_id}/"))
    assert "1 patient of this key is no longer under your care" in page
    assert "Larson" not in page


def test_a_patient_has_no_picker(rebeccas):
    assert rebeccas.post(PICKER, {"find": "wright"}).status_code == 403


def test_a_provider_who_waits_for_approval_finds_nobody(dr_grey):
    browser = signed_in(unapprove(dr_grey.account))
    assert browser.post(PICKER, {"find": "wright"}).status_code == 302
    assert browser.post(NEW, {**VALID, "patients": ["142859"]}).url == "/portal/api/"


def test_names_never_stand_in_an_address(greys):
    assert greys.get(PICKER, {"find": "wright"}).status_code == 405
