"""The synthetic population as the store has it: with exact numbers."""

from functools import cache

import pytest

from fhirapi.provider import registry
from fhirapi.provider.mapping import belongs
from fhirapi.store.exact import parse, write
from fhirapi.synthetic.population import practice, record

SEED = 7
PATIENTS = (*range(10), 31)
"""By index; the last one has a health concern."""


@cache
def _population():
    records = [resource for index in PATIENTS for resource in record(SEED, index)]
    return [parse(write(resource)) for resource in [*practice(SEED), *records]]


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
