"""Passkeys without a browser: what is not one opens nothing. tests/browser shows what does."""

import base64
import json

import pytest
from django.conf import settings
from django.test import Client

from fhirapi.audit.models import AuditRecord
from portal.accounts.factors.models import Passkey
from tests.people import PASSWORD, PIN
from tests.portal.accounts.conftest import PATIENT_DOOR, signed_in, try_door

pytestmark = pytest.mark.django_db
OPTIONS, OPEN, ADD = "/passkey/options/", "/passkey/patient/", "/portal/settings/passkeys/add/"
FINISH = "/portal/settings/passkeys/finish/"
PROOF = {"current_password": PASSWORD, "current_pin": PIN, "name": "My phone"}


def forged(credential_id: bytes = b"stolen") -> str:
    name = base64.urlsafe_b64encode(credential_id).decode().rstrip("=")
    parts = dict.fromkeys(("clientDataJSON", "authenticatorData", "signature"), "AAAA")
    return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": parts})


@pytest.fixture
def passkey(patient):
    return Passkey.objects.create(
        user=patient, name="Phone", credential_id=b"known", public_key=b"key"
    )


def test_the_browser_is_asked_for_a_verified_person_and_names_no_account(client):
    told = client.post(OPTIONS).json()
    assert told["userVerification"] == "required"
    assert told["rpId"] == "localhost"
    assert not told["allowCredentials"]


def test_each_challenge_is_another(client):
    assert client.post(OPTIONS).json()["challenge"] != client.post(OPTIONS).json()["challenge"]


@pytest.mark.parametrize(
    "answer", ["", "{}", "[]", "null", '{"id": 1}', forged(), forged(b"known"), "\0", "x" * 5000]
)
def test_what_proves_nothing_opens_nothing(client, passkey, answer):
    client.post(OPTIONS)
    response = client.post(OPEN, {"answer": answer})
    assert response.status_code == 200
    assert b"did not open an account" in response.content
    assert AuditRecord.objects.get().outcome == "denied"


def test_without_a_challenge_nothing_is_looked_at(client, passkey):
    client.post(OPEN, {"answer": forged(b"known")})
    assert AuditRecord.objects.get().account_id is None


def test_who_makes_answers_up_is_slowed_down_and_locks_nobody_out(client, passkey, settings):
    settings.FAILURES_A_MINUTE = 4
    statuses = []
    for _ in range(6):
        client.post(OPTIONS)
        statuses.append(client.post(OPEN, {"answer": forged(b"known")}).status_code)
    assert statuses == [200] * 4 + [429] * 2
    assert try_door(client, PATIENT_DOOR, "rebecca").status_code == 302


def test_the_short_session_of_a_challenge_is_nobodys(client):
    client.post(OPTIONS)
    assert client.get("/portal/").url.startswith(PATIENT_DOOR)
    assert client.session.get_expiry_age() <= 300


def test_nor_does_it_shorten_that_of_whoever_then_types_the_password(client, patient):
    client.post(OPTIONS)
    assert try_door(client, PATIENT_DOOR, patient.username).status_code == 302
    assert client.session.get_expiry_age() == settings.SESSION_COOKIE_AGE


def test_adding_one_takes_password_and_pin(patient):
    browser = signed_in(patient)
    wrong = browser.post(ADD, {**PROOF, "current_pin": "9999"})
    assert "options" not in wrong.context
    options = json.loads(browser.post(ADD, PROOF).context["options"])
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert patient.email not in json.dumps(options)


@pytest.mark.parametrize("answer", ["", "{}", forged()])
def test_what_is_no_passkey_is_not_kept(patient, answer):
    browser = signed_in(patient)
    browser.post(ADD, PROOF)
    assert browser.post(FINISH, {"answer": answer}).url == ADD
    assert not Passkey.objects.exists()


def test_an_account_has_no_more_than_ten(patient):
    for number in range(10):
        Passkey.objects.create(
            user=patient, name="Phone", credential_id=bytes([number]), public_key=b"key"
        )
    assert b"at most 10 passkeys" in signed_in(patient).get(ADD).content


def test_somebody_elses_does_not_exist(passkey, provider):
    page = f"/portal/settings/passkeys/{passkey.pk}/remove/"
    assert signed_in(provider).get(page).status_code == 404


def test_where_people_reach_us_by_number_there_are_none(settings, patient):
    settings.BASE_URL = "http://127.0.0.1:8000"
    assert b"passkey" not in Client().get(PATIENT_DOOR).content
    assert signed_in(patient).get(ADD).status_code == 404


@pytest.mark.parametrize("door", ["/passkey/nobody/", "/passkey/patient/"])
def test_only_forms_come_here(client, door):
    assert client.get(door).status_code == 405
