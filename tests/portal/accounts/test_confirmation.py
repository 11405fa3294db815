"""The letter's link: username, password and PIN are chosen, and the account is made."""

from datetime import timedelta

import pytest
from django.utils import timezone

from fhirapi.smart.models import RecordLink
from fhirapi.store.load import load
from portal.accounts.limits import LETTERS_A_RECIPIENT
from portal.accounts.models import Account, Registration
from tests import people
from tests.portal.accounts.conftest import CREDENTIALS, FORM, PATIENT_DOOR, errors_of, link_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def link(client, mailoutbox) -> str:
    client.post("/app/registration.html", FORM)
    return link_in(mailoutbox[0])


def test_the_page_asks_for_what_the_person_will_sign_in_with(client, link):
    page = client.get(link)
    labels = [str(field.label) for field in page.context["form"]]
    assert labels == ["Username", "Password", "Password again", "PIN", "PIN again"]


def test_choosing_credentials_makes_the_account_and_leads_to_its_door(client, link, mailoutbox):
    response = client.post(link, CREDENTIALS)
    assert response.url == PATIENT_DOOR
    account = Account.objects.get()
    assert (account.username, account.phone, account.city) == ("rebecca", "5125550147", "Austin")
    assert account.wants_patient
    assert not account.is_staff
    assert "rebecca" in mailoutbox[1].body
    signed_in = client.post(
        PATIENT_DOOR, {k: CREDENTIALS[k] for k in ("username", "password", "pin")}
    )
    assert signed_in.status_code == 302


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("username", "", "Choose a username"),
        ("username", "ab", "3 to 60 characters"),
        ("username", "r" * 61, "3 to 60 characters"),
        ("username", "re becca", "letters a to z"),
        ("username", ".rebecca", "beginning with a letter or digit"),
        ("username", "reb\N{CYRILLIC SMALL LETTER IE}cca", "letters a to z"),
        ("username", "rebecca\N{ZERO WIDTH SPACE}", "letters a to z"),
        ("username", "\N{FULLWIDTH LATIN SMALL LETTER R}ebecca", "letters a to z"),
        ("username", "zo\N{LATIN SMALL LETTER E WITH DIAERESIS}", "letters a to z"),
        ("password", "", "Choose a password"),
        ("password", "short", "too short"),
        ("password", "password1234", "too common"),
        ("password", "rebecca@example.com", "mostly your name"),
        ("password", "repecca@exampel.com", "too similar"),
        ("password", "RebeccaLarson1", "mostly your name"),
        ("password", "R3becca.L@rson", "mostly your name"),
        ("password", "04121978-Larson", "mostly your name"),
        ("password", "larson 5125550147", "mostly your name"),
        ("pin", "", "Choose a PIN"),
        ("pin", "123", "4 to 8 digits"),
        ("pin", "123456789", "4 to 8 digits"),
        ("pin", "12ab", "4 to 8 digits"),
        ("pin", "0000", "repeats"),
        ("pin", "1234", "follow one another"),
        ("pin", "4321", "follow one another"),
        ("pin", "0412", "date of birth"),
        ("pin", "1978", "date of birth"),
    ],
)
def test_each_field_says_what_would_be_right(client, link, field, value, says):
    entered = {**CREDENTIALS, field: value, f"{field}_again": value}
    assert says in " ".join(errors_of(client.post(link, entered))[field])
    assert not Account.objects.exists()


@pytest.mark.parametrize("field", ["password_again", "pin_again"])
def test_what_is_typed_twice_must_agree(client, link, field):
    assert "differ" in errors_of(client.post(link, {**CREDENTIALS, field: "739462"}))[field][0]


def test_a_username_is_taken_in_any_letter_case(client, link, make):
    make("ReBecca", email="other@example.com")
    assert "taken" in errors_of(client.post(link, CREDENTIALS))["username"][0]


def test_opening_the_link_uses_nothing_up_but_saving_does(client, link):
    client.get(link)
    assert client.post(link, CREDENTIALS).status_code == 302
    assert client.get(link).status_code == 410
    assert client.post(link, {**CREDENTIALS, "username": "second"}).status_code == 410
    assert Account.objects.count() == 1


def test_an_old_link_leads_back_to_registration(client, link):
    Registration.objects.update(created_at=timezone.now() - timedelta(hours=49))
    page = client.get(link)
    assert page.status_code == 410
    assert b"/app/registration.html" in page.content


def test_a_made_up_link_answers_like_an_old_one(client, link):
    assert client.get("/app/confirm/made-up/").status_code == 410


def test_an_older_link_says_at_once_that_a_newer_letter_was_sent(client, link, mailoutbox):
    client.post("/app/registration.html", {**FORM, "email": FORM["email"].upper()})
    for answer in (client.get(link), client.post(link, CREDENTIALS)):
        assert answer.status_code == 410
        assert "There is a newer letter" in answer.content.decode()
        assert "/app/registration.html" in answer.content.decode()
    assert not Account.objects.exists()
    assert client.post(link_in(mailoutbox[1]), CREDENTIALS).status_code == 302


def test_a_used_link_says_so_and_leads_to_the_doors(client, link, mailoutbox):
    client.post("/app/registration.html", FORM)
    newest = link_in(mailoutbox[1])
    client.post(newest, CREDENTIALS)
    for used in (link, newest):
        page = client.get(used)
        assert page.status_code == 410
        assert "This link has been used" in page.content.decode()
        assert PATIENT_DOOR in page.content.decode()
        assert "/recover/" in page.content.decode()


def test_a_form_whose_letter_was_held_back_leaves_the_last_link_alone(client, link, mailoutbox):
    for _ in range(LETTERS_A_RECIPIENT + 1):
        client.post("/app/registration.html", FORM)
    assert len(mailoutbox) == LETTERS_A_RECIPIENT
    assert client.get(link_in(mailoutbox[-1])).status_code == 200


def test_a_newer_form_of_somebody_else_closes_nothing(client, link):
    client.post("/app/registration.html", {**FORM, "email": "other@example.com"})
    assert client.get(link).status_code == 200


def test_a_patient_whose_identity_matches_is_linked(client, link):
    record = people.patient("142859", "Rebecca", "Larson", "9999094", "1978-04-12")
    load([{**record, "telecom": [{"system": "phone", "value": "512-555-0147"}]}])
    client.post(link, CREDENTIALS)
    linked = RecordLink.objects.get()
    assert (linked.resource_id, linked.method) == ("142859", "matched")


def test_a_provider_waits_for_approval(client, mailoutbox):
    form = {**FORM, "services": "provider", "facility": "Austin Family Practice"}
    client.post("/app/registration.html", form)
    client.post(link_in(mailoutbox[0]), CREDENTIALS)
    account = Account.objects.get()
    assert account.wants_provider
    assert not account.is_provider
    assert not RecordLink.objects.exists()
