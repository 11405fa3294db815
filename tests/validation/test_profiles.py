"""US Core's profiles: what each asks for is found missing, in each of its versions."""

from copy import deepcopy
from functools import cache
from typing import Any

import pytest

from fhirapi.definitions.profiles import VERSIONS, of_version
from fhirapi.synthetic.population import practice, record
from fhirapi.validation.check import review
from fhirapi.validation.profiles import is_known, problems_with
from fhirapi.validation.tables import resource_types
from fhirapi.validation.us_core import demands
from tests.validation.conftest import REBECCA, but

US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition"
VITALS = {
    "coding": [
        {
            "system": "http://terminology.hl7.org/CodeSystem/observation-category",
            "code": "vital-signs",
        }
    ]
}
HEART_RATE: dict[str, Any] = {
    "resourceType": "Observation",
    "status": "final",
    "category": [VITALS],
    "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
    "subject": {"reference": "Patient/1"},
    "effectiveDateTime": "2024-01-01",
    "valueQuantity": {
        "value": 72,
        "unit": "/min",
        "system": "http://unitsofmeasure.org",
        "code": "/min",
    },
}
EVERY = [f"{each['profile']}|{version}" for version in VERSIONS for each in of_version(version)]


def found(resource: dict[str, Any], name: str) -> list[tuple[str, str]]:
    canonical = name if ":" in name else f"{US_CORE}/{name}"
    return [(each.code, each.expression) for each in problems_with(resource, canonical)]


def test_codings_that_are_no_list_are_told_and_break_nothing() -> None:
    wrong = {**HEART_RATE, "category": [{"coding": 5}]}
    assert ("code-invalid", "Observation.category") in found(wrong, "us-core-heart-rate")


@pytest.mark.parametrize("version", ["", "|6.1.0", "|7.0.0", "|8.0.0"])
def test_what_conforms_has_no_problem(version: str) -> None:
    assert found(HEART_RATE, f"us-core-heart-rate{version}") == []


@pytest.mark.parametrize(
    ("change", "code", "place"),
    [
        ({"category": None}, "required", "Observation.category"),
        ({"subject": None}, "required", "Observation.subject"),
        ({"effectiveDateTime": None}, "required", "Observation.effective"),
        (
            {"valueQuantity": {"value": 1, "unit": "/min", "code": "/min"}},
            "required",
            "Observation.valueQuantity.system",
        ),
        ({"category": [{"text": "x"}]}, "code-invalid", "Observation.category"),
        ({"code": {"text": "pulse"}}, "code-invalid", "Observation.code"),
        ({"subject": {"reference": "Group/1"}}, "value", "Observation.subject"),
        (
            {"performer": [{"reference": "Patient/1"}, {"reference": "Device/1"}]},
            "value",
            "Observation.performer[1]",
        ),
    ],
)
def test_what_a_profile_asks_for_is_found_missing(
    change: dict[str, Any], code: str, place: str
) -> None:
    assert (code, place) in found(but(HEART_RATE, **change), "us-core-heart-rate|6.1.0")


def test_a_date_that_is_not_known_says_why() -> None:
    why = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
    unknown = {"extension": [{"url": why, "valueCode": "unknown"}]}
    undated = but(HEART_RATE, effectiveDateTime=None, _effectiveDateTime=unknown)
    assert found(undated, "us-core-heart-rate") == []


def test_one_category_of_several_has_to_be_the_profiles() -> None:
    both = but(HEART_RATE, category=[{"text": "mine"}, VITALS])
    assert found(both, "us-core-heart-rate") == []


def test_codes_that_us_core_alone_requires_are_looked_at() -> None:
    plan = {
        "resourceType": "CarePlan",
        "text": {"status": "empty", "div": "x"},
        "status": "active",
        "intent": "plan",
        "category": [{"coding": [{"code": "assess-plan"}]}],
        "subject": {"reference": "Patient/1"},
    }
    assert found(plan, "us-core-careplan") == [("code-invalid", "CarePlan.text.status")]


def test_the_versions_differ() -> None:
    document = {
        "resourceType": "DocumentReference",
        "identifier": [{"value": "x"}],
        "status": "current",
        "type": {"text": "x"},
        "category": [{"text": "x"}],
        "subject": {"reference": "Patient/1"},
        "content": [{"attachment": {"url": "Binary/1"}}],
    }
    place = ("required", "DocumentReference.content[0].attachment.contentType")
    assert place in found(document, "us-core-documentreference|3.1.1")
    assert place not in found(document, "us-core-documentreference|7.0.0")


