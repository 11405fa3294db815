"""Browsers of a patient and of an approved provider, and the words of their forms."""

import pytest
from django.test import Client

from tests.people import Person
from tests.portal.ui.browser import approve, signed_in

VALID = {"valid_from": "01/01/2026", "valid_to": "12/31/2099", "save": "1"}


@pytest.fixture
def rebeccas(rebecca: Person) -> Client:
    return signed_in(rebecca.account)


@pytest.fixture
def greys(dr_grey: Person) -> Client:
    return signed_in(approve(dr_grey.account))


def address_of(person: Person, page: str = "") -> str:
    return f"/portal/api/{person.key.access_key_id}/{page}"
