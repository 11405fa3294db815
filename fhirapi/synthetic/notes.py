"""Documents and their text, within the resource or apart from it as a Binary.

http://hl7.org/fhir/us/core/STU6.1/clinical-notes.html
"""

from base64 import b64encode
from hashlib import sha1

from fhirapi.synthetic.chart import Chart, profiles
from fhirapi.synthetic.concepts import LOINC, OURS, US_CORE_CODES, Element, coding, concept
from fhirapi.synthetic.visits import Visit

_PROFILE = profiles("us-core-documentreference")
_CATEGORY = [
    {
        "coding": [
            coding(
                f"{US_CORE_CODES}us-core-documentreference-category",
                "clinical-note",
                "Clinical Note",
            )
        ],
        "text": "Clinical Note",
    }
]
FORMAT = coding(
    "http://ihe.net/fhir/ihe.formatcode.fhir/CodeSystem/formatcode",
    "urn:ihe:iti:xds:2017:mimeTypeSufficient",
    "mimeType Sufficient",
)
CONSULTATION = concept(LOINC, "11488-4", "Consult note")
DISCHARGE = concept(LOINC, "18842-5", "Discharge summary")
EMERGENCY = concept(LOINC, "34111-5", "Emergency department Note")
FIRST = concept(LOINC, "34117-2", "History and physical note")
IMAGING = concept(LOINC, "18748-4", "Diagnostic imaging study")
LABORATORY = concept(LOINC, "11502-2", "Laboratory report")
PATHOLOGY = concept(LOINC, "11526-1", "Pathology study")
PROCEDURE = concept(LOINC, "28570-0", "Procedure note")
PROGRESS = concept(LOINC, "11506-3", "Progress note")


def attached(title: str, content: bytes, created: str, kind: str = "text/plain") -> Element:
    """An Attachment with its content inside."""
    return _described(title, content, created, kind, {"data": b64encode(content).decode()})


def kept_apart(
    chart: Chart, visit: Visit | None, title: str, content: bytes, created: str,
    kind: str = "text/plain",
) -> Element:  # fmt: skip
    """An Attachment whose content is a Binary: https://hl7.org/fhir/R4/binary.html"""
    elements: Element = {
        "contentType": kind,
        "securityContext": {"reference": chart.subject["reference"]},
        "data": b64encode(content).decode(),
    }
    binary = chart.add("Binary", "bin", None, elements, visit=visit, updated=created)
    return _described(title, content, created, kind, {"url": binary["reference"]})


def _described(title: str, content: bytes, created: str, kind: str, where: Element) -> Element:
    digest = sha1(content, usedforsecurity=False).digest()  # what FHIR asks for
    return {
        "contentType": kind,
        "language": "en-US",
        **where,
        "size": len(content),
        "hash": b64encode(digest).decode(),
        "title": title,
        "creation": created,
    }


def add(
    chart: Chart, visit: Visit, type_: Element, attachment: Element, *,
    written: str, author: Element,
) -> Element:  # fmt: skip
    """A clinical note, about a visit."""
    number = chart.count("doc") + 1
    elements: Element = {
        "identifier": [
            {"system": f"{OURS}document", "value": f"{chart.person.id}-document-{number}"}
        ],
        "status": "current",
        "docStatus": "final",
        "type": type_,
        "category": _CATEGORY,
        "subject": chart.subject,
        "date": written,
        "author": [author],
        "custodian": chart.organization,
        "content": [{"attachment": attachment, "format": FORMAT}],
        "context": {
            "encounter": [visit.reference],
            "period": {"start": visit.start, "end": visit.end},
        },
    }
    return chart.add("DocumentReference", "doc", _PROFILE, elements, visit=visit, updated=written)
