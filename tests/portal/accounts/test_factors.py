"""Second factors: an authenticator app, its recovery codes, and what they open."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django_otp.oath import totp

from fhirapi.audit.models import AuditRecord
from portal.accounts.factors.models import Authenticator, RecoveryCode
from portal.accounts.models import PinDevice, Recovery
from portal.accounts.pin import confirm_pin
from portal.accounts.tokens import digest, new_token
from tests.people import PASSWORD, PIN
from tests.portal.accounts.conftest import PATIENT_DOOR, errors_of, signed_in, try_door

pytestmark = pytest.mark.django_db
ADD, CONFIRM = "/portal/settings/authenticator/", "/portal/settings/authenticator/confirm/"
REMOVE, CODES = "/portal/settings/authenticator/remove/", "/portal/settings/recovery-codes/"
PROOF = {"current_password": PASSWORD, "current_pin": PIN}


@pytest.fixture
def browser(patient):
    return signed_in(patient)


@pytest.fixture
def codes(browser):
    """Of an authenticator app that has been set up."""
    browser.post(ADD, PROOF)
    return browser.post(CONFIRM, {"code": code()}).context["codes"]


def code(steps: int = 0) -> str:
    """What the app shows, ``steps`` half minutes from now."""
    return f"{totp(Authenticator.objects.get().key, t0=-30 * steps):06}"


def forget_the_last() -> None:
    Authenticator.objects.update(last_step=-1)


def sign_in(pin: str) -> int:
    return int(try_door(Client(), PATIENT_DOOR, "rebecca", pin=pin).status_code)


def test_the_picture_and_the_key_come_after_password_and_pin(browser):
    assert browser.get(CONFIRM).url == ADD
    assert browser.post(ADD, {**PROOF, "current_pin": "9999"}).status_code == 200
    assert browser.post(ADD, PROOF).url == CONFIRM
    page = browser.get(CONFIRM).content.decode()
    assert "<svg" in page
    assert "style=" not in page
    assert re.search(r"([A-Z2-7]{4} ){7}[A-Z2-7]{4}", page)


def test_pages_that_show_a_secret_are_not_compressed(browser):
    browser.post(ADD, PROOF)
    for page in (browser.get(CONFIRM), browser.post(CONFIRM, {"code": code()})):
        assert "no-transform" in page["Cache-Control"]
    assert "no-transform" in browser.post(CODES, PROOF)["Cache-Control"]


def test_it_counts_only_once_a_code_has_confirmed_it(browser):
    browser.post(ADD, PROOF)
    assert sign_in(code()) == 200
    assert (
        "not the code of the moment"
        in errors_of(browser.post(CONFIRM, {"code": "000000"}))["code"][0]
    )
    assert browser.post(CONFIRM, {"code": code()}).context["codes"]
    forget_the_last()
    assert sign_in(code()) == 302


def test_the_key_is_not_in_the_database_as_it_is(codes):
    stored = Authenticator.objects.get()
    assert stored.key.hex() not in stored.key_encrypted


def test_a_code_takes_the_place_of_the_pin_and_is_taken_once(codes):
    assert sign_in(code()) == 200  # it confirmed the app
    assert sign_in(code(1)) == 302
    assert sign_in(code(1)) == 200
    assert AuditRecord.objects.filter(detail="with authenticator app").count() == 1


def test_the_pin_goes_on_working(codes):
    assert sign_in(PIN) == 302


@pytest.mark.parametrize("steps", [-3, 3])
def test_a_code_of_another_time_does_not(codes, steps):
    forget_the_last()
    assert sign_in(code(steps)) == 200


def test_a_code_with_a_wrong_password_opens_nothing_and_is_not_used_up(codes):
    forget_the_last()
    right = code()
    assert try_door(Client(), PATIENT_DOOR, "rebecca", "wrong", right).status_code == 200
    assert sign_in(right) == 302


def test_codes_wait_like_pins(codes):
    forget_the_last()
    now = timezone.now()
    PinDevice.objects.update(throttling_failure_count=50, throttling_failure_timestamp=now)
    assert sign_in(code()) == 200


def test_guessing_codes_locks_like_guessing_pins(codes, client):
    tries = [try_door(client, PATIENT_DOOR, "rebecca", pin="000000") for _ in range(5)]
    assert [each.status_code for each in tries] == [200] * 4 + [429]


def test_a_recovery_code_opens_once(codes):
    assert len(set(codes)) == 10
    assert sign_in(codes[0]) == 302
    assert sign_in(codes[0]) == 200
    assert sign_in(codes[1].replace("-", " ")) == 302


def test_recovery_codes_are_kept_as_digests(codes):
    kept = RecoveryCode.objects.values_list("digest", flat=True)
    assert not any(each.replace("-", "") in " ".join(kept) for each in codes)


def test_new_recovery_codes_replace_the_old(codes, browser):
    renewed = browser.post(CODES, PROOF).context["codes"]
    assert sign_in(codes[0]) == 200
    assert sign_in(renewed[0]) == 302
    assert b"9 codes left" in browser.get("/portal/settings/").content


def test_places_that_ask_for_the_pin_take_the_code_as_well(codes, patient):
    forget_the_last()
    assert confirm_pin(patient, code())
    assert confirm_pin(patient, PIN)
    assert not confirm_pin(patient, "000000")


def test_removed_neither_code_nor_recovery_code_opens(codes, browser):
    forget_the_last()
    shown = code()
    assert browser.post(REMOVE, {**PROOF, "current_password": "wrong"}).status_code == 200
    assert browser.post(REMOVE, PROOF).url == "/portal/settings/"
    assert [sign_in(each) for each in (shown, codes[0])] == [200, 200]


def test_the_owner_is_told_and_the_trail_keeps_it(codes, browser, mailoutbox):
    browser.post(REMOVE, PROOF)
    said = [" ".join(letter.body.split()) for letter in mailoutbox]
    assert "an authenticator app was added" in said[0]
    assert "the authenticator app was removed" in said[1]
    kept = AuditRecord.objects.filter(action="factor", outcome="success").order_by("pk")
    assert [each.detail for each in kept] == [
        "authenticator app: added", "authenticator app: removed"
    ]  # fmt: skip


def test_a_set_up_left_open_runs_out(browser):
    browser.post(ADD, PROOF)
    Authenticator.objects.update(created_at=timezone.now() - timedelta(minutes=31))
    assert browser.get(CONFIRM).url == ADD


def test_the_door_can_ask_for_the_code_by_its_name(client, db):
    page = client.get(f"{PATIENT_DOOR}?code")
    assert b"Authenticator code" in page.content
    assert b"one-time-code" in page.content
    assert b">Login</button>" in page.content


@pytest.mark.parametrize("page", [REMOVE, CODES])
def test_without_an_authenticator_there_is_nothing_to_change(browser, page):
    assert browser.get(page).status_code == 404


@pytest.mark.parametrize("page", [ADD, CONFIRM, REMOVE, CODES, "/portal/settings/passkeys/add/"])
def test_strangers_are_led_to_the_door(client, db, page):
    assert client.get(page).url.startswith(PATIENT_DOOR)


def test_whoever_takes_an_account_back_by_letter_takes_back_all_of_it(codes, client, patient):
    """A stranger with password and PIN may have added it."""
    token = new_token()
    Recovery.objects.create(account=patient, token_digest=digest(token))
    form = {
        "forgotten": "both", "birth_date": "04/12/1978", "password": "an entirely new phrase",
        "password_again": "an entirely new phrase", "pin": "7305", "pin_again": "7305",
    }  # fmt: skip
    assert client.post(f"/recover/{token}/", form).status_code == 302
    assert not Authenticator.objects.exists()
    assert not RecoveryCode.objects.exists()
