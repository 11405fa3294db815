"""The CapabilityStatement says exactly what works, parameter by parameter.

https://hl7.org/fhir/R4/capabilitystatement.html
"""

from itertools import count
from typing import Any, NamedTuple

import pytest

from fhirapi.definitions import registry
from fhirapi.definitions.schema import ParameterType, ResourceType, SearchParameter
from tests import people
from tests.api import Api, Session, ids
from tests.conformance.us_core.example import Example, example, put
from tests.conformance.us_core.oracle import Resource

pytestmark = pytest.mark.django_db


class Case(NamedTuple):
    resource_type: ResourceType
    code: str
    example: Example
    has: Resource
    has_not: Resource

    @property
    def is_always_there(self) -> bool:
        """What a resource cannot be found without, here: its patient, a patient's doctor, a
        list's members."""
        parameter = self.resource_type.parameter(self.code)
        assert parameter
        is_patient = (
            self.resource_type.patient in parameter.paths and "Patient" in parameter.targets
        )
        return is_patient or self.code in ("general-practitioner", self.resource_type.members)

    def __str__(self) -> str:
        return f"{self.resource_type.name}?{self.code}"


def _cases() -> list[Case]:
    numbers = count()
    return [
        _case(resource_type, parameter, path, next(numbers))
        for resource_type in registry.every()
        for parameter in resource_type.search
        for path in parameter.paths
    ]


def _case(resource_type: ResourceType, parameter: SearchParameter, path: str, number: int) -> Case:
    made = example(resource_type, parameter)
    has, has_not = _base(resource_type, f"has-{number}"), _base(resource_type, f"not-{number}")
    # What lets the doctor see the resource must stay.
    is_patient = path == resource_type.patient and "Patient" not in parameter.targets
    is_beside = is_patient or parameter.code in ("general-practitioner", resource_type.members)
    put(has, path, made.has, is_beside=is_beside)
    put(has_not, path, made.has_not, is_beside=is_beside)
    return Case(resource_type, parameter.code, made, has, has_not)


def _base(resource_type: ResourceType, resource_id: str) -> Resource:
    base: Resource = {"resourceType": resource_type.name, "id": resource_id}
    if resource_type.name == "Patient":
        base["generalPractitioner"] = [{"reference": "Practitioner/dr-grey"}]
    elif resource_type.members:
        put(base, "member.entity", {"reference": "Patient/142859"})
    elif resource_type.patient:
        put(base, resource_type.patient, {"reference": "Patient/142859"})
    return base


CASES = _cases()


@pytest.fixture(scope="module")
def population() -> list[Resource]:
    patients = [
        people.patient("142859", "Rebecca", "Larson", "9999094", "1978-04-12"),
        people.patient("142860", "John", "Wright", "9999097", "1965-09-30"),
    ]
    grey = people.practitioner("dr-grey", "Grey")
    bare = [_base(each, f"bare-{each.name}") for each in registry.every()]
    return [grey, *patients, *bare, *(each for case in CASES for each in (case.has, case.has_not))]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_parameter_finds_what_has_the_value_and_not_what_has_another(
    session: Session, case: Case
) -> None:
    for asked in case.example.ask:
        query = {case.code: asked, "_count": "1000"}
        response = session.get(case.resource_type.name, query)
        assert response.status_code == 200, response.content
        assert case.has["id"] in ids(response), asked
        assert case.has_not["id"] not in ids(response), asked


@pytest.mark.parametrize("case", CASES, ids=str)
def test_missing_tells_what_has_no_value(session: Session, case: Case) -> None:
    name, have = case.resource_type.name, {case.has["id"], case.has_not["id"]}
    if case.is_always_there:
        have.add(f"bare-{name}")
    every = ",".join([*have, f"bare-{name}"])
    missing = session.get(name, {f"{case.code}:missing": "true", "_id": every})
    present = session.get(name, {f"{case.code}:missing": "false", "_id": every})
    assert set(ids(missing)) == {*every.split(",")} - have
    assert set(ids(present)) == have


@pytest.fixture
def announced(session: Session) -> dict[str, dict[str, str]]:
    [rest] = session.get("metadata").json()["rest"]
    return {
        each["type"]: {parameter["name"]: parameter["type"] for parameter in each["searchParam"]}
        for each in rest["resource"]
    }


def test_what_is_announced_is_what_was_tried(announced: Any) -> None:
    tried = {(case.resource_type.name, case.code) for case in CASES}
    for resource_type in registry.every():
        assert announced[resource_type.name] == {
            each.code: each.type.value for each in resource_type.search
        }
        for each in resource_type.search:
            is_elsewhere = each.code in ("_id", "_lastUpdated") or each.parts
            assert (resource_type.name, each.code) in tried or is_elsewhere


@pytest.mark.parametrize("name", [each.name for each in registry.every()])
def test_id_and_last_updated_work_for_every_type(session: Session, name: str) -> None:
    for query in ({"_id": "142859"}, {"_lastUpdated": "gt2020-01-01"}):
        assert session.get(name, query).status_code == 200
    shown = ids(session.get(name, {"_count": "1"}))
    assert ids(session.get(name, {"_id": ",".join([*shown, "x"])})) == shown
    assert ids(session.get(name, {"_lastUpdated": "lt2020-01-01"})) == []


COMPOSITES = [
    (each.name, parameter)
    for each in registry.every()
    for parameter in each.search
    if parameter.type is ParameterType.COMPOSITE
]


def test_there_are_composites() -> None:
    assert {name for name, _ in COMPOSITES} == {"Observation"}


@pytest.mark.parametrize("parameter", [each for _, each in COMPOSITES], ids=lambda each: each.code)
def test_a_composite_asks_for_both_parts(session: Session, parameter: SearchParameter) -> None:
    observation = registry.find("Observation")
    assert observation
    examples = []
    resources = [_base(observation, f"{parameter.code}-{number}") for number in range(3)]
    for number, code in enumerate(parameter.parts):
        part = observation.parameter(code)
        assert part
        examples.append(example(observation, part))
        for each, resource in enumerate(resources):
            put(resource, part.paths[0],
                examples[-1].has if number != each else examples[-1].has_not)  # fmt: skip
    Api().has(*resources)
    asked = "$".join(each.ask[0] for each in examples)
    found = ids(session.get("Observation", {parameter.code: asked, "_count": "1000"}))
    assert set(found) & {each["id"] for each in resources} == {resources[2]["id"]}
