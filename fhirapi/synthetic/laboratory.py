"""Laboratory orders, specimens, results and reports.

http://hl7.org/fhir/us/core/STU6.1/StructureDefinition-us-core-observation-lab.html
"""

from dataclasses import dataclass
from datetime import date, timedelta

from fhirapi.synthetic import notes, specimens
from fhirapi.synthetic.catalogue_labs import ANALYTES, BLOOD, FINDINGS, PANELS, Panel
from fhirapi.synthetic.chart import Chart, profiles
from fhirapi.synthetic.chemistry import Chemistry
from fhirapi.synthetic.concepts import (
    HL7,
    SNOMED,
    V2,
    V3,
    Element,
    coding,
    concept,
    quantity,
    reference,
)
from fhirapi.synthetic.practice import LABORATORY
from fhirapi.synthetic.visits import Visit

_RESULT_PROFILE = profiles("us-core-observation-lab")
_REPORT_PROFILE = profiles("us-core-diagnosticreport-lab")
_ORDER_PROFILE = profiles("us-core-servicerequest")
_CATEGORY = [
    {
        "coding": [coding(f"{HL7}observation-category", "laboratory", "Laboratory")],
        "text": "Laboratory",
    }
]
_REPORT_CATEGORY = [{"coding": [coding(f"{V2}0074", "LAB", "Laboratory")], "text": "Laboratory"}]
_ORDER_CATEGORY = [concept(SNOMED, "108252007", "Laboratory procedure")]
_LABORATORY = reference(f"Organization/{LABORATORY}", "Clearline Reference Laboratory")
_FAILED = concept(f"{HL7}data-absent-reason", "error", "Error")
_HEMOLYZED = [{"text": "Specimen hemolyzed; the potassium could not be measured."}]

_MONTHS_BETWEEN = {"a1c": 5, "tsh": 10, "lipid": 13, "cmp": 13, "bmp": 9, "cbc": 13}
"""A routine test is not repeated sooner; 11 for those not named."""


def _interpretation(code: str, words: str) -> list[Element]:
    return [concept(f"{V3}ObservationInterpretation", code, words)]


_NORMAL, _HIGH, _LOW = (
    _interpretation("N", "Normal"),
    _interpretation("H", "High"),
    _interpretation("L", "Low"),
)
_ABNORMAL = _interpretation("A", "Abnormal")


@dataclass(frozen=True, slots=True)
class _Sample:
    specimen: Element
    is_hemolyzed: bool


def write(chart: Chart) -> None:
    chemistry = Chemistry(chart.dice, chart.life)
    last_done: dict[str, date] = {}
    for visit in chart.life.visits:
        if not visit.kind.is_in_person:
            continue
        panels = [PANELS[key] for key in _ordered(chart, visit, last_done)]
        samples: dict[str, _Sample] = {}
        for panel in panels:
            text = panel.specimen["text"]
            if text not in samples:
                samples[text] = _take(chart, visit, panel)
            _add_panel(chart, visit, panel, samples[text], chemistry)


def _ordered(chart: Chart, visit: Visit, last_done: dict[str, date]) -> list[str]:
    """Keys of the panels ordered at a visit, each once, in the order of thought."""
    urgent: dict[str, None] = {}
    routine: dict[str, None] = {}
    for problem in visit.reasons:
        if problem.visit is visit:
            urgent |= dict.fromkeys(problem.illness.at_diagnosis)
        else:
            routine |= dict.fromkeys(problem.illness.follow_up)
    if visit.kind.is_checkup:
        routine |= dict.fromkeys(_screening(chart, visit))
    if visit.kind.is_at_hospital:
        urgent |= {"cmp": None, "cbc": None}
    for key in routine:
        if visit.day >= last_done.get(key, date.min) + timedelta(_MONTHS_BETWEEN.get(key, 11) * 30):
            urgent[key] = None
    if "cmp" in urgent:
        urgent.pop("bmp", None)
    last_done |= dict.fromkeys(urgent, visit.day)
    return list(urgent)


def _screening(chart: Chart, visit: Visit) -> list[str]:
    """What is measured without complaint, by age."""
    age, dice = visit.age, chart.dice
    if age < 18:
        return ["lead"] if age in (1, 2) and dice.random() < 0.5 else []
    found = []
    if dice.random() < (0.75 if age >= 40 else 0.4):
        found.append("lipid")
    if dice.random() < 0.45:
        found.append("cmp" if age >= 50 else "bmp")
    if dice.random() < 0.4:
        found.append("cbc")
    if age >= 40 and dice.random() < 0.35:
        found.append("a1c")
    if age >= 55 and chart.person.sex == "male" and dice.random() < 0.3:
        found.append("psa")
    return found


def _take(chart: Chart, visit: Visit, panel: Panel) -> _Sample:
    is_hemolyzed = panel.specimen is BLOOD and chart.dice.random() < 0.02
    condition = specimens.HEMOLYZED if is_hemolyzed else specimens.ROOM_TEMPERATURE
    return _Sample(specimens.add(chart, visit, panel.specimen, condition), is_hemolyzed)


