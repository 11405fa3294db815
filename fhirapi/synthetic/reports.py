"""DiagnosticReport of what was seen: imaging, cardiology, pathology; with result and picture.

http://hl7.org/fhir/us/core/STU6.1/StructureDefinition-us-core-diagnosticreport-note.html
"""

from fhirapi.synthetic import notes, pictures
from fhirapi.synthetic.catalogue_procedures import Report
from fhirapi.synthetic.chart import Chart, profiles
from fhirapi.synthetic.concepts import HL7, SNOMED, Element, concept, reference
from fhirapi.synthetic.practice import LABORATORY
from fhirapi.synthetic.specimens import add_tissue
from fhirapi.synthetic.visits import Visit

_REPORT_PROFILE = profiles("us-core-diagnosticreport-note")
_RESULT_PROFILE = profiles("us-core-observation-clinical-result")
_TISSUE_PROFILE = profiles("us-core-observation-lab", "us-core-observation-clinical-result")
_TRACE = concept(SNOMED, "29303009", "Electrocardiographic procedure")
_IMAGE = concept(f"{HL7}media-type", "image", "Image")
_LABORATORY = reference(f"Organization/{LABORATORY}", "Clearline Reference Laboratory")


def add(
    chart: Chart, visit: Visit, about: Report, order: Element, performed: str, written: str
) -> Element:
    doctor = chart.called(visit.practitioner)
    common: Element = {
        "basedOn": [order],
        "status": "final",
        "category": [about.category],
        "code": about.code,
        "subject": chart.subject,
        "encounter": visit.reference,
        "effectiveDateTime": performed,
        "issued": written,
        "performer": [_LABORATORY] if about.tissue else [doctor, chart.organization],
    }
    result: Element = {**common, **about.result}
    elements: Element = {**common, "resultsInterpreter": [doctor]}
    if about.tissue:
        specimen = add_tissue(chart, visit, about.tissue, performed)
        result["specimen"] = specimen
        elements["specimen"] = [specimen]
    profile = _TISSUE_PROFILE if about.tissue else _RESULT_PROFILE
    found = chart.add("Observation", "result", profile, result, visit=visit, updated=written)
    elements["result"] = [found]
    if about.has_trace:
        elements["media"] = [_trace(chart, visit, order, performed, written)]
    elements["conclusion"] = about.text.split("Impression: ")[-1]
    elements["presentedForm"] = [_form(chart, visit, about, written)]
    return chart.add(
        "DiagnosticReport", "report", _REPORT_PROFILE, elements, visit=visit, updated=written
    )


def _form(chart: Chart, visit: Visit, about: Report, written: str) -> Element:
    """The text; a document of its own shows the same attachment, as US Core asks."""
    text = about.text.encode()
    if about.document is None:
        return notes.attached(about.words, text, written)
    attachment = notes.kept_apart(chart, visit, about.words, text, written)
    author = _LABORATORY if about.tissue else chart.called(visit.practitioner)
    notes.add(chart, visit, about.document, attachment, written=written, author=author)
    return attachment


def _trace(chart: Chart, visit: Visit, order: Element, performed: str, written: str) -> Element:
    """https://hl7.org/fhir/R4/media.html"""
    picture = pictures.heartbeat()
    content = notes.kept_apart(chart, visit, "Rhythm strip", picture.png, written, kind="image/png")
    elements: Element = {
        "basedOn": [order],
        "status": "completed",
        "type": _IMAGE,
        "modality": _TRACE,
        "subject": chart.subject,
        "encounter": visit.reference,
        "createdDateTime": performed,
        "issued": written,
        "operator": chart.called(visit.practitioner),
        "height": picture.height,
        "width": picture.width,
        "content": content,
    }
    media = chart.add("Media", "media", None, elements, visit=visit, updated=written)
    return {"comment": "Rhythm strip", "link": media}
