"""Procedure, with its order, its report and what was implanted.

http://hl7.org/fhir/us/core/STU6.1/StructureDefinition-us-core-procedure.html
"""

from base64 import b64encode
from datetime import date, timedelta

from fhirapi.synthetic.catalogue_procedures import OPERATIONS, Implant, Operation
from fhirapi.synthetic.chart import Chart, profiles
from fhirapi.synthetic.concepts import HL7, LOINC, OURS, SNOMED, Element, coding, concept
from fhirapi.synthetic.moments import instant, offset, weekday_from
from fhirapi.synthetic.visits import Visit

_PROFILE = profiles("us-core-procedure")
_ORDER_PROFILE = profiles("us-core-servicerequest")
_DEVICE_PROFILE = profiles("us-core-implantable-device")
_REPORT_PROFILE = profiles("us-core-diagnosticreport-note")
_RESULT_PROFILE = profiles("us-core-observation-clinical-result")
_SURGICAL = concept(SNOMED, "387713003", "Surgical procedure")
_DIAGNOSTIC = concept(SNOMED, "103693007", "Diagnostic procedure")
_IMPLANTED = {"coding": [coding(f"{HL7}device-status-reason", "online", "Online")]}
_CATEGORIES = {
    "Mammography": concept(LOINC, "LP29684-5", "Radiology"),
    "Electrocardiographic procedure": concept(LOINC, "LP29708-2", "Cardiology"),
    "Colonoscopy": concept(LOINC, "LP7839-6", "Pathology"),
}


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
    # The chance holds for all years together; four visits are typical.
    return chart.dice.random() < operation.chance / 4


def _perform(chart: Chart, visit: Visit, operation: Operation) -> None:
    day = _day(chart, visit)
    if day is None:
        return
    zone = offset(
        day,
        chart.person.site.standard_hours,
        has_summer_time=chart.person.site.has_summer_time,
    )
    begin = 60 * chart.dice.randrange(8, 15)
    performed, written = instant(day, begin, zone), instant(day, begin + 200, zone)
    order = _order(chart, visit, operation, performed)
    report = _report(chart, visit, operation, performed, written)
    elements: Element = {
        "basedOn": [order],
        "status": "completed",
        "category": _SURGICAL if operation.is_surgery else _DIAGNOSTIC,
        "code": operation.code,
        "subject": chart.subject,
        "performedDateTime": performed,
        "performer": [
            {
                "actor": chart.called(visit.practitioner),
                "onBehalfOf": chart.organization,
            }
        ],
        "location": {"reference": f"Location/{_place(chart, operation)}"},
        **_reason(chart, operation),
    }
    if report:
        elements["report"] = [report]
    if operation.implant:
        device = _device(chart, visit, operation.implant, day, written)
        elements["focalDevice"] = [{"manipulated": device}]
    chart.add("Procedure", "proc", _PROFILE, elements, visit=visit, updated=written)


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


def _order(chart: Chart, visit: Visit, operation: Operation, performed: str) -> Element:
    elements: Element = {
        "status": "completed",
        "intent": "order",
        "category": [_SURGICAL if operation.is_surgery else _DIAGNOSTIC],
        "code": operation.code,
        "subject": chart.subject,
        "encounter": visit.reference,
        "occurrencePeriod": {"start": visit.start, "end": performed},
        "authoredOn": visit.at(10),
        "requester": chart.called(visit.practitioner),
        **_reason(chart, operation),
    }
    return chart.add("ServiceRequest", "order", _ORDER_PROFILE, elements, visit=visit)


def _report(
    chart: Chart, visit: Visit, operation: Operation, performed: str, written: str
) -> Element | None:
    about = operation.report
    if about is None:
        return None
    result = _result(chart, visit, about.result, performed, written)
    elements: Element = {
        "status": "final",
        "category": [_CATEGORIES[operation.words]],
        "code": about.code,
        "subject": chart.subject,
        "encounter": visit.reference,
        "effectiveDateTime": performed,
        "issued": written,
        "performer": [chart.called(visit.practitioner)],
        "result": [result],
        "conclusion": about.text.split("Impression: ")[-1],
        "presentedForm": [
            {
                "contentType": "text/plain",
                "language": "en-US",
                "data": b64encode(about.text.encode()).decode(),
                "title": about.words,
                "creation": written,
            }
        ],
    }
    return chart.add(
        "DiagnosticReport", "report", _REPORT_PROFILE, elements, visit=visit, updated=written
    )


def _result(chart: Chart, visit: Visit, found: Element, performed: str, written: str) -> Element:
    elements: Element = {
        "status": "final",
        "category": found["category"],
        "code": found["code"],
        "subject": chart.subject,
        "encounter": visit.reference,
        "effectiveDateTime": performed,
        "issued": written,
        "performer": [chart.called(visit.practitioner)],
        **found,
    }
    return chart.add(
        "Observation", "result", _RESULT_PROFILE, elements, visit=visit, updated=written
    )


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
