"""CareTeam, Goal and CarePlan.

http://hl7.org/fhir/us/core/STU6.1/StructureDefinition-us-core-careplan.html

US Core 3.1.1 knows no roles and no relatives in a CareTeam, later versions demand both. So a
patient's team of the practice conforms to every version, and where relatives help there is a second
team, which claims only the versions that know them.
"""

from dataclasses import dataclass
from datetime import timedelta
from html import escape

from fhirapi.definitions.profiles import VERSIONS
from fhirapi.synthetic.chart import Chart, profiles
from fhirapi.synthetic.concepts import (
    HL7,
    LOINC,
    NUCC,
    SNOMED,
    US_CORE_CODES,
    Element,
    concept,
    quantity,
    reference,
)
from fhirapi.synthetic.course import Problem
from fhirapi.synthetic.practice import nurse_of, role_of
from fhirapi.synthetic.visits import Visit

_TEAM_PROFILE = profiles("us-core-careteam")
_HOME_TEAM_PROFILE = profiles(
    *(f"us-core-careteam|{version}" for version in VERSIONS if version != "3.1.1")
)
_GOAL_PROFILE = profiles("us-core-goal")
_PLAN_PROFILE = profiles("us-core-careplan")
_PLAN_CATEGORY = [
    concept(
        f"{US_CORE_CODES}careplan-category",
        "assess-plan",
        "Assessment and Plan of Treatment",
    )
]
_DOCTOR = [concept(SNOMED, "446050000", "Primary care physician")]
_NURSE = [concept(NUCC, "163W00000X", "Registered Nurse")]
_PATIENT = [concept(SNOMED, "116154003", "Patient")]
_RELATIVE = [concept(SNOMED, "133932002", "Caregiver")]
_IN_PROGRESS = concept(f"{HL7}goal-achievement", "in-progress", "In Progress")
_ACHIEVED = concept(f"{HL7}goal-achievement", "achieved", "Achieved")


@dataclass(frozen=True, slots=True)
class _Aim:
    words: str
    measure: Element | None = None
    at_most: Element | None = None


_AIMS = {
    "diabetes": _Aim(
        "Hemoglobin A1c below 7 percent",
        concept(LOINC, "4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood"),
        quantity(7.0, "%"),
    ),
    "hypertension": _Aim(
        "Systolic blood pressure below 130",
        concept(LOINC, "8480-6", "Systolic blood pressure"),
        quantity(130, "mmHg", "mm[Hg]"),
    ),
    "hyperlipidemia": _Aim(
        "LDL cholesterol below 100",
        concept(LOINC, "13457-7", "Cholesterol in LDL [Mass/volume] in Serum or Plasma by "
                "calculation"),
        quantity(100, "mg/dL"),
    ),
    "obesity": _Aim(
        "Body mass index below 30",
        concept(LOINC, "39156-5", "Body mass index (BMI) [Ratio]"),
        quantity(30, "kg/m2"),
    ),
    "asthma": _Aim("No night-time awakening by asthma"),
    "depression": _Aim("Return to work and to company"),
    "arthritis": _Aim("Walk a mile without stopping for pain"),
    "migraine": _Aim("Fewer than two migraine days a month"),
}  # fmt: skip


def write(chart: Chart) -> None:
    if not chart.life.visits:
        return
    first = chart.life.visits[0]
    team = _team(chart, first)
    if chart.relatives:
        _home_team(chart, first)
    aims = [problem for problem in chart.life.problems if problem.illness.key in _AIMS]
    goals = [_goal(chart, problem) for problem in aims[:3]]
    if chart.life.by_key:
        _plan(chart, team, goals, aims[:3])


def _team(chart: Chart, first: Visit) -> Element:
    """Of the practice: what every version allows."""
    person = chart.person
    doctor = chart.called(person.general_practitioner)
    nurse = chart.called(nurse_of(person.site))
    members = [
        _member(chart, first, _DOCTOR, doctor),
        _member(chart, first, _NURSE, nurse),
        {"role": _PATIENT, "member": chart.subject},
    ]
    elements = _elements(chart, first, "Care team", members)
    return chart.add("CareTeam", "team", _TEAM_PROFILE, elements, visit=first)


