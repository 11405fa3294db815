"""A small practice whose doctor searches it: made once for a module, gone after it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from tests import people
from tests.api import Api, Session
from tests.people import make_key

Resource = dict[str, Any]


@pytest.fixture(scope="module")
def database(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """One transaction for the whole module, rolled back in the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def population() -> list[Resource]:
    """What a module stores; a module that wants something else says so."""
    return []


@pytest.fixture(scope="module")
def doctor() -> str:
    """The Practitioner whose patients may be searched."""
    return "dr-grey"


@pytest.fixture(scope="module")
def session(database: None, population: list[Resource], doctor: str) -> Session:
    """A key of the doctor for every patient of the population."""
    api = Api()
    api.has(*population)
    person = people.linked_doctor("searching", "Grey", doctor)
    patients = [each["id"] for each in population if each["resourceType"] == "Patient"]
    return api.as_(make_key(person, patients))
