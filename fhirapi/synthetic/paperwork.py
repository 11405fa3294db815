"""Consent on joining, lists of the record, message and task after the last visits.

https://hl7.org/fhir/R4/consent.html, list.html, communication.html, task.html
"""

from fhirapi.synthetic.chart import Chart
from fhirapi.synthetic.concepts import HL7, LOINC, V3, Element, coding, concept
from fhirapi.synthetic.practice import nurse_of
from fhirapi.synthetic.visits import Visit

_PRIVACY = concept(f"{HL7}consentscope", "patient-privacy", "Privacy Consent")
_CONSENT_CATEGORY = [concept(LOINC, "59284-0", "Patient Consent")]
_HIPAA = {"coding": [coding(f"{HL7}consentpolicycodes", "hipaa-auth", "HIPAA Authorization")]}
_TREATMENT = coding(f"{V3}ActReason", "TREAT", "treatment")
_PROBLEMS = concept(LOINC, "11450-4", "Problem list - Reported")
_MEDICATIONS = concept(LOINC, "10160-0", "History of Medication use Narrative")
_NOTHING_KNOWN = concept(f"{HL7}list-empty-reason", "nilknown", "Nil Known")
_NOTIFICATION = concept(f"{HL7}communication-category", "notification", "Notification")
_WRITTEN = concept(f"{V3}ParticipationMode", "WRITTEN", "written")
_REVIEW = concept(
    "http://hl7.org/fhir/CodeSystem/task-code", "approve", "Activate/approve the focal resource"
)
_IN_USE = frozenset(("active", "draft"))


def write(chart: Chart) -> None:
    visits = chart.life.visits
    if not visits:
        return
    _add_consent(chart, visits[0])
    problems = [each for each in chart.resources if _is_open_problem(each)]
    _add_list(chart, visits[-1], _PROBLEMS, problems)
    medicines = [
        each
        for each in chart.resources
        if each["resourceType"] == "MedicationRequest" and each["status"] in _IN_USE
    ]
    _add_list(chart, visits[-1], _MEDICATIONS, medicines)
    _add_message(chart, visits[-1])
    reports = [each for each in chart.resources if each["resourceType"] == "DiagnosticReport"]
    if reports:
        _add_review(chart, visits[-1], max(reports, key=lambda report: str(report["issued"])))


def _is_open_problem(resource: Element) -> bool:
    return (
        resource["resourceType"] == "Condition"
        and resource["category"][0]["coding"][0]["code"] == "problem-list-item"
        and "abatementDateTime" not in resource
    )


def _add_consent(chart: Chart, visit: Visit) -> None:
    """For a child the parent signs."""
    elements: Element = {
        "status": "active",
        "scope": _PRIVACY,
        "category": _CONSENT_CATEGORY,
        "patient": chart.subject,
        "dateTime": visit.start,
        "performer": chart.relatives if chart.person.is_child else [chart.subject],
        "organization": [chart.organization],
        "policyRule": _HIPAA,
        "provision": {
            "type": "permit",
            "period": {"start": visit.day.isoformat()},
            "purpose": [_TREATMENT],
        },
    }
    chart.add("Consent", "consent", None, elements, visit=visit)


def _add_list(chart: Chart, visit: Visit, code: Element, listed: list[Element]) -> None:
    entries = [{"item": {"reference": f"{each['resourceType']}/{each['id']}"}} for each in listed]
    elements: Element = {
        "status": "current",
        "mode": "working",
        "title": code["text"],
        "code": code,
        "subject": chart.subject,
        "encounter": visit.reference,
        "date": visit.end,
        "source": chart.called(visit.practitioner),
        **({"entry": entries} if entries else {"emptyReason": _NOTHING_KNOWN}),
    }
    chart.add("List", "list", None, elements, visit=visit)


def _add_message(chart: Chart, visit: Visit) -> None:
    """To the patient, and to whom they named."""
    if chart.person.death:
        return
    elements: Element = {
        "status": "completed",
        "category": [_NOTIFICATION],
        "medium": [_WRITTEN],
        "subject": chart.subject,
        "encounter": visit.reference,
        "sent": visit.updated,
        "received": visit.updated,
        "recipient": [chart.subject, *chart.relatives],
        "sender": chart.called(visit.practitioner),
        "payload": [{"contentString": _message(visit)}],
    }
    chart.add("Communication", "message", None, elements, visit=visit)


def _add_review(chart: Chart, visit: Visit, report: Element) -> None:
    """The nurse lays the last report before the doctor."""
    doctor = chart.called(visit.practitioner)
    elements: Element = {
        "status": "completed",
        "intent": "order",
        "priority": "routine",
        "code": _REVIEW,
        "description": f"Review the report: {report['code']['text']}",
        "focus": {"reference": f"DiagnosticReport/{report['id']}"},
        "for": chart.subject,
        "encounter": report["encounter"],
        "authoredOn": report["issued"],
        "lastModified": report["meta"]["lastUpdated"],
        "requester": chart.called(nurse_of(chart.person.site)),
        "owner": doctor,
    }
    chart.add("Task", "task", None, elements, visit=visit, updated=report["meta"]["lastUpdated"])


def _message(visit: Visit) -> str:
    advice = " ".join(problem.illness.advice for problem in visit.reasons)
    return advice or "Thank you for coming. All is well; see you in about a year."
