"""Recovery: a letter and the other factor give a new password, PIN, or both."""

from datetime import timedelta

import pytest
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from portal.accounts import recovery
from portal.accounts.models import PinDevice, Recovery
from tests.people import PASSWORD, PIN
from tests.portal.accounts.conftest import (
    PATIENT_DOOR,
    errors_of,
    link_in,
    signed_in,
    try_door,
)

pytestmark = pytest.mark.django_db
NEW = "an entirely new phrase"
NEW_PASSWORD = {
    "forgotten": "password", "current_pin": PIN, "password": NEW, "password_again": NEW,
}  # fmt: skip
NEW_PIN = {
    "forgotten": "pin", "current_password": PASSWORD, "pin": "7305", "pin_again": "7305",
}  # fmt: skip
NEW_BOTH = {
    "forgotten": "both", "birth_date": "04/12/1978", "password": NEW, "password_again": NEW,
    "pin": "7305", "pin_again": "7305",
}  # fmt: skip


@pytest.fixture
def link(client, mailoutbox, patient) -> str:
    client.post("/recover/", {"email": patient.email})
    return link_in(mailoutbox.pop())


def test_known_and_unknown_addresses_get_the_same_answer(client, patient, mailoutbox):
    known = client.post("/recover/", {"email": "REBECCA@example.com"})
    unknown = client.post("/recover/", {"email": "nobody@example.com"})
    assert (known.status_code, known.url, known.content) == (302, unknown.url, unknown.content)
    assert [letter.to for letter in mailoutbox] == [[patient.email], ["nobody@example.com"]]
    assert "/recover/" in mailoutbox[0].body
    assert "There is no account" in mailoutbox[1].body


@pytest.mark.parametrize("email", ["", "rebecca", "a@b", "x" * 255 + "@example.com"])
def test_a_malformed_address_is_refused_helpfully(client, mailoutbox, email):
    assert list(errors_of(client.post("/recover/", {"email": email}))) == ["email"]
    assert not mailoutbox


def test_the_letter_tells_the_username_and_the_token_is_not_stored(client, patient, mailoutbox):
    client.post("/recover/", {"email": patient.email})
    assert "Your username is: rebecca" in mailoutbox[0].body
    token = link_in(mailoutbox[0]).split("/")[2]
    assert token not in str(Recovery.objects.values().get())


def test_the_pin_gives_a_new_password(client, link, mailoutbox):
    assert client.post(link, NEW_PASSWORD).url == PATIENT_DOOR
    assert try_door(client, PATIENT_DOOR, "rebecca", NEW).status_code == 302
    assert try_door(client, PATIENT_DOOR, "rebecca", PASSWORD).status_code == 200
    assert "password was just changed" in " ".join(mailoutbox[0].body.split())


def test_the_password_gives_a_new_pin(client, link):
    assert client.post(link, NEW_PIN).status_code == 302
    assert try_door(client, PATIENT_DOOR, "rebecca", pin=PIN).status_code == 200
    assert try_door(client, PATIENT_DOOR, "rebecca", pin="7305").status_code == 302


def test_the_date_of_birth_gives_both(client, link):
    assert client.post(link, NEW_BOTH).status_code == 302
    assert try_door(client, PATIENT_DOOR, "rebecca", NEW, "7305").status_code == 302


@pytest.mark.parametrize("change", [NEW_PASSWORD, NEW_PIN, NEW_BOTH])
def test_every_open_session_ends(client, link, patient, change):
    open_session = signed_in(patient)
    client.post(link, change)
    assert open_session.get("/portal/").status_code == 302


@pytest.mark.parametrize(
    ("change", "field", "wrong"),
    [
        (NEW_PASSWORD, "current_pin", "9999"),
        (NEW_PIN, "current_password", "wrong"),
        (NEW_BOTH, "birth_date", "04/13/1978"),
    ],
)
def test_a_wrong_second_factor_changes_nothing(client, link, change, field, wrong):
    response = client.post(link, {**change, field: wrong})
    assert "This is not the" in errors_of(response)[field][0]
    assert try_door(client, PATIENT_DOOR, "rebecca").status_code == 302
    assert AuditRecord.objects.filter(action="recover", outcome="denied").count() == 1


