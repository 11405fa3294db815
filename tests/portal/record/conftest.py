"""Records to read: one of a made-up person with everything, and a few resources by hand."""

import pytest
from django.test import Client as Browser

from fhirapi.store.load import load
from fhirapi.synthetic import population
from tests import people
from tests.people import Person
from tests.portal.ui.browser import signed_in

SEED = 42
RECORD = "/portal/patients/142859/record/"


@pytest.fixture
def rebeccas(rebecca: Person) -> Browser:
    return signed_in(rebecca.account)


@pytest.fixture
def whole_record(db: None) -> str:
    """Everything that is made up about the first patient; returns her id."""
    load(population.practice(SEED))
    load(population.record(SEED, 0))
    return "142859"


@pytest.fixture
def reader(whole_record: str) -> Browser:
    return signed_in(people.linked_patient("rebecca", "Rebecca", "Larson", whole_record).account)
