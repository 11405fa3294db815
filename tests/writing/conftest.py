"""Those who write."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import RequestFactory

from fhirapi.rest.view import authenticated
from fhirapi.writing.change import Writer
from tests import people
from tests.api import Api
from tests.people import Person


@pytest.fixture
def writer_of(api: Api) -> Callable[..., Writer]:
    def make(person: Person, scope: str = "user/*.cruds", patients: Any = None) -> Writer:
        key = people.writing_key(person, scope, patients)
        token = api.as_(key).token
        request = RequestFactory().get("/", headers={"authorization": f"Bearer {token}"})
        caller, claims = authenticated(request)
        return Writer(caller, claims.access)

    return make
