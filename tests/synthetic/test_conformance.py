"""Every resource is valid FHIR, and what a search finds conforms to the profile it stands for."""

import pytest
from fhir.resources.R4B import get_fhir_model_class

from fhirapi.synthetic.practice import npi
from tests.synthetic.must_support import as_list, codes_of, name_of

_US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/"


def _model(resource):
    return get_fhir_model_class(resource["resourceType"]).model_validate(resource)


def _strange_codes(model):
    """Codes that FHIR does not list; the library does not refuse them by itself."""
    for name, field in type(model).model_fields.items():
        known = (field.json_schema_extra or {}).get("enum_values", ())
        value = getattr(model, name)
        for each in as_list([] if value is None else value):
            if known and "+" not in known and str(each) not in known:
                yield f"{type(model).__name__}.{name}: {each}"
            if hasattr(type(each), "model_fields"):
                yield from _strange_codes(each)


def test_every_resource_is_valid_fhir(everything):
    for resource in everything:
        assert list(_strange_codes(_model(resource))) == []


def test_one_resource_of_every_shape_of_a_crowd_is_valid_fhir(crowd):
    by_shape = {(each["resourceType"], *sorted(each)): each for one in crowd for each in one}
    assert len(by_shape) > 80
    for resource in by_shape.values():
        assert list(_strange_codes(_model(resource))) == []


@pytest.mark.parametrize(
    ("resource_type", "category", "profiles"),
    [
        ("Observation", "laboratory", "us-core-observation-lab"),
        ("Observation", "vital-signs", "us-core-vital-signs us-core-average-blood-pressure"),
        ("Observation", "survey", "us-core-observation-screening-assessment"),
        ("Observation", "sdoh", "us-core-observation-screening-assessment"),
        ("Observation", "functional-status", "us-core-simple-observation"),
        ("Observation", "disability-status", "us-core-simple-observation"),
        ("Observation", "cognitive-status", "us-core-simple-observation"),
        ("Observation", "imaging", "us-core-observation-clinical-result"),
        ("Observation", "procedure", "us-core-observation-clinical-result"),
        ("DiagnosticReport", "LAB", "us-core-diagnosticreport-lab"),
        ("DiagnosticReport", "LP29684-5", "us-core-diagnosticreport-note"),
        ("DiagnosticReport", "LP29708-2", "us-core-diagnosticreport-note"),
        ("DiagnosticReport", "LP7839-6", "us-core-diagnosticreport-note"),
        ("Condition", "encounter-diagnosis", "us-core-condition-encounter-diagnosis"),
        ("Condition", "problem-list-item", "us-core-condition-problems-health-concerns"),
        ("Condition", "health-concern", "us-core-condition-problems-health-concerns"),
        ("DocumentReference", "clinical-note", "us-core-documentreference"),
        ("CarePlan", "assess-plan", "us-core-careplan"),
    ],
)
def test_what_a_category_finds_claims_its_profile(crowd, resource_type, category, profiles):
    found = [
        each
        for one in crowd
        for each in one
        if each["resourceType"] == resource_type and category in codes_of(each, "category")
    ]
    assert found
    for each in found:
        claimed = {name_of(profile) for profile in each["meta"]["profile"]}
        assert claimed & set(profiles.split()), each["id"]


def test_the_types_of_us_core_always_claim_a_profile(everything):
    without = {each["resourceType"] for each in everything if "profile" not in each["meta"]}
    assert without == {
        "Appointment", "Binary", "Claim", "Communication", "Consent", "Endpoint",
        "ExplanationOfBenefit", "HealthcareService", "List", "Media", "Schedule", "Slot", "Task",
    }  # fmt: skip


def test_the_kinds_of_clinical_notes_are_all_there(crowd):
    kinds = {
        code
        for one in crowd
        for each in one
        if each["resourceType"] == "DocumentReference"
        for code in codes_of(each, "type")
    }
    assert {"11488-4", "18842-5", "34117-2", "28570-0", "11506-3"} <= kinds
    assert {"18748-4", "11502-2", "11526-1"} <= kinds


def test_what_is_not_known_is_said_to_be_unknown(crowd):
    resources = [each for one in crowd for each in one]
    reason = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
    undated = [each for each in resources if "_authored" in each and "authored" not in each]
    assert undated
    assert all(each["_authored"]["extension"][0]["url"] == reason for each in undated)
    assert [each for each in resources if "unknown" in codes_of(each, "code")]
    assert [each for each in resources if "dataAbsentReason" in each]


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
