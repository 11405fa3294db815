"""Appointment: kept ones, the missed one, the next one.

https://hl7.org/fhir/R4/appointment.html
"""

from datetime import date, timedelta

from fhirapi.synthetic.chart import Chart
from fhirapi.synthetic.concepts import HL7, OURS, SNOMED, Element, concept, reference
from fhirapi.synthetic.moments import AS_OF, instant, offset, weekday_from
from fhirapi.synthetic.services import service_id
from fhirapi.synthetic.visits import Visit

_ROUTINE = concept(f"{HL7}v2-0276", "ROUTINE", "Routine appointment")
_FOLLOW_UP = concept(f"{HL7}v2-0276", "FOLLOWUP", "A follow up visit from a previous appointment")
_GENERAL = concept(f"{HL7}service-category", "17", "General Practice")
_CHECKUP = concept(SNOMED, "185349003", "Encounter for check up")
_MINUTES = 30


def write(chart: Chart) -> None:
    planned = [visit for visit in chart.life.visits if visit.kind.is_planned]
    for visit in planned[-2:]:
        _add_kept(chart, visit)
    if not planned:
        return
    last = planned[-1]
    if chart.dice.random() < 0.15:
        _add_at(chart, last, last.day - timedelta(21), "noshow")
    if not chart.person.death:
        _add_at(chart, last, AS_OF + timedelta(chart.dice.randrange(10, 120)), "booked")


def _add_kept(chart: Chart, visit: Visit) -> None:
    elements: Element = {
        "status": "fulfilled",
        "serviceType": [visit.kind.type],
        "reasonCode": [problem.illness.concept for problem in visit.reasons] or [visit.kind.type],
        "start": visit.start,
        "end": visit.end,
    }
    _add(chart, visit, elements)


def _add_at(chart: Chart, last: Visit, day: date, status: str) -> None:
    """Made at the end of a visit, or missed some weeks before the last one."""
    site, day = chart.person.site, weekday_from(day)
    zone = offset(day, site.standard_hours, has_summer_time=site.has_summer_time)
    begin = chart.dice.randrange(8 * 60, 16 * 60, _MINUTES)
    elements: Element = {
        "status": status,
        "serviceType": [_CHECKUP],
        "reasonCode": [_CHECKUP],
        "start": instant(day, begin, zone),
        "end": instant(day, begin + _MINUTES, zone),
    }
    _add(chart, last, elements)


def _add(chart: Chart, visit: Visit, what: Element) -> None:
    site = chart.person.site
    is_new = what["status"] == "booked"
    elements: Element = {
        "identifier": [
            {
                "system": f"{OURS}appointment",
                "value": f"{chart.person.id}-appointment-{chart.count('appt') + 1}",
            }
        ],
        "status": what["status"],
        "serviceCategory": [_GENERAL],
        "serviceType": what["serviceType"],
        "appointmentType": _FOLLOW_UP if is_new else _ROUTINE,
        "reasonCode": what["reasonCode"],
        "start": what["start"],
        "end": what["end"],
        "minutesDuration": _MINUTES,
        "participant": [
            {"actor": actor, "required": "required", "status": "accepted"}
            for actor in (
                chart.subject,
                chart.called(chart.person.general_practitioner),
                reference(f"Location/{site.location_id}", site.name),
                reference(f"HealthcareService/{service_id(site)}"),
            )
        ],
    }
    chart.add("Appointment", "appt", None, elements, visit=visit)
