"""The list, one key, and a new key, as a patient."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from fhirapi.smart.people import keys, links
from tests import people
from tests.people import make_key
from tests.portal.keys.conftest import VALID, address_of
from tests.portal.ui.browser import signed_in, text

PAGES = ["", "secret/", "rotate/"]


def test_a_patient_creates_a_key_for_the_own_record(rebecca, rebeccas):
    response = rebeccas.post("/portal/api/new/", {**VALID, "label": "My phone"})
    key = keys.keys_of(rebecca.account).get()
    assert response.url == f"/portal/api/{key.access_key_id}/"
    assert key.data_access_grant.patient_ids == ["142859"]
    assert (key.label, key.valid_from) == ("My phone", date(2026, 1, 1))


def test_the_only_key_stands_on_manage_api_itself(rebecca, rebeccas, settings):
    shown = rebecca.key.access_key_id
    page = text(rebeccas.get("/portal/api/"))
    for expected in (
        "Manage API", shown, "SecretAccessKey", "01/01/2020", "12/31/2099",
        f"{settings.BASE_URL}/patient-api/controller/patient-service.php", "Active",
        "Rebecca Larson - 9999094",
    ):  # fmt: skip
        assert expected in page


def test_several_keys_are_listed_with_their_status(rebecca, rebeccas):
    past = make_key(rebecca, ["142859"], valid_to=date(2021, 1, 1))
    coming = make_key(rebecca, ["142859"], valid_from=timezone.localdate() + timedelta(days=9))
    page = text(rebeccas.get("/portal/api/"))
    assert past.access_key_id in page
    assert coming.access_key_id in page
    assert "Expired" in page
    assert "Not yet valid" in page


def test_no_page_holds_the_secret_before_it_is_asked_for(rebecca, rebeccas):
    secret = rebecca.secret
    for page in PAGES:
        assert secret not in text(rebeccas.get(address_of(rebecca, page)))
    assert secret not in text(rebeccas.get("/portal/api/"))


@pytest.mark.parametrize("page", [*PAGES, "status/"])
def test_somebody_elses_key_does_not_exist(rebeccas, john, page):
    address = address_of(john, page)
    assert rebeccas.post(address, {**VALID, "active": "no"}).status_code == 404
    if page != "status/":
        assert rebeccas.get(address).status_code == 404
    john.key.refresh_from_db()
    assert john.key.is_active


@pytest.mark.parametrize("page", ["", "new/", "0123456789ABCDEF/", "0123456789ABCDEF/secret/"])
def test_nobody_sees_a_page_without_signing_in(client, db, page):
    response = client.get(f"/portal/api/{page}")
    assert response.status_code == 302
    assert response.url.startswith("/patient/index.html?next=")


def test_an_account_without_a_record_is_told_why_nothing_can_be_made(db):
    browser = signed_in(people.account("new", "Nora", "Newman", wants_patient=True))
    page = text(browser.get("/portal/api/"))
    assert "linked to your record" in page
    assert "Create access key" not in page
    assert browser.post("/portal/api/new/", VALID).url == "/portal/api/"


def test_a_key_whose_record_was_unlinked_shows_nothing_of_it(rebecca, rebeccas):
    assert rebecca.key
    links.unlink(rebecca.account, "Patient", by=None)
    page = text(rebeccas.get("/portal/api/"))
    assert "9999094" not in page
    assert "no longer linked" in page


def test_validity_is_saved(rebecca, rebeccas):
    changed = {**VALID, "valid_from": "02/03/2026", "valid_to": "2027-04-05"}
    assert rebeccas.post(address_of(rebecca), changed).status_code == 302
    rebecca.key.refresh_from_db()
    assert (rebecca.key.valid_from, rebecca.key.valid_to) == (date(2026, 2, 3), date(2027, 4, 5))


def test_the_name_of_a_key_is_changed_and_taken_away(rebecca, rebeccas):
    for name in ("My tablet", ""):
        page = text(rebeccas.post(address_of(rebecca), {**VALID, "label": name}, follow=True))
        rebecca.key.refresh_from_db()
        assert rebecca.key.label == name
        assert (name or "Access key") in page
    changed = AuditRecord.objects.filter(detail="label changed")
    assert changed.count() == 2
    assert "tablet" not in str(changed.values())


def test_a_form_without_the_name_leaves_it_alone(rebecca, rebeccas):
    rebeccas.post(address_of(rebecca), {**VALID, "label": "My tablet"})
    rebeccas.post(address_of(rebecca), {**VALID, "valid_to": "12/30/2099"})
    rebecca.key.refresh_from_db()
    assert (rebecca.key.label, rebecca.key.valid_to) == ("My tablet", date(2099, 12, 30))


@pytest.mark.parametrize("label", ["x" * 61, "a\x00b"])
def test_a_bad_name_is_explained_and_changes_nothing(rebecca, rebeccas, label):
    response = rebeccas.post(address_of(rebecca), {**VALID, "label": label})
    assert response.context["form"].errors["label"]
    rebecca.key.refresh_from_db()
    assert rebecca.key.label == ""


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("valid_from", "", "Enter a date as MM/DD/YYYY."),
        ("valid_from", "02/30/2026", "Enter a date that exists"),
        ("valid_from", "31/12/2026", "Enter a date that exists"),
        ("valid_to", "next year", "Enter a date that exists"),
        ("valid_to", "01/01/2025", "Valid To must not lie before Valid From."),
        ("valid_to", "01/01/2500", "Enter a year between"),
    ],
)
def test_a_bad_date_is_explained_and_changes_nothing(rebecca, rebeccas, field, value, message):
    response = rebeccas.post(address_of(rebecca), {**VALID, field: value})
    assert message in response.context["form"].errors[field][0]
    assert 'aria-invalid="true"' in text(response)
    rebecca.key.refresh_from_db()
    assert rebecca.key.valid_from == date(2020, 1, 1)


def test_a_new_key_that_has_already_ended_is_refused(rebecca, rebeccas):
    past = {**VALID, "valid_from": "01/01/2020", "valid_to": "01/01/2021"}
    response = rebeccas.post("/portal/api/new/", past)
    assert "This day is past" in response.context["form"].errors["valid_to"][0]
    assert not keys.keys_of(rebecca.account).exists()


def test_a_label_of_more_than_sixty_letters_is_refused(rebecca, rebeccas):
    response = rebeccas.post("/portal/api/new/", {**VALID, "label": "x" * 61})
    assert "label" in response.context["form"].errors
    assert not keys.keys_of(rebecca.account).exists()


def test_a_patient_cannot_smuggle_another_patient_into_a_key(rebecca, rebeccas, john):
    rebeccas.post("/portal/api/new/", {**VALID, "patients": ["142860"]})
    assert keys.keys_of(rebecca.account).get().data_access_grant.patient_ids == ["142859"]
