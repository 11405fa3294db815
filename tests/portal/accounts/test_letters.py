"""Letters: sent when the database has nothing to wait for, and what happens when one is not."""

import logging
import smtplib
from typing import ClassVar

import pytest
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection

from fhirapi.audit.models import AuditRecord
from portal.accounts.models import LetterSent, Recovery, Registration
from tests.people import PASSWORD, PIN
from tests.portal.accounts.conftest import FORM, signed_in

REGISTRATION = "/app/registration.html"


class Postman(EmailBackend):
    """Notes for every letter whether a transaction was open meanwhile."""

    was_inside: ClassVar[list[bool]] = []

    def send_messages(self, messages):
        self.was_inside.append(connection.in_atomic_block)
        return super().send_messages(messages)


class DeadServer(EmailBackend):
    def send_messages(self, messages):
        raise smtplib.SMTPRecipientsRefused({messages[0].to[0]: (550, b"no such mailbox")})


@pytest.fixture
def dead_server(settings, patient):
    settings.EMAIL_BACKEND = f"{__name__}.DeadServer"


@pytest.mark.django_db(transaction=True)
def test_no_transaction_waits_for_the_mail_server(client, patient, settings):
    settings.EMAIL_BACKEND = f"{__name__}.Postman"
    Postman.was_inside.clear()
    for email in (patient.email, "new@example.com"):
        client.post(REGISTRATION, {**FORM, "email": email})
        client.post("/recover/", {"email": email})
    assert Postman.was_inside == [False] * 4


@pytest.mark.django_db(transaction=True)
def test_nor_in_the_settings(patient, settings):
    settings.EMAIL_BACKEND = f"{__name__}.Postman"
    Postman.was_inside.clear()
    browser, proof = signed_in(patient), {"current_password": PASSWORD, "current_pin": PIN}
    browser.post("/portal/settings/email/", {**proof, "email": "new@example.com"})
    browser.post("/portal/settings/close/", {**proof, "word": "CLOSE"})
    assert Postman.was_inside == [False] * 3


@pytest.mark.parametrize("email", ["rebecca@example.com", "new@example.com"])
def test_a_letter_that_is_not_taken_is_told_and_leaves_no_link(client, dead_server, email):
    for answer in (
        client.post(REGISTRATION, {**FORM, "email": email}),
        client.post("/recover/", {"email": email}),
    ):
        assert answer.status_code == 503
        assert "could not send the letter" in answer.content.decode()
    assert not Registration.objects.exists()
    assert not Recovery.objects.exists()


def test_it_does_not_count_against_the_person(client, dead_server):
    for _ in range(7):
        client.post("/recover/", {"email": "rebecca@example.com"})
    assert not LetterSent.objects.exists()


def test_the_log_names_the_letter_and_nobody(client, dead_server, caplog):
    with caplog.at_level(logging.ERROR, "portal.mail"):
        client.post(REGISTRATION, {**FORM, "email": "new@example.com"})
    said = [each.getMessage() for each in caplog.records if each.name == "portal.mail"]
    assert said == ["letter confirm_registration not sent: SMTPRecipientsRefused"]
    assert "new@example.com" not in caplog.text


def test_the_trail_keeps_that_the_form_was_sent(client, dead_server):
    client.post(REGISTRATION, {**FORM, "email": "new@example.com"})
    assert AuditRecord.objects.filter(action="register").count() == 1
