"""What is wrong with flat input is told by field, and without the value."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhirapi.provider import registry
from fhirapi.provider.checking import check
from fhirapi.provider.mapping import to_fhir, to_flat, whole

PROBLEM: dict[str, Any] = {"patient_id": "142859", "code": {"code": "I10", "system": "icd10cm"}}


def wrong(name: str, flat: dict[str, Any], *, is_new: bool = True) -> list[tuple[str, str]]:
    kind = registry.find(name)
    assert kind
    return [(each.field, each.code) for each in check(kind, flat, is_new=is_new)]


def test_right_input_has_nothing_wrong() -> None:
    assert wrong("problems", PROBLEM) == []


def test_a_uri_has_no_white_space() -> None:
    numbered = {"identifiers": [{"system": "Two words", "value": "1"}]}
    assert ("identifiers[0].system", "format") in wrong("encounters", numbered, is_new=False)


def test_a_reference_leads_only_where_fhir_lets_it() -> None:
    """https://hl7.org/fhir/R4/medicationrequest-definitions.html#MedicationRequest.reasonReference"""
    because = {
        "reason_records": [{"type": "Condition", "id": "1"}, {"type": "Procedure", "id": "1"}]
    }
    told = wrong("prescriptions", because, is_new=False)
    assert told == [("reason_records[1].type", "enum")]
    assert wrong("procedures", because, is_new=False) == []


def test_only_a_quantity_that_may_be_vague_has_a_comparator() -> None:
    """https://hl7.org/fhir/R4/datatypes.html#SimpleQuantity"""
    vague = {"value": 5, "comparator": "<"}
    assert wrong("prescriptions", {"quantity": vague}, is_new=False) == [
        ("quantity.comparator", "unknown")
    ]
    assert wrong("prescriptions", {"supply_duration": vague}, is_new=False) == []


def test_what_is_missing_is_asked_for_of_a_new_record_only() -> None:
    assert wrong("problems", {}) == [("patient_id", "required"), ("code", "required")]
    assert wrong("problems", {}, is_new=False) == []
    assert wrong("problems", {"code": None}, is_new=False) == [("code", "required")]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"colour": "red"}, ("colour", "unknown")),
        ({"code": "I10"}, ("code", "type")),
        ({"code": {"code": "I10", "sistem": "x"}}, ("code.sistem", "unknown")),
        ({"code": {"code": "I10", "system": "icd11"}}, ("code.system", "enum")),
        ({"code": {"system": "icd10cm"}}, ("code.code", "required")),
        ({"code": {"code": " I10"}}, ("code.code", "format")),
        ({"clinical_status": "gone"}, ("clinical_status", "enum")),
        ({"clinical_status": ["active"]}, ("clinical_status", "type")),
        ({"onset_date": "03/04/2020"}, ("onset_date", "format")),
        ({"onset_date": "2020-02-30"}, ("onset_date", "format")),
        ({"onset_date": "2020-13"}, ("onset_date", "format")),
        ({"onset_date": 2020}, ("onset_date", "type")),
        ({"onset_date": ""}, ("onset_date", "format")),
        ({"recorded_at": "2020-01-01T10:00:00"}, ("recorded_at", "format")),
        ({"recorded_at": "2020-01-01T25:00:00Z"}, ("recorded_at", "format")),
        ({"recorded_at": "2020-01-01T10:00:00+15:00"}, ("recorded_at", "format")),
        ({"code": {"code": "I10", "system": " urn:oid:1.2 "}}, ("code.system", "enum")),
        ({"onset_text": " "}, ("onset_text", "format")),
        ({"onset_text": "a\x00b"}, ("onset_text", "format")),
        ({"onset_text": "a\ud800b"}, ("onset_text", "format")),
        ({"onset_text": "as a child", "onset_date": "1990"}, ("onset_text", "choice")),
        ({"encounter_id": "Encounter/1"}, ("encounter_id", "format")),
        ({"recorder": {"type": "Practitioner"}}, ("recorder.id", "required")),
        ({"recorder": {"type": "Device", "id": "1"}}, ("recorder.type", "enum")),
        ({"recorder": {}}, ("recorder.id", "required")),
        ({"body_sites": []}, ("body_sites", "format")),
        ({"body_sites": {"code": "1"}}, ("body_sites", "type")),
        ({"notes": [{"text": "ok"}, {"time": "2020"}]}, ("notes[1].text", "required")),
        ({"notes": [{"text": "ok", "by": "me"}]}, ("notes[0].by", "unknown")),
        ({"notes": ["ok"]}, ("notes[0]", "type")),
    ],
)
def test_wrong_input_is_named_by_field_and_kind_of_error(
    said: dict[str, Any], expected: tuple[str, str]
) -> None:
    assert wrong("problems", {**PROBLEM, **said}) == [expected]


