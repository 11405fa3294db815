"""The synthetic population with exact numbers, and a partner who writes for Dr. Grey's patients."""

from functools import cache

import pytest

from fhirapi.provider import registry
from fhirapi.provider.mapping import belongs
from fhirapi.store.exact import parse, write
from fhirapi.synthetic.population import practice as practice_of
from fhirapi.synthetic.population import record
from tests.api import Api
from tests.people import Person
from tests.provider.client import Partner, partner

SEED = 7
PATIENTS = (0, 1, 6, 31)
"""By index; the last two have a relative and a health concern."""


@cache
def _population():
    records = [resource for index in PATIENTS for resource in record(SEED, index)]
    return [parse(write(resource)) for resource in [*practice_of(SEED), *records]]


@pytest.fixture
def population():
    """Nobody changes it."""
    return _population()


def kinds():
    return list(registry.every())


def named(kind):
    return kind.name


def of_kind(kind):
    return [resource for resource in _population() if belongs(kind, resource)]


@pytest.fixture
def grey(api: Api, dr_grey: Person) -> Partner:
    return partner(api, dr_grey, patient_ids=["142859", "142860"])
