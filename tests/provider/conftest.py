"""A partner who writes for Dr. Grey's patients."""

import pytest

from tests.api import Api
from tests.people import Person
from tests.provider.client import Partner, partner


@pytest.fixture
def grey(api: Api, dr_grey: Person) -> Partner:
    return partner(api, dr_grey, patient_ids=["142859", "142860"])