def test_answers_sent_at_once_share_the_five_tries(client, link):
    asked = [recovery.recovery_for(link.split("/")[2]) for _ in range(8)]
    claimed = [recovery.claim_try(each) for each in asked if each]
    assert claimed == [True] * recovery.TRIES + [False] * 3
    assert client.post(link, NEW_BOTH).status_code == 410


def test_after_five_wrong_answers_the_link_is_dead(client, link):
    wrong = {**NEW_BOTH, "birth_date": "04/13/1978"}
    assert [client.post(link, wrong).status_code for _ in range(5)] == [200] * 4 + [410]
    assert client.post(link, NEW_BOTH).status_code == 410


@pytest.mark.parametrize(
    ("change", "field", "value", "says"),
    [
        (NEW_PASSWORD, "password", "short", "too short"),
        (NEW_PASSWORD, "password", "LarsonRebecca78", "mostly your name"),
        (NEW_BOTH, "password", "Rebecca04121978", "mostly your name"),
        (NEW_BOTH, "pin", "1978", "date of birth"),
        (NEW_PASSWORD, "password_again", "other", "differ"),
        (NEW_PASSWORD, "current_pin", "", "Enter your PIN"),
        (NEW_PIN, "pin", "1234", "follow one another"),
        (NEW_PIN, "pin_again", "9999", "differ"),
        (NEW_BOTH, "birth_date", "02/30/1978", "no such day"),
    ],
)
def test_each_field_says_what_would_be_right(client, link, change, field, value, says):
    response = client.post(link, {**change, field: value})
    assert says in " ".join(errors_of(response)[field])
    assert Recovery.objects.get().failures == 0


def test_a_link_works_once(client, link):
    client.post(link, NEW_PASSWORD)
    assert client.get(link).status_code == 410


def test_a_link_works_for_an_hour(client, link):
    Recovery.objects.update(created_at=timezone.now() - timedelta(minutes=61))
    page = client.get(link)
    assert page.status_code == 410
    assert b'href="/recover/"' in page.content


def test_only_the_newest_letter_works(client, link, patient, mailoutbox):
    client.post("/recover/", {"email": patient.email})
    assert client.get(link).status_code == 410
    assert client.get(link_in(mailoutbox[0])).status_code == 200


def test_a_made_up_link_is_answered_like_an_old_one(client, db):
    assert client.get("/recover/made-up/").status_code == 410


def test_an_administrator_cannot_recover_both_at_once(client, administrator, mailoutbox):
    client.post("/recover/", {"email": administrator.email})
    link = link_in(mailoutbox[0])
    assert b"forgotten=both" not in client.get(link).content
    assert client.post(link, NEW_BOTH).status_code == 200
    assert not Recovery.objects.get().used_at


def test_recovery_lifts_the_lock(client, link):
    for _ in range(5):
        try_door(client, PATIENT_DOOR, "rebecca", "wrong")
    client.post(link, NEW_PASSWORD)
    assert try_door(client, PATIENT_DOOR, "rebecca", NEW).status_code == 302


def test_while_pins_have_to_wait_the_right_one_is_not_called_wrong(client, link):
    now = timezone.now()
    PinDevice.objects.update(throttling_failure_count=50, throttling_failure_timestamp=now)
    assert "Wait 15 minutes" in errors_of(client.post(link, NEW_PASSWORD))["current_pin"][0]
    assert Recovery.objects.get().failures == 0


def test_wrong_pins_here_slow_the_pin_down_everywhere(client, link):
    client.post(link, {**NEW_PASSWORD, "current_pin": "9999"})
    assert PinDevice.objects.get().throttling_failure_count == 1
