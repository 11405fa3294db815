"""A small population, made once; nobody changes it."""

from functools import cache

import pytest

from fhirapi.synthetic.population import practice, record

SEED = 7
PATIENTS = 30


@cache
def _records():
    return [record(SEED, index) for index in range(PATIENTS)]


@cache
def _more_records():
    return [record(SEED, index) for index in range(PATIENTS, 100)]


@pytest.fixture
def shared():
    return practice(SEED)


@pytest.fixture
def records():
    """Each patient's resources, by index."""
    return _records()


@pytest.fixture
def crowd():
    """More patients, for what is rare."""
    return [*_records(), *_more_records()]


@pytest.fixture
def everything(shared, records):
    return [*shared, *(resource for one in records for resource in one)]
