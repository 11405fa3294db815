"""FHIR's own rules: for each, what keeps it and what breaks it."""

from typing import Any

import pytest

from fhirapi.validation.check import check
from fhirapi.validation.invariants import RULES
from fhirapi.validation.tables import structure

_UCUM = {"system": "http://unitsofmeasure.org"}
_HL7 = "http://terminology.hl7.org/CodeSystem/"


def coded(name: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": _HL7 + name, "code": code}]}


FALSE_ALLERGY = coded("allergyintolerance-verification", "entered-in-error")
FALSE_CONDITION = coded("condition-ver-status", "entered-in-error")
RESOLVED = coded("condition-clinical", "resolved")
ACTIVE = coded("condition-clinical", "active")
REF = {"reference": "Patient/1"}
CODE = {"coding": [{"system": "urn:x", "code": "a"}]}
OTHER = {"coding": [{"system": "urn:x", "code": "b"}]}

CASES: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    ("Age", "age-1", {"value": 3, "code": "a", **_UCUM}, {"value": 0, "code": "a", **_UCUM}),
    ("Age", "age-1", {"value": 3, "code": "a", **_UCUM}, {"value": 3, **_UCUM}),
    (
        "Age",
        "age-1",
        {"value": 3, "code": "a", **_UCUM},
        {"value": 3, "code": "a", "system": "urn:x"},
    ),
    ("Age", "qty-3", {"value": 3, "code": "a", **_UCUM}, {"value": 3, "code": "a"}),
    ("Attachment", "att-1", {"data": "YQ==", "contentType": "a/b"}, {"data": "YQ=="}),
    ("ContactPoint", "cpt-2", {"value": "1", "system": "phone"}, {"value": "1"}),
    ("Count", "cnt-3", {"value": 3, "code": "1", **_UCUM}, {"value": 3.5, "code": "1", **_UCUM}),
    ("Count", "qty-3", {"value": 3, "code": "1", **_UCUM}, {"value": 3, "code": "1"}),
    ("DataRequirement.codeFilter", "drq-1", {"path": "a"}, {"path": "a", "searchParam": "b"}),
    ("DataRequirement.dateFilter", "drq-2", {"searchParam": "a"}, {"valueDateTime": "2020"}),
    ("Distance", "dis-1", {"value": 3, "code": "m", **_UCUM}, {"value": 3, **_UCUM}),
    ("Distance", "qty-3", {"value": 3, "code": "m", **_UCUM}, {"value": 3, "code": "m"}),
    ("Duration", "drt-1", {"value": 3, "code": "h", **_UCUM}, {"code": "h", **_UCUM}),
    ("Duration", "qty-3", {"value": 3, "code": "h", **_UCUM}, {"value": 3, "code": "h"}),
    ("Expression", "exp-1", {"language": "text/cql", "expression": "x"}, {"language": "text/cql"}),
    ("Extension", "ext-1", {"url": "urn:x", "valueCode": "a"}, {"url": "urn:x"}),
    (
        "MoneyQuantity",
        "mqty-1",
        {"value": 1, "code": "USD", "system": "urn:iso:std:iso:4217"},
        {"value": 1},
    ),
    (
        "MoneyQuantity",
        "qty-3",
        {"value": 1, "code": "USD", "system": "urn:iso:std:iso:4217"},
        {"code": "USD"},
    ),
    (
        "Period",
        "per-1",
        {"start": "2020", "end": "2020-01-01"},
        {"start": "2020-02", "end": "2020-01-31"},
    ),
    (
        "Period",
        "per-1",
        {"start": "2020-01-01T00:00:00+05:00", "end": "2019-12-31T20:00:00Z"},
        {"start": "2020-01-01T00:00:00Z", "end": "2019-12-31T23:59:60Z"},
    ),
    ("Quantity", "qty-3", {"code": "m", **_UCUM}, {"code": "m"}),
    (
        "Range",
        "rng-2",
        {"low": {"value": 1}, "high": {"value": 2}},
        {"low": {"value": 3}, "high": {"value": 2}},
    ),
    (
        "Range",
        "rng-2",
        {"low": {"value": 3, "unit": "mm"}, "high": {"value": 2, "unit": "m"}},
        {"low": {"value": 3, "unit": "m"}, "high": {"value": 2, "unit": "m"}},
    ),
    (
        "Ratio",
        "rat-1",
        {"numerator": {"value": 1}, "denominator": {"value": 1}},
        {"numerator": {"value": 1}},
    ),
    ("SimpleQuantity", "qty-3", {"code": "m", **_UCUM}, {"code": "m"}),
    ("Timing.repeat", "tim-1", {"duration": 1, "durationUnit": "h"}, {"duration": 1}),
    ("Timing.repeat", "tim-2", {"period": 1, "periodUnit": "h"}, {"period": 1}),
    (
        "Timing.repeat",
        "tim-4",
        {"duration": 1, "durationUnit": "h"},
        {"duration": -1, "durationUnit": "h"},
    ),
    ("Timing.repeat", "tim-5", {"period": 1, "periodUnit": "h"}, {"period": -1, "periodUnit": "h"}),
    ("Timing.repeat", "tim-6", {"period": 1, "periodMax": 2, "periodUnit": "h"}, {"periodMax": 2}),
    (
        "Timing.repeat",
        "tim-7",
        {"duration": 1, "durationMax": 2, "durationUnit": "h"},
        {"durationMax": 2},
    ),
    ("Timing.repeat", "tim-8", {"count": 1, "countMax": 2}, {"countMax": 2}),
    ("Timing.repeat", "tim-9", {"offset": 5, "when": ["ACM"]}, {"offset": 5, "when": ["CM"]}),
    ("Timing.repeat", "tim-9", {"offset": 5, "when": ["ACM"]}, {"offset": 5}),
    (
        "Timing.repeat",
        "tim-10",
        {"timeOfDay": ["10:00:00"]},
        {"timeOfDay": ["10:00:00"], "when": ["ACM"]},
    ),
    (
        "TriggerDefinition",
        "trd-1",
        {"type": "data-added", "data": [{"type": "Patient"}]},
        {"type": "data-added", "data": [{"type": "Patient"}], "timingDate": "2020"},
    ),
    (
        "TriggerDefinition",
        "trd-2",
        {"type": "named-event", "name": "x"},
        {
            "type": "named-event",
            "name": "x",
            "condition": {"language": "text/cql", "expression": "x"},
        },
    ),
    ("TriggerDefinition", "trd-3", {"type": "named-event", "name": "x"}, {"type": "named-event"}),
    (
        "TriggerDefinition",
        "trd-3",
        {"type": "periodic", "timingDate": "2020"},
        {"type": "periodic"},
    ),
    (
        "TriggerDefinition",
        "trd-3",
        {"type": "data-added", "data": [{"type": "Patient"}]},
        {"type": "data-added"},
    ),
    ("AllergyIntolerance", "ait-1", {"verificationStatus": FALSE_ALLERGY}, {}),
    (
        "AllergyIntolerance",
        "ait-2",
        {"clinicalStatus": coded("allergyintolerance-clinical", "active")},
        {
            "clinicalStatus": coded("allergyintolerance-clinical", "active"),
            "verificationStatus": FALSE_ALLERGY,
        },
    ),
    (
        "Appointment",
        "app-2",
        {"status": "proposed"},
        {"status": "proposed", "start": "2020-01-01T00:00:00Z"},
    ),
    ("Appointment", "app-3", {"status": "proposed"}, {"status": "booked"}),
    (
        "Appointment",
        "app-4",
        {"status": "cancelled", "cancelationReason": CODE},
        {"status": "proposed", "cancelationReason": CODE},
    ),
    ("Appointment.participant", "app-1", {"actor": REF}, {}),
    (
        "CarePlan.activity",
        "cpl-3",
        {"reference": {"display": "x"}},
        {"reference": {"display": "x"}, "detail": {"status": "completed"}},
    ),
    (
        "CareTeam.participant",
        "ctm-1",
        {"member": {"reference": "Practitioner/1"}, "onBehalfOf": {"display": "x"}},
        {"member": REF, "onBehalfOf": {"display": "x"}},
    ),
    (
        "Condition",
        "con-3",
        {"category": [coded("condition-category", "problem-list-item")], "clinicalStatus": ACTIVE},
        {"category": [coded("condition-category", "problem-list-item")]},
    ),
    (
        "Condition",
        "con-4",
        {"abatementDateTime": "2020", "clinicalStatus": RESOLVED},
        {"abatementDateTime": "2020", "clinicalStatus": ACTIVE},
    ),
    ("Condition", "con-4", {}, {"abatementString": "x"}),
    (
        "Condition",
        "con-5",
        {"verificationStatus": FALSE_CONDITION},
        {"verificationStatus": FALSE_CONDITION, "clinicalStatus": ACTIVE},
    ),
    ("Condition.evidence", "con-2", {"code": [CODE]}, {}),
    ("Condition.stage", "con-1", {"summary": CODE}, {"type": CODE}),
    ("Consent", "ppc-1", {"policyRule": CODE}, {}),
    ("Goal.target", "gol-1", {"measure": CODE, "detailString": "x"}, {"detailString": "x"}),
    (
        "Group",
        "grp-1",
        {"actual": True, "member": [{"entity": REF}]},
        {"actual": False, "member": [{"entity": REF}]},
    ),
    ("Immunization.education", "imm-1", {"documentType": "x"}, {"publicationDate": "2020"}),
    ("List", "lst-1", {"entry": [{"item": REF}]}, {"entry": [{"item": REF}], "emptyReason": CODE}),
    (
        "List",
        "lst-2",
        {"mode": "changes", "entry": [{"item": REF, "deleted": True}]},
        {"mode": "working", "entry": [{"item": REF, "deleted": True}]},
    ),
    (
        "List",
        "lst-3",
        {"mode": "working", "entry": [{"item": REF, "date": "2020"}]},
        {"mode": "changes", "entry": [{"item": REF, "date": "2020"}]},
    ),
    (
        "MedicationDispense",
        "mdd-1",
        {"whenPrepared": "2020", "whenHandedOver": "2020-03-01"},
        {"whenPrepared": "2021", "whenHandedOver": "2020-03-01"},
    ),
    (
        "Observation",
        "obs-6",
        {"dataAbsentReason": CODE},
        {"dataAbsentReason": CODE, "valueString": "x"},
    ),
    (
        "Observation",
        "obs-7",
        {"valueString": "x", "component": [{"code": OTHER}]},
        {"valueString": "x", "component": [{"code": CODE}]},
    ),
    ("Observation.referenceRange", "obs-3", {"text": "x"}, {"type": CODE}),
    ("Organization", "org-1", {"name": "x"}, {}),
    (
        "Organization",
        "org-2",
        {"name": "x", "address": [{"use": "work"}]},
        {"name": "x", "address": [{"use": "home"}]},
    ),
    (
        "Organization",
        "org-3",
        {"name": "x", "telecom": [{"use": "work"}]},
        {"name": "x", "telecom": [{"use": "home"}]},
    ),
    ("Patient.contact", "pat-1", {"name": {"text": "x"}}, {"gender": "male"}),
    (
        "QuestionnaireResponse.item",
        "qrs-1",
        {"linkId": "x", "answer": [{"valueString": "x"}]},
        {"linkId": "x", "answer": [{"valueString": "x"}], "item": [{"linkId": "x"}]},
    ),
    ("ServiceRequest", "prr-1", {"code": CODE, "orderDetail": [CODE]}, {"orderDetail": [CODE]}),
    (
        "Task",
        "inv-1",
        {"authoredOn": "2020-01-01", "lastModified": "2020-01-01T08:00:00Z"},
        {"authoredOn": "2020-01-02", "lastModified": "2020-01-01T08:00:00Z"},
    ),
]

