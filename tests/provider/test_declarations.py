"""The rows: on declared types and parameters, described, as JSON Schema, found from FHIR."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from fhirapi.definitions import registry as definitions
from fhirapi.provider import registry
from fhirapi.provider.described import described
from fhirapi.provider.filters import search_of
from fhirapi.provider.locations import field_at
from fhirapi.provider.mapping import to_fhir, to_flat
from fhirapi.provider.registry import BadDeclaration
from fhirapi.provider.schema import Does, Field, Filter, FilterType, Kind
from fhirapi.provider.schemas import Use, schema_of
from fhirapi.validation.structure import problems_of
from tests.provider.conftest import kinds, named, of_kind
from tests.provider.flat import records
from tests.provider.test_mapping import SOME

EVERY_KIND = pytest.mark.parametrize("kind", kinds(), ids=named)


def kind(name: str) -> Kind:
    found = registry.find(name)
    assert found
    return found


def test_the_api_has_the_kinds_that_it_is_to_have() -> None:
    wanted = (
        "patients problems allergies medications prescriptions results panels vitals "
        "immunizations procedures encounters notes documents care_plans goals care_teams devices "
        "appointments schedules slots practitioners facilities coverages tasks messages charges "
        "claims social_history"
    )
    assert set(wanted.split()) <= {each.name for each in registry.every()}


@EVERY_KIND
def test_a_kind_knows_whose_patient_it_is_where_its_type_does(kind: Kind) -> None:
    resource_type = definitions.find(kind.resource_type)
    assert resource_type
    has_patient = resource_type.patient not in (None, "id")
    assert kind.has_patient == has_patient
    assert has_patient == any(each.name == "patient_id" for each in kind.filters)


def test_a_claim_is_only_read() -> None:
    assert kind("claims").does == {Does.LIST, Does.READ}


def test_contradictions_are_refused() -> None:
    problems = kind("problems")
    bad_filter = Filter("x", "no-such-parameter", "", FilterType.TEXT)
    id_of_a_date = Filter("x", "onset-date", "", FilterType.ID, target="Patient")
    unknown_default = replace(problems.fields[5], default="gone")
    for each in (
        problems,
        replace(problems, name="a", resource_type="MedicationStatement"),
        replace(problems, name="a", filters=(bad_filter,)),
        replace(problems, name="a", filters=(id_of_a_date,)),
        replace(problems, name="a", filters=problems.filters * 2),
        replace(problems, name="a", fields=problems.fields * 2),
        replace(problems, name="a", fields=(unknown_default,)),
        replace(problems, name="a", needs=(("nothing",),)),
    ):
        with pytest.raises(BadDeclaration):
            registry.register([each])
    assert registry.find("a") is None


def _objects(schema: Any) -> list[dict[str, Any]]:
    below = schema.values() if isinstance(schema, dict) else schema
    found = [each for part in below if isinstance(part, dict | list) for each in _objects(part)]
    return [schema, *found] if isinstance(schema, dict) and "properties" in schema else found


@EVERY_KIND
@pytest.mark.parametrize("use", Use)
def test_a_schema_is_json_schema_2020_12_with_words_for_every_field(kind: Kind, use: Use) -> None:
    schema = schema_of(kind, use)
    Draft202012Validator.check_schema(schema)
    assert all(each["description"] for each in schema["properties"].values())
    assert all(each["additionalProperties"] is False for each in _objects(schema))
    read_only = {name for name, each in schema["properties"].items() if each.get("readOnly")}
    assert {"id", "version", "updated_at"} <= read_only


@EVERY_KIND
def test_what_is_read_is_as_the_schema_says(kind: Kind) -> None:
    validator = Draft202012Validator(schema_of(kind), format_checker=FormatChecker())
    for resource in of_kind(kind)[:40]:
        assert list(validator.iter_errors(_plain(to_flat(kind, resource)))) == []


@EVERY_KIND
@SOME
@given(data=st.data())
def test_what_check_lets_pass_the_schema_lets_pass(kind: Kind, data: Any) -> None:
    validator = Draft202012Validator(schema_of(kind, Use.CREATE))
    flat = data.draw(records(kind))
    assert list(validator.iter_errors(_plain(flat))) == []


def _plain(value: Any) -> Any:
    """With numbers as the validator knows them."""
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value if isinstance(value, str | bool | int) else float(value)


def test_a_schema_says_what_a_new_record_needs() -> None:
    create = schema_of(kind("problems"), "create")
    assert create["required"] == ["patient_id", "code"]
    assert "required" not in schema_of(kind("problems"), "update")
    assert create["properties"]["clinical_status"]["default"] == "active"
    validator = Draft202012Validator(schema_of(kind("vitals"), "create"))
    flat = {"patient_id": "1", "code": {"code": "8867-4", "system": "loinc"}}
    assert not validator.is_valid(flat)
    assert validator.is_valid({**flat, "observed_at": "2026-06-26"})


def test_filters_become_a_fhir_search() -> None:
    search, errors = search_of(
        kind("problems"),
        {
            "patient_id": "1,2",
            "clinical_status": "active,relapse",
            "code": "icd10cm|I10,195967001",
            "onset_from": "2020",
            "updated_since": "2026-01-01T00:00:00Z",
        },
    )
    status = "http://terminology.hl7.org/CodeSystem/condition-clinical"
    assert errors == []
    assert search == [
        (
            "category",
            "http://terminology.hl7.org/CodeSystem/condition-category|problem-list-item",
        ),
        ("patient", "Patient/1,Patient/2"),
        ("clinical-status", f"{status}|active,{status}|relapse"),
        ("code", "http://hl7.org/fhir/sid/icd-10-cm|I10,195967001"),
        ("onset-date", "ge2020"),
        ("_lastUpdated", "ge2026-01-01T00:00:00Z"),
    ]


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("colour", "red", "unknown"),
        ("patient_id", "Patient/1", "format"),
        ("patient_id", "1,,2", "format"),
        ("clinical_status", "gone", "enum"),
        ("onset_from", "yesterday", "format"),
        ("code", "", "format"),
    ],
)
def test_a_wrong_filter_is_named(name: str, value: str, code: str) -> None:
    _search, errors = search_of(kind("problems"), {name: value})
    assert [(each.field, each.code) for each in errors] == [(name, code)]


def test_what_separates_in_a_search_is_escaped() -> None:
    search, _errors = search_of(kind("patients"), {"name": "O$Neil|\\"})
    assert search == [("name", "O\\$Neil\\|\\\\")]


@pytest.mark.parametrize(
    ("name", "location", "field"),
    [
        ("problems", "Condition.onsetDateTime", "onset_date"),
        ("problems", "Condition.code.coding[0].code", "code"),
        ("problems", "Condition.subject", "patient_id"),
        ("problems", "Condition.note[1].text", "notes[1].text"),
        ("problems", "Condition.note[1]", "notes[1]"),
        ("problems", "Condition.stage[0].summary", None),
        ("problems", "Condition.extension[0].valueDateTime", None),
        ("problems", "Condition", None),
        ("allergies", "AllergyIntolerance.reaction[1].severity", "reactions[1].severity"),
        ("prescriptions", "MedicationRequest.dispenseRequest.quantity.value", "quantity"),
    ],
)
def test_a_place_in_fhir_leads_back_to_the_field(
    name: str, location: str, field: str | None
) -> None:
    assert field_at(kind(name), location) == field


def test_items_of_a_list_are_told_apart_by_the_resource() -> None:
    appointments = kind("appointments")
    stored = {
        "participant": [
            {"actor": {"reference": "Location/1"}},
            {"actor": {"reference": "Patient/1"}},
            {"actor": {"reference": "Practitioner/1"}},
        ]
    }
    places = [f"Appointment.participant[{number}].status" for number in range(3)]
    assert [field_at(appointments, each, stored) for each in places] == [
        "participants[0].status",
        "patient_status",
        "participants[1].status",
    ]


def test_what_fhir_finds_wrong_is_told_by_field() -> None:
    problem = kind("problems")
    resource = to_fhir(problem, {"patient_id": "1", "code": {"code": "1"}, "onset_date": "2020"})
    resource["onsetDateTime"] = "soon"
    located = [each.expression for each in problems_of(resource)]
    assert [field_at(problem, each, resource) for each in located] == ["onset_date"]


@EVERY_KIND
def test_a_kind_is_described_for_documentation(kind: Kind) -> None:
    page = described(kind)
    assert page.words.endswith(".")
    assert page.area in ("clinical", "administrative", "other")
    for each in page.fields:
        assert each.words.endswith(".")
        assert each.type
        assert each.fhir
    names = [each.name for each in page.fields]
    assert len(names) == len(set(names))
    assert set(names) >= {each.name for each in kind.fields}
    assert all(each.words.endswith(".") for each in page.filters)


def test_nested_fields_are_described_with_the_names_above_them() -> None:
    reactions = {each.name: each for each in described(kind("allergies")).fields}
    severity = reactions["reactions[].severity"]
    assert severity.codes == ("mild", "moderate", "severe")
    assert severity.fhir == "reaction.severity"
    assert reactions["reactions"].type == "array of object"


def test_no_field_is_named_twice_for_what_it_is_not() -> None:
    """An id is a text, a moment ends in _at, a day in _date: names tell the type."""
    odd = [
        f"{each.name}.{field.name}"
        for each in registry.every()
        for field in each.fields
        if _is_odd(field)
    ]
    assert odd == []


def _is_odd(field: Field) -> bool:
    schema = field.shape.json_schema()
    if field.name.endswith("_ids"):
        return bool(schema.get("type") != "array" or schema["items"].get("type") != "string")
    return bool(field.name.endswith(("_id", "_at", "_date")) and schema.get("type") != "string")
