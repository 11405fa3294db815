"""Procedure, with its order and what was implanted.

http://hl7.org/fhir/us/core/STU6.1/StructureDefinition-us-core-procedure.html
"""

from dataclasses import dataclass
from datetime import date, timedelta

from fhirapi.synthetic import notes, reports
from fhirapi.synthetic.catalogue_procedures import OPERATIONS, Implant, Operation
from fhirapi.synthetic.chart import Chart, profiles
from fhirapi.synthetic.concepts import HL7, OURS, SNOMED, Element, coding, concept
from fhirapi.synthetic.moments import instant, offset, weekday_from
from fhirapi.synthetic.visits import Visit

_PROFILE = profiles("us-core-procedure")
_ORDER_PROFILE = profiles("us-core-servicerequest")
_DEVICE_PROFILE = profiles("us-core-implantable-device")
_SURGICAL = concept(SNOMED, "387713003", "Surgical procedure")
_DIAGNOSTIC = concept(SNOMED, "103693007", "Diagnostic procedure")
_IMAGING = concept(SNOMED, "363679005", "Imaging")
_EVALUATION = concept(SNOMED, "386053000", "Evaluation procedure")
_IMPLANTED = {"coding": [coding(f"{HL7}device-status-reason", "online", "Online")]}


@dataclass(frozen=True, slots=True)
class _Times:
    day: date
    performed: str
    written: str


def write(chart: Chart) -> None:
    done: set[str] = set()
    for visit in chart.life.visits:
        if not visit.kind.is_checkup and not visit.kind.is_review:
            continue
        for operation in OPERATIONS:
            if operation.key not in done and _is_due(chart, visit, operation):
                done.add(operation.key)
                _perform(chart, visit, operation)


def _is_due(chart: Chart, visit: Visit, operation: Operation) -> bool:
    if operation.sex not in (None, chart.person.sex):
        return False
    if not operation.ages[0] <= visit.age <= operation.ages[1]:
        return False
    if operation.for_illness and not chart.life.has(operation.for_illness, visit.day):
        return False
    if operation.key in chart.person.operations:
        return True
    # The chance holds for all years together; four visits are typical.
    return chart.dice.random() < operation.chance / 4


def _perform(chart: Chart, visit: Visit, operation: Operation) -> None:
    times = _times(chart, visit, operation)
    if times is None:
        return
    order = _order(chart, visit, operation, times.performed)
    elements: Element = {
        "basedOn": [order],
        "status": "completed",
        "category": _SURGICAL if operation.is_surgery else _DIAGNOSTIC,
        "code": operation.code,
        "subject": chart.subject,
        **({"encounter": visit.reference} if operation.is_in_office else {}),
        "performedDateTime": times.performed,
        "performer": [
            {
                "actor": chart.called(visit.practitioner),
                "onBehalfOf": chart.organization,
            }
        ],
        "location": {"reference": f"Location/{_place(chart, operation)}"},
        **_reason(chart, operation),
    }
    about = operation.report
    if about:
        report = reports.add(chart, visit, about, order, times.performed, times.written)
        elements["report"] = [report]
    if operation.implant:
        device = _device(chart, visit, operation.implant, times.day, times.written)
        elements["focalDevice"] = [{"manipulated": device}]
    chart.add("Procedure", "proc", _PROFILE, elements, visit=visit, updated=times.written)
    if operation.note:
        _note(chart, visit, operation, times)


def _note(chart: Chart, visit: Visit, operation: Operation, times: _Times) -> None:
    author = chart.called(visit.practitioner)
    text = f"{operation.words}, {times.day:%m/%d/%Y}\n\n{operation.note}\n\n{author['display']}\n"
    attachment = notes.attached(f"Procedure note: {operation.words}", text.encode(), times.written)
    notes.add(chart, visit, notes.PROCEDURE, attachment, written=times.written, author=author)


def _times(chart: Chart, visit: Visit, operation: Operation) -> _Times | None:
    if operation.is_in_office:
        return _Times(visit.day, visit.at(10), visit.at(14))
    day = _day(chart, visit)
    if day is None:
        return None
    site = chart.person.site
    zone = offset(day, site.standard_hours, has_summer_time=site.has_summer_time)
    begin = 60 * chart.dice.randrange(8, 15)
    return _Times(day, instant(day, begin, zone), instant(day, begin + 200, zone))


def _day(chart: Chart, visit: Visit) -> date | None:
    """Some weeks after it was ordered; None if the life or the data ends before."""
    day = weekday_from(visit.day + timedelta(chart.dice.randrange(10, 50)))
    return day if day < chart.person.last_day - timedelta(5) else None


def _place(chart: Chart, operation: Operation) -> str:
    site = chart.person.site
    return site.hospital_id if operation.is_surgery else site.location_id


def _reason(chart: Chart, operation: Operation) -> Element:
    problem = chart.life.by_key.get(operation.for_illness or "")
    if problem is None:
        return {}
    condition = {"reference": f"Condition/{chart.person.id}-cond-{problem.number}"}
    return {"reasonCode": [problem.illness.concept], "reasonReference": [condition]}


def _order_category(operation: Operation) -> Element:
    if operation.is_surgery:
        return _SURGICAL
    return _IMAGING if operation.is_imaging else _EVALUATION


def _order(chart: Chart, visit: Visit, operation: Operation, performed: str) -> Element:
    elements: Element = {
        "status": "completed",
        "intent": "order",
        "category": [_order_category(operation)],
        "code": operation.code,
        "subject": chart.subject,
        "encounter": visit.reference,
        "occurrencePeriod": {"start": visit.start, "end": performed},
        "authoredOn": visit.at(10),
        "requester": chart.called(visit.practitioner),
        **_reason(chart, operation),
    }
    return chart.add("ServiceRequest", "order", _ORDER_PROFILE, elements, visit=visit)


def _device(chart: Chart, visit: Visit, implant: Implant, day: date, written: str) -> Element:
    made = day - timedelta(chart.dice.randrange(60, 400))
    expires = made + timedelta(5 * 365)
    serial = f"{chart.person.id}{chart.dice.randrange(1000, 9999)}"
    lot = f"L{made.year % 100}{made.month:02}"
    carrier = (
        f"(01){implant.device_identifier}(11){made:%y%m%d}(17){expires:%y%m%d}(10){lot}(21){serial}"
    )
    elements: Element = {
        "identifier": [{"system": f"{OURS}device", "value": serial}],
        "udiCarrier": [
            {
                "deviceIdentifier": implant.device_identifier,
                "issuer": "http://hl7.org/fhir/NamingSystem/gs1-di",
                "jurisdiction": "http://hl7.org/fhir/NamingSystem/fda-udi",
                "carrierHRF": carrier,
                "entryType": "barcode",
            }
        ],
        "status": "active",
        "statusReason": [_IMPLANTED],
        "distinctIdentifier": f"{implant.device_identifier}-{serial}",
        "manufacturer": implant.maker,
        "manufactureDate": made.isoformat(),
        "expirationDate": expires.isoformat(),
        "lotNumber": lot,
        "serialNumber": serial,
        "deviceName": [{"name": implant.model, "type": "model-name"}],
        "type": implant.code,
        "patient": chart.subject,
    }
    return chart.add("Device", "dev", _DEVICE_PROFILE, elements, visit=visit, updated=written)
