"""Signing in at the two doors with username, password and PIN; locking out; signing out."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from portal.accounts.models import FailedSignIn, PinDevice
from tests.people import PASSWORD, PIN
from tests.portal.accounts.conftest import (
    PATIENT_DOOR,
    PROVIDER_DOOR,
    errors_of,
    signed_in,
    try_door,
)

pytestmark = pytest.mark.django_db
HOME = "/portal/"


@pytest.mark.parametrize("door", [PATIENT_DOOR, PROVIDER_DOOR])
def test_a_door_asks_for_username_password_and_pin(client, door):
    page = client.get(door)
    assert [str(field.label) for field in page.context["form"]] == ["Username", "Password", "PIN"]
    assert b">Login</button>" in page.content


def test_with_all_three_right_the_portal_opens(client, patient):
    assert try_door(client, PATIENT_DOOR, "rebecca").url == HOME
    assert b"Rebecca Larson" in client.get(HOME).content


def test_a_username_counts_in_any_letter_case(client, patient):
    assert try_door(client, PATIENT_DOOR, "REBECCA").url == HOME


def test_whichever_is_wrong_the_answer_is_the_same(patient):
    answers = [
        try_door(Client(), PATIENT_DOOR, *tried)
        for tried in [
            ("nobody", PASSWORD, PIN),
            ("rebecca", "wrong", PIN),
            ("rebecca", PASSWORD, "9999"),
            ("x" * 150, "wrong", "9999"),
        ]
    ]
    assert {answer.status_code for answer in answers} == {200}
    assert len({str(errors_of(answer)) for answer in answers}) == 1
    assert not Session.objects.exists()


@pytest.mark.parametrize("field", ["username", "password", "pin"])
def test_an_empty_field_is_named_and_is_no_try(client, patient, field):
    entered = {"username": "rebecca", "password": PASSWORD, "pin": PIN, field: ""}
    assert list(errors_of(client.post(PATIENT_DOOR, entered))) == [field]
    assert not FailedSignIn.objects.exists()


@pytest.mark.parametrize("username", ["x" * 151, "a\0b", "' OR 1=1 --"])
def test_odd_usernames_are_refused_like_wrong_ones(client, username):
    response = try_door(client, PATIENT_DOOR, username)
    assert response.status_code == 200
    assert errors_of(response)


def test_an_inactive_account_does_not_come_in(client, patient):
    patient.is_active = False
    patient.save()
    assert try_door(client, PATIENT_DOOR, "rebecca").status_code == 200


def test_the_session_gets_a_new_key_and_knows_the_pin_was_given(client, patient):
    client.cookies["qsmartcare_session"] = "planted" * 5
    try_door(client, PATIENT_DOOR, "rebecca")
    session = Session.objects.get()
    assert session.session_key != "planted" * 5
    assert session.get_decoded()["otp_device_id"].startswith("portal.pindevice/")


def test_success_and_failure_stand_in_the_audit_trail_without_what_was_typed(client, patient):
    try_door(client, PATIENT_DOOR, "rebecca")
    try_door(Client(), PATIENT_DOOR, "rebecca", pin="9999")
    try_door(Client(), PATIENT_DOOR, "my secret by mistake")
    rows = list(AuditRecord.objects.order_by("id").values_list("outcome", "account_id"))
    assert rows == [("success", patient.pk), ("denied", patient.pk), ("denied", None)]
    assert "mistake" not in str(list(AuditRecord.objects.values()))


def test_a_patient_at_the_providers_door_is_led_to_the_patients(client, patient):
    response = client.post(
        PROVIDER_DOOR, {"username": "rebecca", "password": PASSWORD, "pin": PIN}, follow=True
    )
    assert [step for step, _ in response.redirect_chain] == [PATIENT_DOOR, HOME]
    assert b"Yours is a patient account" in response.content


def test_a_provider_at_the_patients_door_is_led_to_the_providers(client, provider):
    response = try_door(client, PATIENT_DOOR, "grey")
    assert response.url == PROVIDER_DOOR
    assert client.get(PROVIDER_DOOR).url == HOME


def test_the_page_asked_for_opens_after_signing_in_through_either_door(client, patient):
    wanted = "/portal/activity/"
    assert try_door(client, PATIENT_DOOR, "rebecca", next=wanted).url == wanted
    other = Client()
    assert try_door(other, PROVIDER_DOOR, "rebecca", next=wanted).url == wanted
    assert b"brought you" not in other.get(wanted).content


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:x"])
def test_nobody_is_led_to_another_site(client, patient, elsewhere):
    assert try_door(client, PATIENT_DOOR, "rebecca", next=elsewhere).url == HOME


def test_an_administrator_comes_in_through_any_door(administrator):
    for door in (PATIENT_DOOR, PROVIDER_DOOR):
        assert try_door(Client(), door, "root").url == "/admin/"


def test_too_many_failures_lock_this_username_out_for_a_stated_time(client, patient):
    for _ in range(4):
        assert try_door(client, PATIENT_DOOR, "rebecca", "wrong").status_code == 200
    response = try_door(client, PATIENT_DOOR, "rebecca", "wrong")
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 15 * 60
    assert b"try again in 15 minutes" in response.content
    assert try_door(client, PATIENT_DOOR, "rebecca").status_code == 429


def test_the_lock_holds_for_every_spelling_and_both_doors_but_not_for_others(
    client, patient, provider
):
    for _ in range(5):
        try_door(client, PATIENT_DOOR, "rebecca", "wrong")
    assert try_door(client, PROVIDER_DOOR, "ReBecca").status_code == 429
    assert try_door(client, PROVIDER_DOOR, "grey").status_code == 302


def test_an_unknown_username_is_locked_like_a_known_one(client, patient):
    statuses = [try_door(client, PATIENT_DOOR, "nobody").status_code for _ in range(6)]
    assert statuses == [200, 200, 200, 200, 429, 429]


def test_trying_during_the_lock_does_not_prolong_it(client, patient):
    for _ in range(5):
        try_door(client, PATIENT_DOOR, "rebecca", "wrong")
    FailedSignIn.objects.update(last_at=timezone.now() - timedelta(minutes=14))
    assert int(try_door(client, PATIENT_DOOR, "rebecca")["Retry-After"]) <= 60
    FailedSignIn.objects.update(last_at=timezone.now() - timedelta(minutes=16))
    assert try_door(client, PATIENT_DOOR, "rebecca").status_code == 302


def test_signing_in_forgets_earlier_failures(client, patient):
    for _ in range(2):
        for _ in range(4):
            try_door(client, PATIENT_DOOR, "rebecca", "wrong")
        assert try_door(client, PATIENT_DOOR, "rebecca").status_code == 302


def test_a_stranger_without_the_password_cannot_make_the_owner_wait(client, patient):
    for _ in range(4):
        try_door(client, PATIENT_DOOR, "rebecca", "wrong", "9999")
    assert PinDevice.objects.get().throttling_failure_count == 0


def test_neither_password_nor_pin_nor_username_is_kept_or_logged(client, patient, caplog):
    try_door(client, PATIENT_DOOR, "rebecca", "hunter2hunter2", "8642")
    kept = str(FailedSignIn.objects.values().get())
    for secret in ("hunter2hunter2", "8642", "rebecca"):
        assert secret not in kept
        assert secret not in caplog.text


def test_signing_out_ends_the_session_and_says_so(patient):
    client = signed_in(patient)
    response = client.post("/sign-out/", follow=True)
    assert b"You have signed out." in response.content
    assert client.get(HOME).status_code == 302
    assert AuditRecord.objects.filter(action="sign-out", account_id=patient.pk).exists()


def test_a_link_cannot_sign_anybody_out(patient):
    client = signed_in(patient)
    assert client.get("/sign-out/").url == HOME
    assert client.get(HOME).status_code == 200


def test_a_provider_whose_session_has_ended_comes_back_to_the_providers_door(provider):
    client = signed_in(provider)
    client.get(PROVIDER_DOOR)
    Session.objects.all().delete()
    response = client.get(HOME, follow=True)
    assert response.redirect_chain[0][0] == f"{PROVIDER_DOOR}?next=%2Fportal%2F"
    assert b"Your session has ended" in response.content


def test_pages_of_a_session_are_not_kept_by_the_browser(patient):
    assert "no-store" in signed_in(patient).get(HOME)["Cache-Control"]


def test_a_form_without_its_csrf_token_is_refused(patient):
    strict = Client(enforce_csrf_checks=True)
    assert try_door(strict, PATIENT_DOOR, "rebecca").status_code == 403
