"""What has run out is deleted; what still counts stays."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.utils import timezone
from oauth2_provider.models import get_access_token_model

from portal.accounts.models import FailedSignIn, LetterSent, Recovery, Registration
from tests.portal.accounts.conftest import FORM, PATIENT_DOOR, signed_in, try_door

pytestmark = pytest.mark.django_db
COUNTED = (Session, Registration, Recovery, LetterSent, FailedSignIn)


@pytest.fixture
def traces(client, patient, mailoutbox):
    """One session, registration, letter's link, letter, failed sign-in."""
    signed_in(patient)
    client.post("/app/registration.html", {**FORM, "email": "new@example.com"})
    client.post("/recover/", {"email": patient.email})
    try_door(client, PATIENT_DOOR, "rebecca", "wrong")


def counts():
    return [model.objects.count() for model in COUNTED]


def test_what_still_counts_stays(traces):
    before = counts()
    call_command("clear_expired", verbosity=0)
    assert counts() == before
    assert all(before)


def test_what_has_run_out_is_deleted(traces):
    old = timezone.now() - timedelta(days=31)
    Session.objects.update(expire_date=old)
    Registration.objects.update(created_at=old)
    Recovery.objects.update(created_at=old)
    LetterSent.objects.update(sent_at=old)
    FailedSignIn.objects.update(last_at=old)
    call_command("clear_expired", verbosity=0)
    assert counts() == [0] * len(COUNTED)


def test_expired_tokens_go_and_living_ones_stay(patient):
    for token, days in (("old", -1), ("living", 1)):
        expires = timezone.now() + timedelta(days=days)
        get_access_token_model().objects.create(user=patient, token=token, expires=expires)
    call_command("clear_expired", verbosity=0)
    assert [each.token for each in get_access_token_model().objects.all()] == ["living"]


def test_it_says_what_it_did_unless_asked_not_to(db, capsys):
    call_command("clear_expired", verbosity=0)
    assert capsys.readouterr().out == ""
    call_command("clear_expired")
    assert "deleted" in capsys.readouterr().out
