"""What follows when somebody lacks food, a home or a ride: concern, goal, referral, help, task.

http://hl7.org/fhir/us/core/STU6.1/screening-and-assessments.html
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from fhirapi.synthetic.chart import Chart, profiles
from fhirapi.synthetic.concepts import SNOMED, US_CORE_CODES, Element, coding, concept
from fhirapi.synthetic.conditions import ACTIVE, CONFIRMED
from fhirapi.synthetic.practice import nurse_of
from fhirapi.synthetic.visits import Visit

_CONCERN_PROFILE = profiles("us-core-condition-problems-health-concerns")
_GOAL_PROFILE = profiles("us-core-goal")
_ORDER_PROFILE = profiles("us-core-servicerequest")
_PROCEDURE_PROFILE = profiles("us-core-procedure")


def _own(system: str, code: str, words: str) -> Element:
    return {"coding": [coding(f"{US_CORE_CODES}{system}", code, words)], "text": words}


SDOH = _own("us-core-category", "sdoh", "SDOH")
_HEALTH_CONCERN = _own("condition-category", "health-concern", "Health Concern")
_SOCIAL_SERVICE = concept(SNOMED, "410606002", "Social service procedure")
_FULFILL = concept(
    "http://hl7.org/fhir/CodeSystem/task-code", "fulfill", "Fulfill the focal request"
)
_REFERRAL = concept(SNOMED, "710915002", "Referral to community service")


@dataclass(frozen=True, slots=True)
class _Need:
    condition: Element
    aim: Element
    help: Element
    words: str


_NEEDS = {
    "food": _Need(
        concept(SNOMED, "733423003", "Food insecurity"),
        concept(SNOMED, "1078229009", "Food security"),
        concept(SNOMED, "467771000124109", "Assistance with application for food pantry program"),
        "Food runs short at times",
    ),
    "housing": _Need(
        concept(SNOMED, "1156191002", "Housing instability"),
        {"text": "A home that is safe for the next twelve months"},
        _REFERRAL,
        "The home is at risk",
    ),
    "transport": _Need(
        concept(SNOMED, "713458007", "Lack of access to transportation"),
        concept(SNOMED, "1137434003", "Has access to transportation"),
        _REFERRAL,
        "No ride to appointments at times",
    ),
}


def in_words(keys: Iterable[str]) -> str:
    return "; ".join(_NEEDS[key].words for key in sorted(keys)) or "No need found"


def follow_up(chart: Chart, visit: Visit, key: str, evidence: Element) -> None:
    need = _NEEDS[key]
    concern = _concern(chart, visit, need, evidence)
    _goal(chart, visit, need, concern)
    order = _order(chart, visit, need, concern)
    _help(chart, visit, need, concern, order)
    _task(chart, visit, need, order)


def _concern(chart: Chart, visit: Visit, need: _Need, evidence: Element) -> Element:
    elements: Element = {
        "clinicalStatus": ACTIVE,
        "verificationStatus": CONFIRMED,
        "category": [_HEALTH_CONCERN, SDOH],
        "code": need.condition,
        "subject": chart.subject,
        "encounter": visit.reference,
        "onsetDateTime": visit.day.isoformat(),
        "recordedDate": visit.start,
        "recorder": chart.called(visit.practitioner),
        "evidence": [{"detail": [evidence]}],
    }
    return chart.add("Condition", "concern", _CONCERN_PROFILE, elements, visit=visit)


def _goal(chart: Chart, visit: Visit, need: _Need, concern: Element) -> None:
    elements: Element = {
        "lifecycleStatus": "cancelled" if chart.person.death else "active",
        "category": [SDOH],
        "description": need.aim,
        "subject": chart.subject,
        "startDate": visit.day.isoformat(),
        "target": [{"dueDate": (visit.day + timedelta(180)).isoformat()}],
        "expressedBy": chart.subject,
        "addresses": [concern],
    }
    chart.add("Goal", "goal", _GOAL_PROFILE, elements, visit=visit)


def _order(chart: Chart, visit: Visit, need: _Need, concern: Element) -> Element:
    elements: Element = {
        "status": "completed",
        "intent": "order",
        "category": [SDOH, _SOCIAL_SERVICE],
        "code": need.help,
        "subject": chart.subject,
        "encounter": visit.reference,
        "occurrencePeriod": {"start": visit.start, "end": visit.at(24)},
        "authoredOn": visit.at(12),
        "requester": chart.called(visit.practitioner),
        "reasonCode": [need.condition],
        "reasonReference": [concern],
    }
    return chart.add("ServiceRequest", "order", _ORDER_PROFILE, elements, visit=visit)


def _help(chart: Chart, visit: Visit, need: _Need, concern: Element, order: Element) -> None:
    """The nurse fills in the papers with the patient before they leave."""
    nurse = chart.called(nurse_of(chart.person.site))
    elements: Element = {
        "basedOn": [order],
        "status": "completed",
        "category": SDOH,
        "code": need.help,
        "subject": chart.subject,
        "encounter": visit.reference,
        "performedDateTime": visit.at(22),
        "performer": [{"actor": nurse, "onBehalfOf": chart.organization}],
        "reasonCode": [need.condition],
        "reasonReference": [concern],
    }
    chart.add("Procedure", "proc", _PROCEDURE_PROFILE, elements, visit=visit)


def _task(chart: Chart, visit: Visit, need: _Need, order: Element) -> None:
    """https://hl7.org/fhir/R4/task.html"""
    elements: Element = {
        "status": "completed",
        "intent": "order",
        "priority": "routine",
        "code": _FULFILL,
        "description": need.help["text"],
        "focus": order,
        "for": chart.subject,
        "encounter": visit.reference,
        "authoredOn": visit.at(12),
        "lastModified": visit.at(24),
        "requester": chart.called(visit.practitioner),
        "owner": chart.called(nurse_of(chart.person.site)),
    }
    chart.add("Task", "task", None, elements, visit=visit)