def _home_team(chart: Chart, first: Visit) -> Element:
    members = [
        {
            "role": _NURSE,
            "member": _role(chart, nurse_of(chart.person.site)),
            "period": _period(chart, first),
        },
        {"role": _PATIENT, "member": chart.subject},
        *({"role": _RELATIVE, "member": relative} for relative in chart.relatives),
    ]
    elements = _elements(chart, first, "Home care team", members)
    return chart.add("CareTeam", "team", _HOME_TEAM_PROFILE, elements, visit=first)


def _elements(chart: Chart, first: Visit, name: str, members: list[Element]) -> Element:
    person = chart.person
    return {
        "status": "inactive" if person.death else "active",
        "name": f"{name} of {person.full_name}",
        "subject": chart.subject,
        "period": _period(chart, first),
        "participant": members,
        "managingOrganization": [chart.organization],
    }


def _member(chart: Chart, first: Visit, role: list[Element], member: Element) -> Element:
    """A practitioner; nobody else acts on behalf of the practice (ctm-1)."""
    return {
        "role": role,
        "member": member,
        "onBehalfOf": chart.organization,
        "period": _period(chart, first),
    }


def _period(chart: Chart, first: Visit) -> Element:
    period: Element = {"start": first.day.isoformat()}
    if chart.person.death:
        period["end"] = chart.person.death.isoformat()
    return period


def _role(chart: Chart, practitioner_id: str) -> Element:
    display = chart.called(practitioner_id)["display"]
    return reference(f"PractitionerRole/{role_of(practitioner_id)}", display)


def _goal(chart: Chart, problem: Problem) -> Element:
    aim = _AIMS[problem.illness.key]
    visit = problem.visit or chart.life.visits[0]
    target: Element = {}
    if aim.measure:
        target["measure"] = aim.measure
        target["detailRange"] = {"high": aim.at_most}
    target["dueDate"] = (visit.day + timedelta(365)).isoformat()
    is_over = problem.abated is not None
    elements: Element = {
        "lifecycleStatus": _goal_status(chart, problem),
        "achievementStatus": _ACHIEVED if is_over else _IN_PROGRESS,
        "description": {"text": aim.words},
        "subject": chart.subject,
        "startDate": visit.day.isoformat(),
        "target": [target],
        "expressedBy": chart.called(visit.practitioner),
        "addresses": [_condition(chart, problem)],
    }
    return chart.add("Goal", "goal", _GOAL_PROFILE, elements, visit=visit)


def _goal_status(chart: Chart, problem: Problem) -> str:
    if problem.abated:
        return "completed"
    return "cancelled" if chart.person.death else "active"


def _condition(chart: Chart, problem: Problem) -> Element:
    return {"reference": f"Condition/{chart.person.id}-cond-{problem.number}"}


def _plan(chart: Chart, team: Element, goals: list[Element], aims: list[Problem]) -> None:
    problems = [problem for problem in chart.life.problems if problem.is_chronic]
    visit = problems[0].visit or chart.life.visits[0]
    period: Element = {"start": visit.day.isoformat()}
    if chart.person.death:
        period["end"] = chart.person.death.isoformat()
    advice = "".join(
        f"<li>{escape(problem.illness.words)}: {escape(problem.illness.advice)}</li>"
        for problem in problems
    )
    elements: Element = {
        "text": {
            "status": "generated",
            "div": f'<div xmlns="http://www.w3.org/1999/xhtml"><ul>{advice}</ul></div>',
        },
        "status": "completed" if chart.person.death else "active",
        "intent": "plan",
        "category": _PLAN_CATEGORY,
        "title": "Plan for long-standing conditions",
        "subject": chart.subject,
        "encounter": visit.reference,
        "period": period,
        "created": visit.start,
        "author": chart.called(visit.practitioner),
        "contributor": [chart.called(visit.practitioner)],
        "careTeam": [team],
        "addresses": [_condition(chart, problem) for problem in problems],
    }
    if goals:
        elements["goal"] = goals
        elements["activity"] = [
            {
                "detail": {
                    "status": "completed" if problem.abated else "in-progress",
                    "description": problem.illness.advice,
                }
            }
            for problem in aims
        ]
    chart.add("CarePlan", "plan", _PLAN_PROFILE, elements, visit=visit)
