"""Registration: the guide's form, its helpful errors, and nothing told about existing accounts."""

import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from portal.accounts.limits import LETTERS_A_RECIPIENT
from portal.accounts.models import Account, Registration
from tests.portal.accounts.conftest import FORM, errors_of

URL = "/app/registration.html"
SENT = "/app/registration-sent.html"
pytestmark = pytest.mark.django_db


def test_the_form_has_exactly_the_guides_fields_and_its_button(client):
    page = client.get(URL)
    labels = [str(field.label) for field in page.context["form"]]
    assert labels == [
        "First Name", "Middle Name", "Last Name", "DOB", "Email ID", "City", "State", "Facility",
        "Services", "Phone Number",
    ]  # fmt: skip
    assert b">Create</button>" in page.content


def test_a_good_form_is_kept_and_answered_with_a_letter(client, mailoutbox):
    response = client.post(URL, FORM)
    assert response.status_code == 302
    assert response.url == SENT
    kept = Registration.objects.get()
    assert (kept.phone, kept.state, kept.wants_patient) == ("5125550147", "TX", True)
    assert mailoutbox[0].to == ["rebecca@example.com"]
    assert AuditRecord.objects.filter(action="register").count() == 1


def test_the_token_is_in_the_letter_only(client, mailoutbox):
    client.post(URL, FORM)
    token = mailoutbox[0].body.split("/app/confirm/")[1].split("/")[0]
    assert len(token) >= 40
    assert token not in str(Registration.objects.values().get())


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("first_name", "", "Enter your first name"),
        ("first_name", "R2D2", "with letters"),
        ("last_name", "<b>", "with letters"),
        ("last_name", "x" * 101, "at most 100"),
        ("birth_date", "", "MM/DD/YYYY"),
        ("birth_date", "02/30/1990", "no such day"),
        ("birth_date", "13/01/1990", "no such day"),
        ("birth_date", "yesterday", "MM/DD/YYYY"),
        ("birth_date", "01/01/2999", "in the future"),
        ("birth_date", "01/01/1850", "more than 125 years"),
        ("email", "rebecca", "such as name@example.org"),
        ("email", "", "Enter your email"),
        ("city", "", "Enter your city"),
        ("state", "ZZ", "Choose a state"),
        ("state", "", "Choose a state"),
        ("services", "", "Choose Patient or Provider"),
        ("services", "admin", "not one of the available"),
        ("phone", "555-0147", "ten digits"),
        ("phone", "512 555 0147 ext 9", "ten digits"),
        ("phone", "", "Enter your phone"),
        ("phone", "000-000-0000", "No US phone number"),
        ("phone", "555-555-5555", "No US phone number"),
        ("phone", "222-222-2222", "No US phone number"),
        ("phone", "(112) 555-0147", "No US phone number"),
        ("phone", "911-555-0147", "No US phone number"),
        ("phone", "512-155-0147", "No US phone number"),
        ("phone", "512-411-0147", "No US phone number"),
        ("facility", "x" * 201, "at most 200"),
        ("city", "A\0B", "with letters"),
    ],
)
def test_each_field_says_what_would_be_right(client, mailoutbox, field, value, says):
    response = client.post(URL, {**FORM, field: value})
    assert response.status_code == 200
    assert says in " ".join(errors_of(response)[field])
    assert not Registration.objects.exists()
    assert not mailoutbox


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("birth_date", "1978-04-12"),
        ("birth_date", "4/12/1978"),
        ("birth_date", "04-12-1978"),
        ("phone", "+1 512.555.0147"),
        ("phone", "15125550147"),
        ("first_name", "Zoë-Ann O\N{RIGHT SINGLE QUOTATION MARK}Núñez Jr."),
        ("state", "texas"),
        ("state", "PR"),
        ("services", "Patient"),
    ],
)
def test_usual_ways_of_writing_are_understood(client, field, value):
    assert client.post(URL, {**FORM, field: value}).status_code == 302


def test_field_names_may_be_spelt_like_the_guides_labels(client):
    spelt = {**FORM, "DOB": FORM["birth_date"], "Email_ID": FORM["email"]}
    del spelt["birth_date"], spelt["email"]
    assert client.post(URL, spelt).status_code == 302


def test_both_services_at_once_are_refused_with_the_way_out(client):
    response = client.post(URL, {**FORM, "services": ["patient", "provider"]})
    assert "register once as a patient and once as a provider" in errors_of(response)["services"][0]


def test_a_provider_must_name_the_facility_and_a_patient_need_not(client):
    response = client.post(URL, {**FORM, "services": "provider"})
    assert errors_of(response) == {"facility": ["Name the facility where you work."]}
    form = {**FORM, "services": "provider", "facility": "Austin Family Practice"}
    assert client.post(URL, form).status_code == 302


def test_a_known_address_gets_the_same_answer_and_its_owner_a_letter(client, mailoutbox, patient):
    known = client.post(URL, {**FORM, "email": "Rebecca@Example.com"})
    new = client.post(URL, {**FORM, "email": "new@example.com"})
    assert (known.status_code, known.url) == (new.status_code, new.url)
    assert known.content == new.content
    assert mailoutbox[0].to == [patient.email]
    assert "already have an account" in mailoutbox[0].body
    assert "/app/confirm/" not in mailoutbox[0].body


def test_a_mailbox_is_not_flooded_and_nothing_tells_so(client, mailoutbox):
    answers = {client.post(URL, FORM).url for _ in range(LETTERS_A_RECIPIENT + 2)}
    assert answers == {SENT}
    assert len(mailoutbox) == LETTERS_A_RECIPIENT


def test_too_many_forms_from_one_address_are_refused(client, mailoutbox, settings):
    settings.LETTERS_AN_HOUR = 2
    for number in range(2):
        client.post(URL, {**FORM, "email": f"{number}@example.com"})
    response = client.post(URL, {**FORM, "email": "3@example.com"})
    assert response.status_code == 429
    assert b"try again in an hour" in response.content
    assert len(mailoutbox) == 2


def test_without_a_mail_server_nothing_is_kept_and_the_person_is_told(client, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise smtplib.SMTPServerDisconnected

    monkeypatch.setattr(mail.EmailMessage, "send", refuse)
    response = client.post(URL, FORM)
    assert response.status_code == 503
    assert b"could not send the letter" in response.content
    assert not Registration.objects.exists()


def test_what_nobody_confirms_is_forgotten_after_a_month(client):
    client.post(URL, FORM)
    Registration.objects.update(created_at=timezone.now() - timedelta(days=31))
    client.post(URL, {**FORM, "email": "other@example.com"})
    assert Registration.objects.get().email == "other@example.com"


def test_registering_makes_no_account_yet(client):
    client.post(URL, FORM)
    assert not Account.objects.exists()
