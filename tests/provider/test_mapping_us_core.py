"""The least that a new record may say makes a resource with what US Core asks of every one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirapi.definitions.profiles import of_version
from fhirapi.provider import registry
from fhirapi.provider.checking import check
from fhirapi.provider.mapping import to_fhir
from fhirapi.validation.structure import problems_of
from tests.provider.flat import records
from tests.provider.test_mapping import SOME
from tests.synthetic.must_support import lacks, name_of

PROFILES = {
    "allergies": "allergyintolerance",
    "care_plans": "careplan",
    "care_teams": "careteam",
    "coverages": "coverage",
    "devices": "implantable-device",
    "diagnoses": "condition-encounter-diagnosis",
    "dispenses": "medicationdispense",
    "documents": "documentreference",
    "encounters": "encounter",
    "facilities": "location",
    "goals": "goal",
    "health_concerns": "condition-problems-health-concerns",
    "immunizations": "immunization",
    "medication_products": "medication",
    "medications": "medicationrequest",
    "notes": "documentreference",
    "observations": "simple-observation",
    "orders": "servicerequest",
    "organizations": "organization",
    "panels": "diagnosticreport-lab",
    "patients": "patient",
    "practitioner_roles": "practitionerrole",
    "practitioners": "practitioner",
    "prescriptions": "medicationrequest",
    "problems": "condition-problems-health-concerns",
    "procedures": "procedure",
    "related_persons": "relatedperson",
    "reports": "diagnosticreport-note",
    "results": "observation-lab",
    "screenings": "observation-screening-assessment",
    "social_history": "simple-observation",
    "specimens": "specimen",
}
"""Kinds and their profiles in US Core 6.1.0. Of vital signs, each sign has its own: see below."""
WITHOUT = {"appointments", "charges", "claims", "messages", "schedules", "slots", "tasks", "vitals"}


def _missing(profile: str, resource: dict[str, Any]) -> list[str]:
    mandatory = next(
        each["mandatory"] for each in of_version("6.1.0") if name_of(each["profile"]) == profile
    )
    return [path for path in mandatory if lacks(resource, path.partition(".")[2])]


def test_every_kind_is_measured_against_its_profile() -> None:
    assert {each.name for each in registry.every()} == PROFILES.keys() | WITHOUT


@pytest.mark.parametrize("name", PROFILES)
@SOME
@given(data=st.data())
def test_the_least_record_has_what_us_core_asks_for(name: str, data: Any) -> None:
    kind = registry.find(name)
    assert kind
    resource = to_fhir(kind, data.draw(records(kind, full=False)))
    assert _missing(f"us-core-{PROFILES[name]}", resource) == []


@pytest.mark.parametrize(
    ("profile", "loinc", "measured"),
    [
        ("us-core-body-weight", "29463-7", {"value": {"value": 70, "unit": "kg", "code": "kg"}}),
        ("us-core-blood-pressure", "85354-9", {"systolic": 128, "diastolic": 82}),
        ("us-core-pulse-oximetry", "59408-5", {"value": {"value": 97, "unit": "%", "code": "%"}}),
    ],
)
def test_a_vital_sign_has_what_its_profile_asks_for(
    profile: str, loinc: str, measured: dict[str, Any]
) -> None:
    vitals = registry.find("vitals")
    assert vitals
    flat = {
        "patient_id": "142859",
        "code": {"code": loinc, "system": "loinc"},
        "observed_at": "2026-06-26T16:56:00-05:00",
        **measured,
    }
    assert check(vitals, flat, is_new=True) == []
    resource = to_fhir(vitals, flat)
    assert _missing(profile, resource) == []
    assert problems_of(resource) == []
