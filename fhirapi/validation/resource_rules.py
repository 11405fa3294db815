"""The rules of resource types and of their elements. https://hl7.org/fhir/R4/resourcelist.html"""

from fhirapi.validation.references import target_of
from fhirapi.validation.rules import (
    Rule,
    Value,
    has,
    has_any,
    implies,
    is_coded,
    not_both,
    one_of,
)
from fhirapi.validation.type_rules import is_in_order

_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
_CONDITION_CLINICAL = f"{_TERMINOLOGY}/condition-clinical"
_CONDITION_CATEGORY = f"{_TERMINOLOGY}/condition-category"
_OVER = ("resolved", "remission", "inactive")
_WITHOUT_TIME = ("proposed", "cancelled", "waitlist")


def _is_error(value: Value, system: str) -> bool:
    verified = value.get("verificationStatus")
    return is_coded(verified, f"{_TERMINOLOGY}/{system}", ("entered-in-error",))


def _is_false_allergy(value: Value) -> bool:
    return _is_error(value, "allergyintolerance-verification")


def _is_false_condition(value: Value) -> bool:
    return _is_error(value, "condition-ver-status")


def _has_ended_as_its_status_says(value: Value) -> bool:
    return not has(value, "abatement[x]") or is_coded(
        value.get("clinicalStatus"), _CONDITION_CLINICAL, _OVER
    )


def _has_status_on_the_problem_list(value: Value) -> bool:
    is_problem = any(
        is_coded(each, _CONDITION_CATEGORY, ("problem-list-item",))
        for each in value.get("category", [])
    )
    return has(value, "clinicalStatus") or _is_false_condition(value) or not is_problem


def _measures_each_once(value: Value) -> bool:
    if not has(value, "value[x]"):
        return True
    own = value["code"].get("coding", [])
    components = value.get("component", [])
    return not any(
        coding in own for each in components for coding in each["code"].get("coding", [])
    )


def _has_its_time(value: Value) -> bool:
    is_timed = has(value, "start") and has(value, "end")
    return is_timed or value.get("status") in _WITHOUT_TIME


def _acts_for_somebody(value: Value) -> bool:
    member = value.get("member", {}).get("reference", "#")
    return not has(value, "onBehalfOf") or target_of(member) in ("Practitioner", "", None)


def _is_at_home(value: Value, name: str) -> bool:
    return any(each.get("use") == "home" for each in value.get(name, []))


def _only(mode: str, element: str) -> Rule:
    key = {"working": "lst-3", "changes": "lst-2"}[mode]
    return Rule(
        key,
        f"entry.{element} is possible only in a list of the mode {mode}.",
        lambda v: v.get("mode") == mode or not any(has(e, element) for e in v.get("entry", [])),
    )


OF_RESOURCES: dict[str, tuple[Rule, ...]] = {
    "AllergyIntolerance": (
        Rule(
            "ait-1",
            "clinicalStatus is missing.",
            lambda v: _is_false_allergy(v) or has(v, "clinicalStatus"),
        ),
        Rule(
            "ait-2",
            "What was entered in error has no clinicalStatus.",
            lambda v: not (_is_false_allergy(v) and has(v, "clinicalStatus")),
        ),
    ),
    "Appointment": (
        Rule(
            "app-2", "It has start and end, or neither.", lambda v: has(v, "start") == has(v, "end")
        ),
        Rule("app-3", "It needs start and end, unless proposed or cancelled.", _has_its_time),
        Rule(
            "app-4",
            "Only what is cancelled or a no-show has a cancelationReason.",
            lambda v: not has(v, "cancelationReason") or v.get("status") in ("noshow", "cancelled"),
        ),
    ),
    "Appointment.participant": (
        Rule("app-1", "It has a type or an actor.", one_of("type", "actor")),
    ),
    "CarePlan.activity": (
        Rule("cpl-3", "It has a detail or a reference, not both.", not_both("detail", "reference")),
    ),
    "CareTeam.participant": (
        Rule("ctm-1", "Only a practitioner acts on behalf of somebody.", _acts_for_somebody),
    ),
    "Condition": (
        Rule(
            "con-3",
            "A problem on the list should have a clinicalStatus.",
            _has_status_on_the_problem_list,
            severity="warning",
        ),
        Rule(
            "con-4",
            "What has abated has a clinicalStatus that says so.",
            _has_ended_as_its_status_says,
        ),
        Rule(
            "con-5",
            "What was entered in error has no clinicalStatus.",
            lambda v: not (_is_false_condition(v) and has(v, "clinicalStatus")),
        ),
    ),
    "Condition.evidence": (Rule("con-2", "It has a code or a detail.", one_of("code", "detail")),),
    "Condition.stage": (
        Rule("con-1", "It has a summary or an assessment.", one_of("summary", "assessment")),
    ),
    "Consent": (Rule("ppc-1", "It has a policy or a policyRule.", one_of("policy", "policyRule")),),
    "Goal.target": (Rule("gol-1", "A detail needs its measure.", implies("detail[x]", "measure")),),
    "Group": (
        Rule(
            "grp-1",
            "Only a group that actually exists has members.",
            lambda v: not has(v, "member") or v.get("actual") is True,
        ),
    ),
    "Immunization.education": (
        Rule("imm-1", "It has a documentType or a reference.", one_of("documentType", "reference")),
    ),
    "List": (
        Rule("lst-1", "It has entries or an emptyReason.", not_both("emptyReason", "entry")),
        _only("changes", "deleted"),
        _only("working", "date"),
    ),
    "MedicationDispense": (
        Rule(
            "mdd-1",
            "It was handed over before it was prepared.",
            lambda v: is_in_order(v, "whenPrepared", "whenHandedOver"),
        ),
    ),
    "Observation": (
        Rule(
            "obs-6",
            "It has a value or a dataAbsentReason, not both.",
            not_both("dataAbsentReason", "value[x]"),
        ),
        Rule("obs-7", "A component repeats the code whose value it has.", _measures_each_once),
    ),
    "Observation.referenceRange": (
        Rule("obs-3", "It has low, high or text.", one_of("low", "high", "text")),
    ),
    "Organization": (
        Rule("org-1", "It has an identifier or a name.", one_of("identifier", "name")),
        Rule("org-2", "It has no home address.", lambda v: not _is_at_home(v, "address")),
        Rule("org-3", "It has no contact at home.", lambda v: not _is_at_home(v, "telecom")),
    ),
    "Patient.contact": (
        Rule(
            "pat-1",
            "It has a name, a telecom, an address or an organization.",
            lambda v: has_any(v, "name", "telecom", "address", "organization"),
        ),
    ),
    "QuestionnaireResponse.item": (
        Rule("qrs-1", "It has answers or items, not both.", not_both("answer", "item")),
    ),
    "ServiceRequest": (Rule("prr-1", "orderDetail needs a code.", implies("orderDetail", "code")),),
    "Task": (
        Rule(
            "inv-1",
            "It was modified before it was authored.",
            lambda v: is_in_order(v, "authoredOn", "lastModified"),
        ),
    ),
}