@pytest.mark.parametrize(
    ("value", "code"),
    [({"value": "12"}, "type"), ({"value": True}, "type"), ({"unit": "mg"}, "required")],
)
def test_an_amount_is_a_number(value: dict[str, Any], code: str) -> None:
    result = {**PROBLEM, "value": value}
    assert wrong("results", result) == [("value.value", code)]


def test_one_of_several_fields_may_be_needed() -> None:
    dose = {"patient_id": "1", "vaccine": {"code": "150", "system": "cvx"}}
    assert wrong("immunizations", dose) == [("occurred_at", "required")]
    assert wrong("immunizations", {**dose, "occurred_text": "as a child"}) == []


def test_what_the_server_tells_is_passed_over() -> None:
    told = {"id": "1", "version": "3", "updated_at": "whenever"}
    assert wrong("problems", {**PROBLEM, **told}) == []
    problems = registry.find("problems")
    assert problems
    assert "id" not in to_fhir(problems, {**PROBLEM, **told})


def test_the_patient_of_a_record_does_not_change() -> None:
    problems = registry.find("problems")
    assert problems
    stored = to_fhir(problems, PROBLEM)
    assert check(problems, {"patient_id": "142859"}, is_new=False, onto=stored) == []
    errors = check(problems, {"patient_id": "142860"}, is_new=False, onto=stored)
    assert [(each.field, each.code) for each in errors] == [("patient_id", "fixed")]


def test_a_file_is_what_its_size_and_hash_say() -> None:
    document = {"patient_id": "1", "type": {"text": "Letter"}}
    text = {"content_type": "text/plain", "text": "Dear Dr. Grey"}
    assert wrong("documents", {**document, "file": {**text, "size": 13}}) == []
    for more, expected in (
        ({"size": 12}, ("file.size", "format")),
        ({"hash": "A" * 27 + "="}, ("file.hash", "format")),
        ({"data": "AAAA"}, ("file.data", "choice")),
        ({"content_type": "image/png"}, ("file.text", "format")),
    ):
        assert wrong("documents", {**document, "file": {**text, **more}}) == [expected]
    data = {"content_type": "image/png", "data": "AAA"}
    assert wrong("documents", {**document, "file": data}) == [("file.data", "format")]


def test_a_problem_that_was_an_error_has_no_clinical_status() -> None:
    """https://hl7.org/fhir/R4/condition-definitions.html: invariant con-5."""
    error = {**PROBLEM, "verification_status": "entered-in-error", "clinical_status": None}
    problems = registry.find("problems")
    assert problems
    assert check(problems, error, is_new=True) == []
    assert "clinicalStatus" not in to_fhir(problems, error)
    stored = to_fhir(problems, PROBLEM)
    assert check(problems, error, is_new=False, onto=stored) == []
    assert "clinicalStatus" not in to_fhir(problems, error, onto=stored)
    assert to_fhir(problems, whole(problems, PROBLEM, stored), onto=stored) == stored


_NAMES = st.sampled_from(
    ["code", "system", "display", "text", "other_codings", "type", "id", "value", "unit", "name",
     "content_type", "data", "size", "status", "", "\ud800", "Rebecca Larson"]
)  # fmt: skip
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False) | st.text(max_size=4),
    lambda below: st.lists(below, max_size=2) | st.dictionaries(_NAMES, below, max_size=3),
    max_leaves=6,
)


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_whatever_json_is_said_there_is_an_answer(data: Any) -> None:
    kind = data.draw(st.sampled_from(list(registry.every())))
    names = st.sampled_from([each.name for each in kind.fields]) | _NAMES
    flat = data.draw(st.dictionaries(names, _JSON, max_size=4))
    for error in check(kind, flat, is_new=True):
        assert "Rebecca" not in f"{error.field} {error.detail}"
        assert error.field.isascii()
    if not check(kind, flat, is_new=False):
        to_flat(kind, to_fhir(kind, flat, onto=to_fhir(kind, {})))


def test_no_error_repeats_what_was_said() -> None:
    secret = "Rebecca"
    problems = registry.find("problems")
    assert problems
    for each in problems.fields:
        for value in (secret, [secret], {"code": secret, secret: secret}, 7):
            for error in check(problems, {each.name: value}, is_new=True):
                assert secret not in error.detail
