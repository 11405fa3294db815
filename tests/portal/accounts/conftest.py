"""Accounts, the doors they come through, and the letters they get."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client

from portal.accounts.create import create_account
from portal.accounts.models import Account
from tests.people import PASSWORD, PIN

PATIENT_DOOR = "/patient/index.html"
PROVIDER_DOOR = "/app/index.html"
FORM = {
    "first_name": "Rebecca", "middle_name": "", "last_name": "Larson", "birth_date": "04/12/1978",
    "email": "rebecca@example.com", "city": "Austin", "state": "TX", "facility": "",
    "services": "patient", "phone": "(512) 555-0147",
}  # fmt: skip
CREDENTIALS = {
    "username": "rebecca", "password": "correct horse battery", "pin": "482915",
    "password_again": "correct horse battery", "pin_again": "482915",
}  # fmt: skip


@pytest.fixture
def make(db: None) -> Callable[..., Account]:
    def make(username: str = "rebecca", **kwargs: Any) -> Account:
        made = {
            "username": username, "password": PASSWORD, "pin": PIN, "first_name": "Rebecca",
            "last_name": "Larson", "email": f"{username}@example.com", "phone": "5125550147",
            "birth_date": date(1978, 4, 12),
        }  # fmt: skip
        return create_account(**{**made, **kwargs})

    return make


@pytest.fixture
def patient(make: Callable[..., Account]) -> Account:
    return make("rebecca", wants_patient=True)


@pytest.fixture
def provider(make: Callable[..., Account]) -> Account:
    return make("grey", first_name="Ada", last_name="Grey", wants_provider=True)


@pytest.fixture
def administrator(make: Callable[..., Account]) -> Account:
    return make("root", first_name="Ro", last_name="Ot", is_staff=True, is_superuser=True)


def signed_in(account: Account) -> Client:
    """A browser in which this person has signed in."""
    client = Client()
    assert try_door(client, PATIENT_DOOR, account.username).status_code == 302
    return client


def try_door(
    client: Client, door: str, username: str, password: str = PASSWORD, pin: str = PIN, **more: Any
) -> Any:
    return client.post(door, {"username": username, "password": password, "pin": pin, **more})


def link_in(letter: EmailMessage) -> str:
    """The path of the letter's own link, the one with a token."""
    found = re.search(r"http://[^/\s]+(/(?:app/confirm|recover)/[\w-]{20,}/)", str(letter.body))
    assert found
    return found[1]


def errors_of(response: Any) -> dict[str, list[str]]:
    return dict(response.context["form"].errors)
