"""Phone numbers: those of the demo's people are taken like real ones."""

import pytest
from django.core.exceptions import ValidationError

from fhirapi.synthetic.population import record
from portal.accounts.fields import PhoneField


@pytest.mark.parametrize("index", range(20))
def test_the_numbers_of_synthetic_patients_are_possible(index):
    phones = [each["value"] for each in record(1, index)[0]["telecom"] if each["system"] == "phone"]
    assert phones
    for phone in phones:
        assert len(PhoneField().clean(phone)) == 10


@pytest.mark.parametrize("phone", ["(512) 555-0147", "888-555-0100", "212.555.0199", "3125551212"])
def test_possible_numbers_are_fine(phone):
    PhoneField().clean(phone)


@pytest.mark.parametrize("phone", ["1234567890", "5555555555", "0005550147", "2125550"])
def test_impossible_ones_are_not(phone):
    with pytest.raises(ValidationError):
        PhoneField().clean(phone)
