"""Fixtures that every room of the suite uses."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client, override_settings

from fhirapi.limits import table
from fhirapi.limits.table import Table
from fhirapi.smart.names import name_of
from fhirapi.store.load import load
from qsmartcare import web_role
from tests import people
from tests.api import Api
from tests.as_web import requests_of
from tests.people import Person
from tests.prepared import migrated_database


@pytest.fixture(scope="session", autouse=True)
def _settings_of_tests() -> Iterator[None]:
    """Once, and before any test: what a product that runs does with its files and passwords,
    those that tests start do (``tests/product.py``).
    """
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(
        PASSWORD_HASHERS=["tests.hashers.QuickArgon2", *settings.PASSWORD_HASHERS],
        STORAGES={**settings.STORAGES, "staticfiles": plain},
        # Files are looked for when they are asked for; else each client of a test reads them all.
        # https://whitenoise.readthedocs.io/en/stable/django.html#WHITENOISE_AUTOREFRESH
        WHITENOISE_AUTOREFRESH=True,
    ):
        yield


@pytest.fixture(scope="session", autouse=True)
def _requests_of_web_role() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Client, "request", requests_of(Client))
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Each worker's database is a copy of one, so that only one is brought up to date.

    https://docs.djangoproject.com/en/5.2/ref/settings/#template
    """
    connection.settings_dict["TEST"]["TEMPLATE"] = migrated_database()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """What a process reads once has been read: tests count the statements of one that has begun."""
    with django_db_blocker.unblock():
        web_role.set_up()
        name_of("anything")


@pytest.fixture(autouse=True)
def _full_buckets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test begins with all that anybody may ask, and shares it with no other process."""
    for name in ("known", "strangers"):
        monkeypatch.setattr(table, name, Table(1024))


@pytest.fixture
def api(db: None) -> Api:
    return Api()


@pytest.fixture
def practice(db: None) -> None:
    """What the store holds: two patients of Dr. Grey, one of Dr. Strange, the doctors."""
    load(
        [
            people.practitioner("dr-grey", "Grey"),
            people.practitioner("dr-strange", "Strange"),
            people.patient("142859", "Rebecca", "Larson", "9999094", "1978-04-12"),
            people.patient("142860", "John", "Wright", "9999097", "1965-09-30"),
            people.patient("7", "Zoë", "Núñez", "9999100", "1990-01-01", doctor="dr-strange"),
        ]
    )


@pytest.fixture
def rebecca(practice: None) -> Person:
    return people.linked_patient("rebecca", "Rebecca", "Larson", "142859")


@pytest.fixture
def john(practice: None) -> Person:
    return people.linked_patient("john", "John", "Wright", "142860")


@pytest.fixture
def dr_grey(practice: None) -> Person:
    return people.linked_doctor("grey", "Grey", "dr-grey")


@pytest.fixture
def dr_strange(practice: None) -> Person:
    return people.linked_doctor("strange", "Strange", "dr-strange")
