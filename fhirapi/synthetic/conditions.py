"""Condition: problems, diagnoses of a visit, and health concerns.

http://hl7.org/fhir/us/core/STU6.1/StructureDefinition-us-core-condition-problems-health-concerns.html
"""

from fhirapi.synthetic.chart import Chart, profiles
from fhirapi.synthetic.concepts import HL7, Element, coding
from fhirapi.synthetic.course import Problem
from fhirapi.synthetic.visits import Visit

_PROBLEM_PROFILE = profiles("us-core-condition-problems-health-concerns")
_DIAGNOSIS_PROFILE = profiles("us-core-condition-encounter-diagnosis")
_ASSERTED = "http://hl7.org/fhir/StructureDefinition/condition-assertedDate"


def _status(system: str, code: str, words: str) -> Element:
    return {"coding": [coding(f"{HL7}{system}", code, words)]}


ACTIVE = _status("condition-clinical", "active", "Active")
_RESOLVED = _status("condition-clinical", "resolved", "Resolved")
CONFIRMED = _status("condition-ver-status", "confirmed", "Confirmed")
_PROBLEM = [_status("condition-category", "problem-list-item", "Problem List Item")]
_DIAGNOSIS = [_status("condition-category", "encounter-diagnosis", "Encounter Diagnosis")]


def write(chart: Chart) -> None:
    for problem in chart.life.problems:
        visit = problem.visit
        if visit is not None:
            _write(chart, problem, visit)


def _write(chart: Chart, problem: Problem, visit: Visit) -> None:
    elements: Element = {"extension": [{"url": _ASSERTED, "valueDateTime": visit.day.isoformat()}]}
    elements["clinicalStatus"] = _RESOLVED if problem.abated else ACTIVE
    elements["verificationStatus"] = CONFIRMED
    elements["category"] = _PROBLEM if problem.is_chronic else _DIAGNOSIS
    elements["code"] = problem.illness.concept
    elements["subject"] = chart.subject
    elements["encounter"] = visit.reference
    elements["onsetDateTime"] = _onset(chart, problem)
    if problem.abated:
        elements["abatementDateTime"] = problem.abated.isoformat()
    elements["recordedDate"] = visit.start
    elements["recorder"] = chart.called(visit.practitioner)
    chart.add(
        "Condition",
        "cond",
        _PROBLEM_PROFILE if problem.is_chronic else _DIAGNOSIS_PROFILE,
        elements,
        visit=visit,
        id_=f"{chart.person.id}-cond-{problem.number}",
    )


def _onset(chart: Chart, problem: Problem) -> str:
    """What began before the patient joined is remembered by the month."""
    text = problem.onset.isoformat()
    return text if problem.onset >= chart.person.joined else text[:7]
