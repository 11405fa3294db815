"""Encounter. http://hl7.org/fhir/us/core/STU6.1/StructureDefinition-us-core-encounter.html"""

from fhirapi.synthetic.chart import Chart, profiles
from fhirapi.synthetic.concepts import HL7, OURS, V3, Element, concept
from fhirapi.synthetic.visits import INPATIENT, Visit

_PROFILE = profiles("us-core-encounter")
_PERFORMER = [concept(f"{V3}ParticipationType", "PPRF", "primary performer")]
_HOME = concept(f"{HL7}discharge-disposition", "home", "Home")
_SKILLED = concept(f"{HL7}discharge-disposition", "snf", "Skilled nursing facility")

_EXPIRED = concept(f"{HL7}discharge-disposition", "exp", "Expired")


def write(chart: Chart) -> None:
    for visit in chart.life.visits:
        chart.add("Encounter", "enc", _PROFILE, _elements(chart, visit), visit=visit, id_=visit.id)


def _elements(chart: Chart, visit: Visit) -> Element:
    period = {"start": visit.start, "end": visit.end}
    elements: Element = {
        "identifier": [{"system": f"{OURS}encounter", "value": visit.id}],
        "status": "finished",
        "class": visit.kind.class_coding,
        "type": [visit.kind.type],
        "subject": chart.subject,
        "participant": [
            {
                "type": _PERFORMER,
                "period": period,
                "individual": chart.called(visit.practitioner),
            }
        ],
        "period": period,
    }
    elements |= _reasons(chart, visit)
    if visit.kind.is_at_hospital:
        elements["hospitalization"] = {"dischargeDisposition": _disposition(visit)}
    elements["location"] = [{"location": _place(chart, visit), "status": "completed"}]
    elements["serviceProvider"] = chart.organization
    return elements


def _disposition(visit: Visit) -> Element:
    if visit.kind.is_final:
        return _EXPIRED
    return _SKILLED if visit.kind is INPATIENT and visit.age > 75 else _HOME


def _reasons(chart: Chart, visit: Visit) -> Element:
    if not visit.reasons:
        return {"reasonCode": [visit.kind.type]}
    found: Element = {
        "reasonCode": [problem.illness.concept for problem in visit.reasons],
        "reasonReference": [
            {"reference": f"Condition/{chart.person.id}-cond-{problem.number}"}
            for problem in visit.reasons
        ],
    }
    diagnosed = [problem for problem in visit.reasons if not problem.is_chronic]
    if diagnosed:
        found["diagnosis"] = [
            {"condition": {"reference": f"Condition/{chart.person.id}-cond-{problem.number}"}}
            for problem in diagnosed
        ]
    return found


def _place(chart: Chart, visit: Visit) -> Element:
    site = chart.person.site
    if visit.kind.is_at_hospital:
        return {"reference": f"Location/{site.hospital_id}", "display": site.hospital}
    return {"reference": f"Location/{site.location_id}", "display": site.name}
