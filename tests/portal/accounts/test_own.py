"""Settings of one's own: email address, phone number, language and time zone, closing."""

import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from fhirapi.smart.models import DataAccessGrant, RecordLink
from portal.accounts.models import Account, FailedSignIn, PinDevice
from portal.accounts.own.models import EmailChange
from tests.people import PASSWORD, PIN
from tests.portal.accounts.conftest import (
    FORM,
    PATIENT_DOOR,
    errors_of,
    link_in,
    signed_in,
    try_door,
)

pytestmark = pytest.mark.django_db
SETTINGS, EMAIL = "/portal/settings/", "/portal/settings/email/"
PHONE, WISHES, CLOSE = (
    "/portal/settings/phone/", "/portal/settings/preferences/", "/portal/settings/close/",
)  # fmt: skip
PROOF = {"current_password": PASSWORD, "current_pin": PIN}
NEW = "an entirely new phrase"
NEW_EMAIL = {**PROOF, "email": "new@example.com"}


@pytest.fixture
def browser(patient):
    return signed_in(patient)


@pytest.fixture
def asked(browser, mailoutbox):
    """A new address is under way; the links of both letters."""
    assert browser.post(EMAIL, NEW_EMAIL).url == SETTINGS
    return {letter.to[0]: re.search(r"/email/\S+/", letter.body)[0] for letter in mailoutbox}


def email_of(account):
    return Account.objects.get(pk=account.pk).email


class TestEmail:
    def test_nothing_changes_before_the_new_mailbox_has_confirmed(self, client, patient, asked):
        assert email_of(patient) == "rebecca@example.com"
        confirm = asked["new@example.com"]
        client.get(confirm)  # as programs do that look at letters
        assert email_of(patient) == "rebecca@example.com"
        client.post(confirm)
        assert email_of(patient) == "new@example.com"

    def test_the_link_works_once(self, client, asked):
        client.post(asked["new@example.com"])
        assert client.post(asked["new@example.com"]).status_code == 410

    def test_and_not_for_long(self, client, patient, asked):
        EmailChange.objects.update(asked_at=timezone.now() - timedelta(hours=25))
        assert client.post(asked["new@example.com"]).status_code == 410
        assert email_of(patient) == "rebecca@example.com"

    def test_the_old_mailbox_can_stop_it(self, client, patient, asked):
        client.post(asked["rebecca@example.com"])
        assert client.post(asked["new@example.com"]).status_code == 410
        assert email_of(patient) == "rebecca@example.com"

    def test_and_undo_it_which_ends_every_session(self, browser, client, patient, asked):
        client.post(asked["new@example.com"])
        assert client.post(asked["rebecca@example.com"]).url == "/recover/"
        assert email_of(patient) == "rebecca@example.com"
        assert browser.get(SETTINGS).status_code == 302

    def test_the_owner_can_give_it_up(self, browser, client, asked):
        assert b"new@example.com waits" in browser.get(SETTINGS).content
        browser.post(f"{EMAIL}cancel/")
        assert client.get(asked["new@example.com"]).status_code == 410

    def test_taking_the_account_back_by_letter_ends_what_another_asked_for(
        self, client, patient, mailoutbox, asked
    ):
        client.post("/recover/", {"email": patient.email})
        chosen = {"password": NEW, "password_again": NEW, "current_pin": PIN}
        client.post(link_in(mailoutbox[-1]), {"forgotten": "password", **chosen})
        assert client.post(asked["new@example.com"]).status_code == 410
        assert email_of(patient) == "rebecca@example.com"

    def test_so_does_a_new_password_in_the_settings(self, browser, client, patient, asked):
        chosen = {**PROOF, "password": NEW, "password_again": NEW}
        assert browser.post(f"{SETTINGS}password/", chosen).status_code == 302
        assert client.post(asked["new@example.com"]).status_code == 410
        assert email_of(patient) == "rebecca@example.com"

    @pytest.mark.parametrize("wrong", [{"current_password": "wrong"}, {"current_pin": "9999"}])
    def test_it_takes_password_and_pin(self, browser, mailoutbox, wrong):
        assert "not right" in errors_of(browser.post(EMAIL, {**NEW_EMAIL, **wrong}))["__all__"][0]
        assert not mailoutbox
        assert AuditRecord.objects.filter(action="account-change", outcome="denied").exists()

    def test_an_address_that_is_taken_is_told_to_its_owner_only(self, browser, make, mailoutbox):
        make("other", email="new@example.com")
        assert browser.post(EMAIL, NEW_EMAIL).url == SETTINGS
        said = {letter.to[0]: letter for letter in mailoutbox}
        assert "already have a QSmartCare account" in said["new@example.com"].subject
        assert "/email/confirm/" not in said["new@example.com"].body

    def test_somebody_who_took_it_meanwhile_keeps_it(self, client, patient, make, asked):
        make("other", email="new@example.com")
        assert client.post(asked["new@example.com"]).status_code == 410
        assert email_of(patient) == "rebecca@example.com"

    def test_the_address_of_now_is_no_new_one(self, browser):
        answer = browser.post(EMAIL, {**PROOF, "email": "Rebecca@Example.com"})
        assert "you have now" in errors_of(answer)["email"][0]


