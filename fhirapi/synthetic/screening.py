"""Questionnaires: the PHQ-9 for depression with its score; the parts all of them are made of.

http://hl7.org/fhir/us/core/STU6.1/StructureDefinition-us-core-questionnaireresponse.html
"""

from fhirapi.synthetic.chart import Chart, profiles
from fhirapi.synthetic.concepts import (
    HL7,
    LOINC,
    OURS,
    US_CORE,
    Element,
    coding,
    concept,
    quantity,
)
from fhirapi.synthetic.visits import Visit

_RESPONSE_PROFILE = profiles("us-core-questionnaireresponse")
ASSESSMENT_PROFILE = profiles("us-core-observation-screening-assessment")
SURVEY = {
    "coding": [coding(f"{HL7}observation-category", "survey", "Survey")],
    "text": "Survey",
}
_ANSWERS = (
    coding(LOINC, "LA6568-5", "Not at all"),
    coding(LOINC, "LA6569-3", "Several days"),
    coding(LOINC, "LA6570-1", "More than half the days"),
    coding(LOINC, "LA6571-9", "Nearly every day"),
)
_PHQ_ITEMS = (
    ("44250-9", "Little interest or pleasure in doing things"),
    ("44255-8", "Feeling down, depressed, or hopeless"),
    ("44259-0", "Trouble falling or staying asleep, or sleeping too much"),
    ("44254-1", "Feeling tired or having little energy"),
    ("44251-7", "Poor appetite or overeating"),
    ("44258-2", "Feeling bad about yourself"),
    ("44252-5", "Trouble concentrating on things"),
    ("44253-3", "Moving or speaking slowly, or being restless"),
    ("44260-8", "Thoughts that you would be better off dead"),
)
_PHQ_SCORE = concept(LOINC, "44261-6", "Patient Health Questionnaire 9 item (PHQ-9) total score "
                     "[Reported]")  # fmt: skip
_PHQ_TITLE = "PHQ-9 quick depression assessment panel"
_DIFFICULTY = ("69722-7", "How difficult these problems made work, home or company")
_HARDNESS = (
    coding(LOINC, "LA6572-7", "Not difficult at all"),
    coding(LOINC, "LA6573-5", "Somewhat difficult"),
)


_UNDATED: Element = {
    "_authored": {
        "extension": [
            {
                "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
                "valueCode": "unknown",
            }
        ]
    }
}
"""Filled in on paper at home: nobody wrote down the day."""


def write(chart: Chart) -> None:
    checkups = [visit for visit in chart.life.visits if visit.kind.is_checkup and visit.age >= 18]
    for visit in checkups[::3]:
        _write_phq(chart, visit)


def answered(answers: list[tuple[str, str, Element]]) -> list[Element]:
    return [
        {"linkId": code, "text": text, "answer": [{"valueCoding": answer}]}
        for code, text, answer in answers
    ]


def filled_in(chart: Chart, visit: Visit, panel: str, title: str, items: list[Element]) -> Element:
    elements: Element = {
        "identifier": {"system": f"{OURS}questionnaire-response", "value": f"{visit.id}-{panel}"},
        "questionnaire": f"{OURS}Questionnaire/{panel}",
        "_questionnaire": {
            "extension": [
                {
                    "url": "http://hl7.org/fhir/StructureDefinition/display",
                    "valueString": title,
                },
                {
                    "url": f"{US_CORE}us-core-extension-questionnaire-uri",
                    "valueUri": f"https://loinc.org/{panel}",
                },
            ]
        },
        "status": "completed",
        "subject": chart.subject,
        "encounter": visit.reference,
        **(_UNDATED if chart.dice.random() < 0.08 else {"authored": visit.at(2)}),
        "author": chart.subject if visit.number % 2 else chart.called(visit.practitioner),
        "item": items,
    }
    return chart.add("QuestionnaireResponse", "form", _RESPONSE_PROFILE, elements, visit=visit)


def assessed(chart: Chart, visit: Visit, response: Element, *categories: Element) -> Element:
    return {
        "status": "final",
        "category": list(categories),
        "subject": chart.subject,
        "encounter": visit.reference,
        "effectiveDateTime": visit.at(2),
        "issued": visit.at(5),
        "performer": [chart.subject, chart.called(visit.practitioner)],
        "derivedFrom": [response],
    }


def _write_phq(chart: Chart, visit: Visit) -> None:
    is_low = chart.life.has("depression", visit.day)
    weights = (3, 4, 3, 1) if is_low else (14, 3, 0.3, 0)
    points = chart.dice.choices((0, 1, 2, 3), weights, k=9)
    points[8] = 0  # nobody in this population thinks of dying
    answers = [
        (code, text, _ANSWERS[point])
        for (code, text), point in zip(_PHQ_ITEMS, points, strict=True)
    ]
    items = _phq_items(answers, sum(points), is_low=is_low)
    response = filled_in(chart, visit, "44249-1", _PHQ_TITLE, items)
    elements = assessed(chart, visit, response, SURVEY)
    elements["code"] = _PHQ_SCORE
    elements["valueQuantity"] = quantity(sum(points), "{score}")
    chart.add("Observation", "survey", ASSESSMENT_PROFILE, elements, visit=visit)


def _phq_items(
    answers: list[tuple[str, str, Element]], score: int, *, is_low: bool
) -> list[Element]:
    total: Element = {"valueDecimal": score}
    if score:
        # Asked of those who named any problem.
        total["item"] = answered([(*_DIFFICULTY, _HARDNESS[is_low])])
    items: list[Element] = [
        {"linkId": "44249-1", "text": _PHQ_TITLE, "item": answered(answers)},
        {"linkId": "44261-6", "text": "Total score", "answer": [total]},
    ]
    if is_low or score > 3:
        remark = "Sleeping better than at the last visit."
        items.append({"linkId": "remark", "text": "Remarks", "answer": [{"valueString": remark}]})
    return items
