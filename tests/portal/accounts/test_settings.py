"""Settings: a new password or PIN by somebody who is signed in and knows both old ones."""

import pytest
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from portal.accounts.models import PinDevice, Recovery
from tests.people import PASSWORD, PIN
from tests.portal.accounts.conftest import PATIENT_DOOR, errors_of, signed_in, try_door

pytestmark = pytest.mark.django_db
NEW = "an entirely new phrase"
CURRENT = {"current_password": PASSWORD, "current_pin": PIN}
NEW_PASSWORD = {**CURRENT, "password": NEW, "password_again": NEW}
NEW_PIN = {**CURRENT, "pin": "7305", "pin_again": "7305"}
PASSWORD_PAGE, PIN_PAGE = "/portal/settings/password/", "/portal/settings/pin/"
PAGES = [(PASSWORD_PAGE, NEW_PASSWORD), (PIN_PAGE, NEW_PIN)]


@pytest.fixture
def browser(patient):
    return signed_in(patient)


def test_the_menu_leads_to_it_and_it_shows_what_the_account_is(browser):
    assert b'href="/portal/settings/"' in browser.get("/portal/").content
    page = browser.get("/portal/settings/").content.decode()
    for expected in ("rebecca", "04/12/1978", "rebecca@example.com", PASSWORD_PAGE, PIN_PAGE):
        assert expected in page


def test_a_new_password_opens_the_door_and_the_old_one_does_not(client, browser):
    assert browser.post(PASSWORD_PAGE, NEW_PASSWORD).url == "/portal/settings/"
    assert try_door(client, PATIENT_DOOR, "rebecca", PASSWORD).status_code == 200
    assert try_door(client, PATIENT_DOOR, "rebecca", NEW).status_code == 302


def test_a_new_pin_opens_the_door_and_the_old_one_does_not(client, browser):
    assert browser.post(PIN_PAGE, NEW_PIN).url == "/portal/settings/"
    assert try_door(client, PATIENT_DOOR, "rebecca", pin=PIN).status_code == 200
    assert try_door(client, PATIENT_DOOR, "rebecca", pin="7305").status_code == 302


@pytest.mark.parametrize(("page", "form"), PAGES)
def test_every_other_session_ends_and_this_one_stays(browser, patient, page, form):
    other = signed_in(patient)
    browser.post(page, form)
    assert browser.get("/portal/").status_code == 200
    assert other.get("/portal/").status_code == 302


@pytest.mark.parametrize(("page", "form"), PAGES)
def test_the_owner_gets_a_letter_and_the_trail_a_record(browser, patient, mailoutbox, page, form):
    browser.post(page, form)
    what = "password" if page == PASSWORD_PAGE else "PIN"
    assert mailoutbox[0].to == [patient.email]
    assert f"{what} was just changed in the settings" in " ".join(mailoutbox[0].body.split())
    done = AuditRecord.objects.get(action="recover", outcome="success")
    assert done.detail == f"changed in the settings: {what}"
    assert b"Chose a new password or PIN" in browser.get("/portal/activity/").content


@pytest.mark.parametrize(("page", "form"), PAGES)
@pytest.mark.parametrize("wrong", [{"current_password": "wrong"}, {"current_pin": "999999"}])
def test_both_current_ones_must_be_right(client, browser, mailoutbox, page, form, wrong):
    response = browser.post(page, {**form, **wrong})
    assert "current password or PIN is not right" in errors_of(response)["__all__"][0]
    assert AuditRecord.objects.filter(action="recover", outcome="denied").count() == 1
    assert not mailoutbox
    assert try_door(client, PATIENT_DOOR, "rebecca").status_code == 302


def test_guessing_here_locks_like_guessing_at_the_door(browser):
    wrong = {**NEW_PASSWORD, "current_password": "wrong"}
    assert [browser.post(PASSWORD_PAGE, wrong).status_code for _ in range(5)] == [200] * 4 + [429]
    assert browser.post(PASSWORD_PAGE, NEW_PASSWORD).status_code == 429
    assert PinDevice.objects.get().throttling_failure_count == 0


@pytest.mark.parametrize(
    ("page", "form", "field", "value", "says"),
    [
        (PASSWORD_PAGE, NEW_PASSWORD, "current_password", "", "Enter your current password"),
        (PASSWORD_PAGE, NEW_PASSWORD, "current_pin", "", "Enter your current PIN"),
        (PASSWORD_PAGE, NEW_PASSWORD, "password", "short", "too short"),
        (PASSWORD_PAGE, NEW_PASSWORD, "password", "RebeccaLarson1", "mostly your name"),
        (PASSWORD_PAGE, NEW_PASSWORD, "password", "repecca@exampel.com", "too similar"),
        (PASSWORD_PAGE, NEW_PASSWORD, "password", PASSWORD, "the password you have now"),
        (PASSWORD_PAGE, NEW_PASSWORD, "password_again", "other", "differ"),
        (PIN_PAGE, NEW_PIN, "pin", "1234", "follow one another"),
        (PIN_PAGE, NEW_PIN, "pin", "1978", "date of birth"),
        (PIN_PAGE, NEW_PIN, "pin", PIN, "the PIN you have now"),
        (PIN_PAGE, NEW_PIN, "pin_again", "9999", "differ"),
    ],
)
def test_each_field_says_what_would_be_right(client, browser, page, form, field, value, says):
    assert says in " ".join(errors_of(browser.post(page, {**form, field: value}))[field])
    assert try_door(client, PATIENT_DOOR, "rebecca").status_code == 302


def test_while_pins_have_to_wait_the_page_says_how_long(browser):
    now = timezone.now()
    PinDevice.objects.update(throttling_failure_count=50, throttling_failure_timestamp=now)
    for page, form in PAGES:
        said = errors_of(browser.post(page, form))["current_pin"][0]
        assert "Wait 15 minutes, then try again" in said
    assert not AuditRecord.objects.filter(action="recover").exists()


def test_a_letter_of_recovery_that_is_under_way_stops_working(client, browser, patient):
    client.post("/recover/", {"email": patient.email})
    browser.post(PASSWORD_PAGE, NEW_PASSWORD)
    assert not Recovery.objects.exists()


@pytest.mark.parametrize("page", ["/portal/settings/", PASSWORD_PAGE, PIN_PAGE])
def test_strangers_are_led_to_the_door(client, db, page):
    assert client.get(page).url.startswith(PATIENT_DOOR)