class TestPhone:
    def test_it_is_kept_as_ten_digits(self, browser, patient):
        assert browser.post(PHONE, {**PROOF, "phone": "(312) 555-0199"}).url == SETTINGS
        patient.refresh_from_db()
        assert patient.phone == "3125550199"
        assert AuditRecord.objects.filter(action="account-change").count() == 1

    @pytest.mark.parametrize("phone", ["0000000000", "5551234567", "12", ""])
    def test_one_that_cannot_be_is_refused(self, browser, patient, phone):
        assert "phone" in errors_of(browser.post(PHONE, {**PROOF, "phone": phone}))

    def test_not_many_can_be_tried_in_a_day(self, browser, patient):
        for last in range(5):
            browser.post(PHONE, {**PROOF, "phone": f"312555019{last}"})
        patient.refresh_from_db()
        assert patient.phone == "3125550192"


class TestPreferences:
    @pytest.mark.parametrize(
        ("typed", "zone"),
        [("America/Chicago", "America/Chicago"), ("chicago", "America/Chicago"), ("", ""),
         ("Mountain", "America/Denver"), ("new york", "America/New_York")],
    )  # fmt: skip
    def test_a_time_zone_is_found_by_name_and_city(self, browser, patient, typed, zone):
        browser.post(WISHES, {"language": "es", "time_zone": typed})
        patient.refresh_from_db()
        assert (patient.language, patient.time_zone) == ("es", zone)

    @pytest.mark.parametrize("wrong", [{"time_zone": "Mars/Base"}, {"language": "xx"}])
    def test_what_there_is_not_is_refused(self, browser, patient, wrong):
        assert errors_of(browser.post(WISHES, {"language": "", "time_zone": "", **wrong}))

    def test_letters_speak_the_language_of_the_account(self, browser, patient, mailoutbox):
        browser.post(WISHES, {"language": "es", "time_zone": ""})
        assert b'lang="es"' in browser.get(SETTINGS).content

    def test_us_zones_come_first(self, browser):
        page = browser.get(WISHES).content.decode()
        assert page.index("America/New_York") < page.index("Africa/")


class TestClosing:
    FORM = {**PROOF, "word": "CLOSE"}

    @pytest.fixture
    def closed(self, rebecca):
        rebecca.key  # noqa: B018 - makes it
        browser = signed_in(rebecca.account)
        assert browser.post(CLOSE, self.FORM).url == PATIENT_DOOR
        return browser

    def test_everything_it_opened_ends(self, closed, rebecca):
        assert closed.get(SETTINGS).status_code == 302
        assert try_door(closed, PATIENT_DOOR, "rebecca").status_code == 200
        assert not DataAccessGrant.objects.filter(revoked_at=None).exists()
        assert not RecordLink.objects.filter(account=rebecca.account, revoked_at=None).exists()

    def test_its_key_gets_no_token(self, api, rebecca):
        session = api.as_(rebecca.key)
        assert session.get("Patient/142859").status_code == 200
        signed_in(rebecca.account).post(CLOSE, self.FORM)
        assert session.get("Patient/142859").status_code == 401

    def test_it_is_told_and_audited(self, closed, mailoutbox):
        assert "is closed" in mailoutbox[-1].subject
        assert AuditRecord.objects.filter(action="account-close", outcome="success").count() == 1

    @pytest.mark.parametrize(
        "wrong",
        [{"word": "close"}, {"word": ""}, {"current_pin": "9999"}, {"current_password": ""}],
    )
    def test_it_takes_the_word_the_password_and_the_pin(self, browser, patient, wrong):
        assert errors_of(browser.post(CLOSE, {**self.FORM, **wrong}))
        assert browser.get(SETTINGS).status_code == 200

    def test_an_administrator_asks_another_one(self, administrator):
        browser = signed_in(administrator)
        assert browser.post(CLOSE, self.FORM).status_code == 200
        assert Account.objects.get(pk=administrator.pk).is_active

    def test_contact_data_goes_after_thirty_days(self, closed, rebecca):
        call_command("clear_expired", verbosity=0)
        assert email_of(rebecca.account)
        Account.objects.update(closed_at=timezone.now() - timedelta(days=31))
        call_command("clear_expired", verbosity=0)
        account = Account.objects.get(pk=rebecca.account.pk)
        assert (account.email, account.phone, account.city) == ("", "", "")
        assert account.last_name == "Larson"
        assert not PinDevice.objects.filter(user=account).exists()

    def test_who_registers_again_too_soon_is_told_by_letter(self, client, closed, mailoutbox):
        client.post("/app/registration.html", {**FORM, "email": "rebecca@example.com"})
        assert "It belongs to an account that is closed" in " ".join(mailoutbox[-1].body.split())

    def test_one_that_was_opened_again_keeps_it(self, closed, rebecca):
        Account.objects.update(closed_at=timezone.now() - timedelta(days=31), is_active=True)
        call_command("clear_expired", verbosity=0)
        assert email_of(rebecca.account)


@pytest.mark.parametrize("page", [EMAIL, PHONE, WISHES, CLOSE])
def test_strangers_are_led_to_the_door(client, db, page):
    assert client.get(page).url.startswith(PATIENT_DOOR)


@pytest.mark.parametrize("link", ["/email/confirm/nothing/", "/email/undo/nothing/"])
def test_a_made_up_link_leads_nowhere(client, db, link):
    assert client.get(link).status_code == 410


@pytest.mark.parametrize("page", [EMAIL, PHONE, CLOSE, "/portal/settings/password/"])
def test_a_failed_try_keeps_nothing_of_what_was_typed(browser, page):
    again = "another long phrase"
    typed = {"email": "new@example.com", "phone": "3125550199", "password": again,
             "password_again": again}  # fmt: skip
    browser.post(page, {**PROOF, **typed, "current_pin": "739155", "word": "CLOSE"})
    kept = str(FailedSignIn.objects.values().get())
    secrets = {**PROOF, **typed, "current_pin": "739155"}
    assert [each for each in secrets.values() if each in kept] == []
