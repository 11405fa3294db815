"""DocumentReference: the note of each visit, as text.

http://hl7.org/fhir/us/core/STU6.1/StructureDefinition-us-core-documentreference.html
"""

from base64 import b64encode
from hashlib import sha1

from fhirapi.synthetic import visits
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
_FORMAT = coding(
    "http://ihe.net/fhir/ihe.formatcode.fhir/CodeSystem/formatcode",
    "urn:ihe:iti:xds:2017:mimeTypeSufficient",
    "mimeType Sufficient",
)
_PROGRESS = concept(LOINC, "11506-3", "Progress note")
_FIRST = concept(LOINC, "34117-2", "History and physical note")
_DISCHARGE = concept(LOINC, "18842-5", "Discharge summary")
_EMERGENCY = concept(LOINC, "34111-5", "Emergency department Note")


def write(chart: Chart) -> None:
    for visit in chart.life.visits:
        type_ = _type(visit)
        text = _text(chart, visit, type_["text"]).encode()
        elements: Element = {
            "identifier": [{"system": f"{OURS}document", "value": f"{visit.id}-note"}],
            "status": "current",
            "docStatus": "final",
            "type": type_,
            "category": _CATEGORY,
            "subject": chart.subject,
            "date": visit.updated,
            "author": [chart.called(visit.practitioner)],
            "custodian": chart.organization,
            "content": [
                {
                    "attachment": {
                        "contentType": "text/plain",
                        "language": "en-US",
                        "data": b64encode(text).decode(),
                        "size": len(text),
                        "hash": b64encode(sha1(text, usedforsecurity=False).digest()).decode(),
                        "title": f"{type_['text']}, {visit.day:%B %-d, %Y}",
                        "creation": visit.updated,
                    },
                    "format": _FORMAT,
                }
            ],
            "context": {
                "encounter": [visit.reference],
                "period": {"start": visit.start, "end": visit.end},
            },
        }
        chart.add("DocumentReference", "doc", _PROFILE, elements, visit=visit)


def _type(visit: Visit) -> Element:
    if visit.kind in (visits.INPATIENT, visits.FINAL_STAY):
        return _DISCHARGE
    if visit.kind is visits.EMERGENCY:
        return _EMERGENCY
    return _FIRST if visit.number == 1 else _PROGRESS


def _text(chart: Chart, visit: Visit, title: str) -> str:
    person = chart.person
    lines = [
        f"{title}    {visit.day:%m/%d/%Y}",
        f"Patient: {person.full_name}    MRN: {person.mrn}    DOB: {person.birth:%m/%d/%Y}",
        "",
        "SUBJECTIVE",
        f"{_age(visit)} {_noun(chart, visit)} seen for {_occasion(visit)}.",
        "",
        "OBJECTIVE",
        chart.measured.get(visit.number, "Seen by video; no measurements."),
        "",
        "ASSESSMENT AND PLAN",
    ]
    for number, problem in enumerate(visit.reasons, 1):
        lines.append(f"{number}. {problem.illness.words}. {problem.illness.advice}")
    if visit.kind.is_final:
        lines.append("Died in the presence of the family. Condolences given.")
    elif not visit.reasons:
        lines.append("Doing well. Preventive care reviewed; next check-up in about a year.")
    prescribed = chart.prescribed.get(visit.number)
    if prescribed:
        lines += ["", "PRESCRIBED", *prescribed]
    lines += ["", f"Signed by {chart.called(visit.practitioner)['display']}", ""]
    return "\n".join(lines)


def _age(visit: Visit) -> str:
    return f"{visit.age}-year-old" if visit.age else "Infant"


def _noun(chart: Chart, visit: Visit) -> str:
    is_female = chart.person.sex == "female"
    if visit.age < 18:
        return "girl" if is_female else "boy"
    return "woman" if is_female else "man"


def _occasion(visit: Visit) -> str:
    if not visit.reasons:
        return "a sudden worsening" if visit.kind.is_at_hospital else "a routine check-up"
    names = [problem.illness.words.lower() for problem in visit.reasons]
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