MANDATORY: dict[str, dict[str, Any]] = {
    "Appointment.participant": {"status": "accepted"},
    "AllergyIntolerance": {"patient": REF},
    "Appointment": {"participant": [{"actor": REF, "status": "accepted"}]},
    "Condition": {"subject": REF},
    "Consent": {"status": "active", "scope": CODE, "category": [CODE]},
    "Group": {"type": "person"},
    "List": {"status": "current"},
    "MedicationDispense": {"status": "completed", "medicationCodeableConcept": CODE},
    "Observation": {"status": "final", "code": CODE},
    "ServiceRequest": {"status": "active", "intent": "order", "subject": REF},
    "Task": {"status": "completed", "intent": "order"},
}
NEEDS_MODE = {"List": {"mode": "working"}}


def keys_of(name: str, value: dict[str, Any]) -> list[str]:
    value = {**NEEDS_MODE.get(name, {}), **MANDATORY.get(name, {}), **value}
    if structure(name).is_resource:
        found = check({"resourceType": name, **value})
        assert all(each.expression.startswith(name) for each in found)
        assert {each.code for each in found} <= {"invariant"}, found
        return [each.text.rpartition("(")[2].removesuffix(")") for each in found]
    return [rule.key for rule in RULES[name] if not rule.holds(value)]


@pytest.mark.parametrize(("name", "key", "kept", "broken"), CASES)
def test_what_breaks_the_rule_is_told_by_its_key(
    name: str, key: str, kept: dict[str, Any], broken: dict[str, Any]
) -> None:
    assert keys_of(name, kept) == []
    assert key in keys_of(name, broken)


def test_every_rule_has_its_case() -> None:
    # A comparator is no element of SimpleQuantity in the tables, and refused before the rule.
    have = {(name, rule.key) for name, rules in RULES.items() for rule in rules}
    assert have - {(name, key) for name, key, _, _ in CASES} == {("SimpleQuantity", "sqty-1")}


def test_a_rule_within_a_resource_is_told_with_its_place() -> None:
    wrong = {
        "resourceType": "Patient",
        "contact": [{"name": {"text": "x"}}, {"gender": "male"}],
        "name": [{"period": {"start": "2021", "end": "2020"}}],
    }
    assert [(each.code, each.expression) for each in check(wrong)] == [
        ("invariant", "Patient.contact[1]"),
        ("invariant", "Patient.name[0].period"),
    ]
