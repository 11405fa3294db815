"""FHIR's data types as people read them."""

from typing import Any

import pytest

from portal.record import results, words


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("2024-03-05", "03/05/2024"), ("2024-03", "03/2024"), ("2024", "2024"),
        ("2024-03-05T23:30:00-08:00", "03/06/2024"),
        ("2024-13-05T10:00:00Z", ""), ("in-progress", "In progress"),
        ({"start": "2024-03-05", "end": "2024"}, "03/05/2024\u20132024"),
        ({"start": "2024"}, "since 2024"), ({"end": "2024"}, "until 2024"),
        ({"value": 37.5, "unit": "Cel"}, "37.5 °C"), ({"value": 5, "comparator": "<"}, "<5"),
        ({"low": {"value": 3}, "high": {"value": 5, "unit": "mg"}}, "3\u20135 mg"),
        ({"high": {"value": 5, "unit": "mg"}}, "up to 5 mg"),
        ({"low": {"value": 5, "unit": "mg"}}, "at least 5 mg"),
        ({"coding": [{"code": "x", "display": "Fever"}]}, "Fever"), ({"text": "Fever"}, "Fever"),
        ({"value": 110.5, "currency": "USD"}, "110.50 USD"), ({"reference": "Patient/1"}, ""),
        (True, "Yes"), ([{"text": "a"}, {"text": "a"}, {"text": "b"}], "a, b"), (None, ""),
    ],
)  # fmt: skip
def test_a_value_is_read_as_words(value, read):
    assert words.in_words(value) == read


def test_codes_stand_with_the_name_of_their_system():
    concept = {"coding": [{"system": "http://loinc.org", "code": "2345-7"}, {"display": "Glucose"}]}
    assert words.codes(concept) == "LOINC 2345-7"


def _part(code: str, value: float) -> dict[str, Any]:
    return {"code": {"coding": [{"code": code}]}, "valueQuantity": {"value": value, "unit": "mmHg"}}


def test_a_blood_pressure_is_one_over_the_other():
    taken = {"component": [_part("8462-4", 80), _part("8480-6", 120.5)]}
    assert results.result(taken) == "120.5/80 mmHg"
    assert [each.value for each in results.figures(taken)] == [80, 120.5]


def test_other_components_are_named():
    taken = {"component": [{"code": {"text": "Left"}, "valueString": "Clear"},
                           {"code": {"text": "Right"}}]}  # fmt: skip
    assert results.result(taken) == "Left: Clear; Right: —"


def test_a_result_that_is_missing_says_why():
    assert results.result({"dataAbsentReason": {"text": "Not Performed"}}) == "Not Performed"


@pytest.mark.parametrize(("code", "read"), [("H", "High"), ("N", "")])
def test_only_what_is_not_usual_is_flagged(code, read):
    found = {"interpretation": [{"coding": [{"code": code}], "text": "High" if read else "Normal"}]}
    assert results.flag(found) == read
