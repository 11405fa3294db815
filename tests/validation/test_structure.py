"""What is said of a resource that does not have the form of its type."""

from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest

from fhirapi.synthetic.population import practice, record
from fhirapi.validation.structure import problems
from tests import people

PULSE = people.observation("o", "142859")
REBECCA = people.patient("142859", "Rebecca", "Larson", "9999094", "1978-04-12")


@pytest.mark.parametrize("resources", [record(1, 0), record(1, 1), practice(1)])
def test_what_we_make_up_is_valid_and_stays_as_it_is(resources: list[dict[str, Any]]) -> None:
    before = deepcopy(resources)
    assert [found for each in resources for found in problems(each)] == []
    assert resources == before


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"status": None}, "Observation.status is missing."),
        ({"status": "fnal"}, "Observation.status is not one of the codes that FHIR lists."),
        ({"code": {"coding": [{"code": 5}]}}, "Observation.code.coding[0].code does not have"),
        ({"colour": "red"}, "Observation.colour is not an element that FHIR knows there."),
        ({"effectiveDateTime": "2020-13-01"}, "Observation.effectiveDateTime does not have"),
        ({"valueQuantity": {"value": "7"}}, "Observation.valueQuantity.value does not have"),
        ({"valueQuantity": {"value": True}}, "Observation.valueQuantity.value does not have"),
        ({"note": {"text": "x"}}, "Observation.note does not have the form"),
        ({"valueString": "x"}, "Observation does not have the form"),
        ({"contained": [{"resourceType": "Unicorn"}]}, "contains a resource of a type"),
    ],
)
def test_each_problem_names_its_element(change: dict[str, Any], problem: str) -> None:
    changed = {name: value for name, value in {**PULSE, **change}.items() if value is not None}
    [found] = problems(changed)
    assert problem in found


@pytest.mark.parametrize(
    ("element", "value"),
    [("active", "yes"), ("multipleBirthInteger", "3"), ("multipleBirthInteger", Decimal("1.5"))],
)
def test_a_text_is_neither_a_number_nor_a_boolean(element: str, value: Any) -> None:
    assert problems({**REBECCA, element: value})


def test_a_code_that_fhir_does_not_list_is_found_within_an_element() -> None:
    name = [*REBECCA["name"], {"use": "stage", "family": "X"}]
    [found] = problems({**REBECCA, "name": name})
    assert found == f"Patient.name[{len(name) - 1}].use is not one of the codes that FHIR lists."


def test_no_text_repeats_a_value() -> None:
    found = " ".join(problems({**REBECCA, "gender": "Larson", "Rebecca Larson": 1, "active": "ja"}))
    assert "Larson" not in found
    assert "a name that FHIR does not have" in found