def test_without_a_version_the_newest_that_has_it_is_meant() -> None:
    newest = demands(f"{US_CORE}/us-core-patient")
    old = demands("http://hl7.org/fhir/StructureDefinition/bp")
    assert newest
    assert old
    assert (newest.version, old.version) == ("8.0.0", "3.1.1")
    assert demands("http://hl7.org/fhir/StructureDefinition/bp|4.0.1") == old


def test_a_profile_is_of_one_type() -> None:
    assert found(REBECCA, "us-core-heart-rate") == [("structure", "Patient")]
    assert found(REBECCA, "http://hl7.org/fhir/StructureDefinition/Patient") == []
    assert found(REBECCA, "http://hl7.org/fhir/StructureDefinition/Observation|4.0.1") == [
        ("structure", "Patient")
    ]


@pytest.mark.parametrize(
    "canonical",
    [
        "",
        "x",
        "Patient",
        "|6.1.0",
        f"{US_CORE}/us-core-patient|9.0.0",
        "http://hl7.org/fhir/StructureDefinition/Patient|5.0.0",
    ],
)
def test_what_is_not_known_is_known_to_be_so(canonical: str) -> None:
    assert not is_known(canonical)


@cache
def population() -> list[dict[str, Any]]:
    return [*practice(3), *(each for index in range(40) for each in record(3, index))]


@cache
def conforming(canonical: str) -> dict[str, Any] | None:
    """A synthetic resource that claims the profile."""
    url = canonical.partition("|")[0]
    for each in population():
        claims = each["meta"].get("profile", [])
        if url in claims or canonical in claims:
            return each
    return None


@pytest.mark.parametrize("canonical", EVERY)
def test_each_mandatory_element_of_each_profile_is_missed(canonical: str) -> None:
    asked, resource = demands(canonical), conforming(canonical)
    assert asked
    if resource is None:
        pytest.skip("a profile that the small population does not claim")
    assert found(resource, canonical) == []
    for mandatory in asked.mandatory:
        if len(mandatory.steps) == 1:
            name = mandatory.steps[0].removesuffix("[x]")
            changed = {
                key: value
                for key, value in deepcopy(resource).items()
                if not key.removeprefix("_").startswith(name)
            }
            assert ("required", f"{asked.resource_type}.{name}") in found(changed, canonical)


@pytest.mark.parametrize("canonical", EVERY)
def test_references_are_to_types_that_r4_has(canonical: str) -> None:
    asked = demands(canonical)
    assert asked
    assert all(each.types <= resource_types() for each in asked.targeted)


def test_units_are_those_of_vital_signs() -> None:
    height = but(
        HEART_RATE,
        code={"coding": [{"system": "http://loinc.org", "code": "8302-2"}]},
        valueQuantity=HEART_RATE["valueQuantity"] | {"unit": "m", "code": "m"},
    )
    wrong = ("code-invalid", "Observation.valueQuantity.code")
    for version in VERSIONS[1:]:
        assert found(height, f"us-core-body-height|{version}") == [wrong]


class TestReview:
    def test_it_looks_at_what_the_resource_claims(self) -> None:
        claiming = but(REBECCA, meta={"profile": [f"{US_CORE}/us-core-patient|6.1.0"]}, name=None)
        said = [(each.code, each.expression, each.severity) for each in review(claiming)]
        assert ("required", "Patient.name", "error") in said

    def test_what_is_not_known_of_its_claims_is_told(self) -> None:
        claiming = but(REBECCA, meta={"profile": ["http://example.org/p"]})
        assert ("informational", "Patient.meta.profile[0]") in [
            (each.code, each.expression) for each in review(claiming)
        ]

    def test_a_profile_that_is_asked_for_replaces_them(self) -> None:
        claiming = but(REBECCA, meta={"profile": ["http://example.org/p"]})
        asked = ["http://hl7.org/fhir/StructureDefinition/Patient"]
        assert [each.severity for each in review(claiming, asked)] == ["warning"]
        assert [each.code for each in review(REBECCA, ["x"])][:1] == ["not-supported"]

    def test_the_same_is_not_told_twice(self) -> None:
        wrong = but(HEART_RATE, status=None)
        asked = [f"{US_CORE}/us-core-heart-rate|{version}" for version in VERSIONS[1:]]
        said = [each.expression for each in review(wrong, asked) if each.code == "required"]
        assert said == ["Observation.status"]
