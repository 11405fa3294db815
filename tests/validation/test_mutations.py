"""Whatever is made wrong in a resource of the synthetic population is found where it is."""

import random
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirapi.definitions import registry
from fhirapi.outcomes import Problem
from fhirapi.synthetic.population import practice, record
from fhirapi.validation.check import check, review
from fhirapi.validation.profiles import claimed
from fhirapi.validation.tables import Structure, structure
from tests.validation.conftest import PULSE, but, told

SEED = 11
NUMBERS = range(10)


@cache
def population() -> tuple[dict[str, Any], ...]:
    """One resource of every shape."""
    made = [*practice(SEED), *(each for index in range(25) for each in record(SEED, index))]
    by_shape = {(each["resourceType"], *sorted(each)): each for each in made}
    return tuple(by_shape.values())


def repeatable(number: int) -> random.Random:
    return random.Random(number)  # noqa: S311 - to be repeated, not to be secret


Spot = tuple[dict[str, Any], Structure, str]


def spots(value: dict[str, Any], form: Structure, place: str) -> Iterator[Spot]:
    """Every object within a resource, with its type and place."""
    yield value, form, place
    for name, inner in value.items():
        element = form.elements.get(name)
        if element is None or element.check is not None:
            continue
        for number, each in enumerate(inner if element.is_list else [inner]):
            where = f"{place}.{element.name}" + (f"[{number}]" if element.is_list else "")
            kind = each["resourceType"] if element.type == "Resource" else element.type
            yield from spots(each, structure(kind), where)


def spots_of(resource: dict[str, Any]) -> list[Spot]:
    kind = resource["resourceType"]
    return list(spots(resource, structure(kind), kind))


@pytest.mark.parametrize("number", NUMBERS)
def test_an_unknown_element_is_found_anywhere(number: int) -> None:
    chance = repeatable(number)
    for resource in population():
        changed = deepcopy(resource)
        value, _, place = chance.choice(spots_of(changed))
        value["colour"] = "red"
        assert ("structure", f"{place}.colour") in told(changed)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_missing_element_is_found_anywhere(number: int) -> None:
    chance = repeatable(number)
    for resource in population():
        changed = deepcopy(resource)
        holders = [each for each in spots_of(changed) if each[1].mandatory]
        if not holders:
            continue
        value, form, place = chance.choice(holders)
        name, names = chance.choice(form.mandatory)
        for each in names:
            value.pop(each, None)
        found = told(changed)
        # An object of which nothing is left is no object.
        assert ("required", f"{place}.{name}") in found or ("structure", place) in found


@pytest.mark.parametrize("number", NUMBERS)
def test_a_wrong_code_is_found_anywhere(number: int) -> None:
    chance = repeatable(number)
    tried = 0
    for resource in population():
        changed = deepcopy(resource)
        coded = [
            (value, name, f"{place}.{name}")
            for value, form, place in spots_of(changed)
            for name in value
            if name in form.elements
            and form.elements[name].codes
            and not form.elements[name].is_list
        ]
        if coded:
            value, name, place = chance.choice(coded)
            value[name] = "unheard-of"
            assert told(changed) == [("code-invalid", place)]
            tried += 1
    assert tried > 30


@pytest.mark.parametrize("number", NUMBERS)
def test_a_value_of_another_json_type_is_found_anywhere(number: int) -> None:
    chance = repeatable(number)
    for resource in population():
        changed = deepcopy(resource)
        value, form, place = chance.choice(spots_of(changed))
        name = chance.choice([each for each in value if each != "resourceType"])
        element = form.elements[name]
        value[name] = {"a": "b"} if element.check or element.is_list else "text"
        assert f"{place}.{element.name}" in [each for _, each in told(changed)]


def test_every_resource_conforms_to_what_it_claims() -> None:
    claims = 0
    for resource in population():
        found = [each for each in review(resource) if each.severity == "error"]
        assert found == [], resource["id"]
        claims += len(claimed(resource))
    assert claims > 60


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=8,
)
TYPES = sorted(each.name for each in registry.every())


@given(ODD)
def test_no_json_is_too_odd(value: Any) -> None:
    assert all(isinstance(each, Problem) for each in check(value))
    assert check(value)


@given(st.data())
def test_no_content_of_an_element_is_too_odd(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(TYPES))
    names = [*structure(kind).elements, "resourceType", "Ä"]
    members = data.draw(st.dictionaries(st.sampled_from(names), ODD, max_size=4))
    resource = {"resourceType": kind, **members}
    assert all(isinstance(each, Problem) for each in [*check(resource), *review(resource)])


@given(st.data())
def test_no_change_within_a_resource_is_too_odd(data: st.DataObject) -> None:
    resource = deepcopy(data.draw(st.sampled_from(population())))
    value, _, _ = data.draw(st.sampled_from(spots_of(resource)))
    value[data.draw(st.sampled_from(sorted(value)))] = data.draw(ODD)
    assert all(isinstance(each, Problem) for each in [*check(resource), *review(resource)])


def test_what_is_wrong_in_two_places_is_told_of_both() -> None:
    assert told(but(PULSE, status="x", code=None)) == [
        ("code-invalid", "Observation.status"),
        ("required", "Observation.code"),
    ]