def _add_panel(
    chart: Chart, visit: Visit, panel: Panel, sample: _Sample, chemistry: Chemistry
) -> None:
    order = _add_order(chart, visit, panel)
    taken = visit.at(12)
    minutes = 30 if panel.is_done_here else 60 * chart.dice.randrange(5, 30)
    issued = visit.at(minutes)
    performer = [chart.organization if panel.is_done_here else _LABORATORY]
    common: Element = {
        "subject": chart.subject,
        "encounter": visit.reference,
        "effectiveDateTime": taken,
        "issued": issued,
        "performer": performer,
    }
    updated = visit.at(minutes + 3)
    results = []
    bodies = [*_measured(chart, visit, panel, chemistry, sample), *_found(visit, panel)]
    for body in bodies:
        elements = {
            "basedOn": [order],
            "status": "cancelled" if "dataAbsentReason" in body else "final",
            "category": _CATEGORY,
            "code": body["code"],
            **common,
            **body,
            "specimen": sample.specimen,
        }
        results.append(
            chart.add("Observation", "lab", _RESULT_PROFILE, elements, visit=visit, updated=updated)
        )
    report: Element = {
        "basedOn": [order],
        "status": "final",
        "category": _REPORT_CATEGORY,
        "code": panel.code,
        **common,
        "performer": [*performer, chart.called(visit.practitioner)],
        "resultsInterpreter": [chart.called(visit.practitioner)],
        "specimen": [sample.specimen],
        "result": results,
    }
    if not panel.is_done_here and chart.dice.random() < 0.1:
        report["presentedForm"] = [_letter(chart, visit, panel, bodies, updated)]
    chart.add("DiagnosticReport", "report", _REPORT_PROFILE, report, visit=visit, updated=updated)


def _add_order(chart: Chart, visit: Visit, panel: Panel) -> Element:
    elements: Element = {
        "status": "completed",
        "intent": "order",
        "category": _ORDER_CATEGORY,
        "code": panel.code,
        "subject": chart.subject,
        "encounter": visit.reference,
        "occurrencePeriod": {"start": visit.start, "end": visit.at(2880)},
        "authoredOn": visit.at(8),
        "requester": chart.called(visit.practitioner),
    }
    asked_for = [
        problem
        for problem in visit.reasons
        if panel.key in problem.illness.follow_up or panel.key in problem.illness.at_diagnosis
    ]
    if asked_for:
        elements["reasonCode"] = [problem.illness.concept for problem in asked_for]
        elements["reasonReference"] = [
            {"reference": f"Condition/{chart.person.id}-cond-{problem.number}"}
            for problem in asked_for
        ]
    return chart.add("ServiceRequest", "order", _ORDER_PROFILE, elements, visit=visit)


def _letter(
    chart: Chart, visit: Visit, panel: Panel, bodies: list[Element], written: str
) -> Element:
    """The report as the laboratory sends it on paper, kept as a document too."""
    lines = [f"{panel.code['text']}, {visit.day:%m/%d/%Y}", ""]
    lines += [f"{body['code']['text']}: {_in_words(body)}" for body in bodies]
    text = "\n".join([*lines, "", _LABORATORY["display"], ""]).encode()
    title = f"Laboratory report: {panel.code['text']}"
    attachment = notes.kept_apart(chart, visit, title, text, written)
    notes.add(chart, visit, notes.LABORATORY, attachment, written=written, author=_LABORATORY)
    return attachment


def _in_words(body: Element) -> str:
    if "valueQuantity" in body:
        value = body["valueQuantity"]
        return f"{value['value']} {value['unit']} ({body['interpretation'][0]['text'].lower()})"
    if "valueCodeableConcept" in body:
        return str(body["valueCodeableConcept"]["text"])
    return str(body.get("valueString", "could not be measured"))


def _measured(
    chart: Chart, visit: Visit, panel: Panel, chemistry: Chemistry, sample: _Sample
) -> list[Element]:
    found: list[Element] = []
    for key, value in chemistry.values(panel.analytes, visit.day).items():
        analyte = ANALYTES[key]
        if key == "potassium" and sample.is_hemolyzed:
            found.append({"code": analyte.code, "dataAbsentReason": _FAILED, "note": _HEMOLYZED})
            continue
        low, high, ranges = analyte.ranges[chart.person.sex]
        found.append(
            {
                "code": analyte.code,
                "valueQuantity": quantity(value, analyte.unit, analyte.ucum),
                "interpretation": _LOW if value < low else _HIGH if value > high else _NORMAL,
                "referenceRange": ranges,
            }
        )
    return found


def _found(visit: Visit, panel: Panel) -> list[Element]:
    """Results in words; a test that was ordered for an illness confirms it."""
    is_ill = any(panel.key in problem.illness.at_diagnosis for problem in visit.reasons)
    found: list[Element] = []
    for key in panel.findings:
        finding = FINDINGS[key]
        value = finding.abnormal if is_ill else finding.usual
        element: Element = {"code": finding.code}
        element["valueString" if isinstance(value, str) else "valueCodeableConcept"] = value
        element["interpretation"] = _ABNORMAL if is_ill else _NORMAL
        found.append(element)
    return found
