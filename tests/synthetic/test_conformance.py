"""Every resource is valid FHIR and has what its US Core profile makes mandatory."""

import pytest
from fhir.resources.R4B import get_fhir_model_class

from fhirapi.synthetic.practice import npi
from tests.synthetic.us_core import MANDATORY

_US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/"


def _missing(element, path):
    """Whether the last step of a path is absent below a parent that is present."""
    step, _, rest = path.partition(".")
    if step.endswith("[x]"):
        found = [element[key] for key in element if key.startswith(step[:-3])]
    else:
        found = [element[step]] if step in element else []
    if not rest:
        return not found
    below = [part for each in found for part in (each if isinstance(each, list) else [each])]
    return any(_missing(part, rest) for part in below if isinstance(part, dict))


def _profile(resource):
    return resource["meta"]["profile"][0].removeprefix(_US_CORE)


@pytest.mark.parametrize("index", range(5))
def test_every_resource_of_a_record_is_valid_fhir(records, index):
    for resource in records[index]:
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)


def test_every_shared_resource_is_valid_fhir(shared):
    for resource in shared:
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)


def test_at_least_one_resource_of_every_kind_is_valid_fhir(everything):
    by_kind = {(each["resourceType"], _profile(each)): each for each in everything}
    assert len(by_kind) >= 40
    for (resource_type, _), resource in by_kind.items():
        get_fhir_model_class(resource_type).model_validate(resource)


def test_every_us_core_profile_has_its_example(shared, crowd):
    found = {_profile(resource) for one in (shared, *crowd) for resource in one}
    assert found == MANDATORY.keys()


def test_mandatory_elements_are_there(everything):
    absent = {
        (_profile(resource), path)
        for resource in everything
        for path in MANDATORY[_profile(resource)].split()
        if _missing(resource, path)
    }
    assert absent == set()


def test_provider_identifiers_pass_their_check_digit(shared):
    # The example of 45 CFR 162.406: 80840 before the number, then Luhn.
    numbers = [
        identifier["value"]
        for resource in shared
        for identifier in resource.get("identifier", ())
        if identifier["system"] == "http://hl7.org/fhir/sid/us-npi"
    ]
    assert len(numbers) == len(set(numbers)) > 30
    assert all(_luhn(f"80840{number}") and number.startswith("9") for number in numbers)
    assert len(npi(1)) == 10


def _luhn(digits):
    doubled = [int(digit) * (1 + position % 2) for position, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def test_race_ethnicity_and_birth_sex_are_told(records):
    for one in records:
        urls = {each["url"].removeprefix(_US_CORE) for each in one[0]["extension"]}
        assert {"us-core-race", "us-core-ethnicity", "us-core-birthsex"} <= urls


def test_measurements_have_ucum_units(everything):
    for resource in everything:
        value = resource.get("valueQuantity")
        if value:
            assert value["system"] == "http://unitsofmeasure.org"
            assert value["code"]


def test_laboratory_interpretations_agree_with_their_ranges(everything):
    for resource in everything:
        if "referenceRange" in resource:
            value, limits = resource["valueQuantity"]["value"], resource["referenceRange"][0]
            is_low = value < limits.get("low", {"value": 0})["value"]
            is_high = value > limits.get("high", {"value": 1e9})["value"]
            expected = "L" if is_low else "H" if is_high else "N"
            assert resource["interpretation"][0]["coding"][0]["code"] == expected
