"""Questionnaires: PHQ-9 for depression, two questions about hunger, with their scores.

http://hl7.org/fhir/us/core/STU6.1/StructureDefinition-us-core-questionnaireresponse.html
"""

from fhirapi.synthetic.chart import Chart, profiles
from fhirapi.synthetic.concepts import (
    HL7,
    LOINC,
    OURS,
    US_CORE,
    US_CORE_CODES,
    Element,
    coding,
    concept,
    quantity,
)
from fhirapi.synthetic.conditions import ACTIVE, CONFIRMED
from fhirapi.synthetic.visits import Visit

_RESPONSE_PROFILE = profiles("us-core-questionnaireresponse")
_SCORE_PROFILE = profiles("us-core-observation-screening-assessment")
_CONCERN_PROFILE = profiles("us-core-condition-problems-health-concerns")
_SURVEY = {
    "coding": [coding(f"{HL7}observation-category", "survey", "Survey")],
    "text": "Survey",
}
_SDOH = {
    "coding": [
        coding(
            f"{US_CORE_CODES}us-core-category",
            "sdoh",
            "SDOH",
        )
    ],
    "text": "SDOH",
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
_HUNGER_ITEMS = (
    ("88122-7", "Worried that food would run out before there was money to buy more"),
    ("88123-5", "The food bought did not last and there was no money to get more"),
)
_HUNGER_ANSWERS = (
    coding(LOINC, "LA28397-0", "Often true"),
    coding(LOINC, "LA6729-3", "Sometimes true"),
    coding(LOINC, "LA28398-8", "Never true"),
)
_PHQ_TITLE = "PHQ-9 quick depression assessment panel"
_DIFFICULTY = ("69722-7", "How difficult these problems made work, home or company")
_HARDNESS = (
    coding(LOINC, "LA6572-7", "Not difficult at all"),
    coding(LOINC, "LA6573-5", "Somewhat difficult"),
)
_HUNGER_PANEL = concept(LOINC, "88121-9", "Hunger Vital Sign [HVS]")
_HUNGER_RISK = concept(LOINC, "88124-3", "Food insecurity risk [HVS]")
_AT_RISK = concept(LOINC, "LA19952-3", "At risk")
_NO_RISK = concept(LOINC, "LA19983-8", "No risk")
_FOOD_INSECURITY = concept("http://snomed.info/sct", "733423003", "Food insecurity")
_HEALTH_CONCERN = {
    "coding": [
        coding(
            f"{US_CORE_CODES}condition-category",
            "health-concern",
            "Health Concern",
        )
    ],
    "text": "Health Concern",
}


def write(chart: Chart) -> None:
    checkups = [visit for visit in chart.life.visits if visit.kind.is_checkup and visit.age >= 18]
    for visit in checkups[::3]:
        _write_phq(chart, visit)
    if checkups and chart.dice.random() < 0.6:
        _write_hunger(chart, checkups[-1])


def _items(answers: list[tuple[str, str, Element]]) -> list[Element]:
    return [
        {"linkId": code, "text": text, "answer": [{"valueCoding": answer}]}
        for code, text, answer in answers
    ]


def _response(chart: Chart, visit: Visit, panel: str, title: str, items: list[Element]) -> Element:
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
        "authored": visit.at(2),
        "author": chart.subject,
        "item": items,
    }
    return chart.add("QuestionnaireResponse", "form", _RESPONSE_PROFILE, elements, visit=visit)


def _score(chart: Chart, visit: Visit, response: Element, *categories: Element) -> Element:
    return {
        "status": "final",
        "category": list(categories),
        "subject": chart.subject,
        "encounter": visit.reference,
        "effectiveDateTime": visit.at(2),
        "issued": visit.at(5),
        "performer": [chart.subject],
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
    response = _response(chart, visit, "44249-1", _PHQ_TITLE, items)
    elements = _score(chart, visit, response, _SURVEY)
    elements["code"] = _PHQ_SCORE
    elements["valueQuantity"] = quantity(sum(points), "{score}")
    chart.add("Observation", "survey", _SCORE_PROFILE, elements, visit=visit)


def _phq_items(
    answers: list[tuple[str, str, Element]], score: int, *, is_low: bool
) -> list[Element]:
    total: Element = {"valueDecimal": score}
    if score:
        # Asked of those who named any problem.
        total["item"] = _items([(*_DIFFICULTY, _HARDNESS[is_low])])
    items: list[Element] = [
        {"linkId": "44249-1", "text": _PHQ_TITLE, "item": _items(answers)},
        {"linkId": "44261-6", "text": "Total score", "answer": [total]},
    ]
    if is_low:
        remark = "Sleeping better than at the last visit."
        items.append({"linkId": "remark", "text": "Remarks", "answer": [{"valueString": remark}]})
    return items


def _write_hunger(chart: Chart, visit: Visit) -> None:
    is_hungry = chart.dice.random() < 0.1
    drawn = _HUNGER_ANSWERS[1] if is_hungry else _HUNGER_ANSWERS[2]
    answers = [(code, text, drawn) for code, text in _HUNGER_ITEMS]
    response = _response(chart, visit, "88121-9", "Hunger Vital Sign", _items(answers))
    elements = _score(chart, visit, response, _SURVEY, _SDOH)
    elements["code"] = _HUNGER_RISK
    elements["valueCodeableConcept"] = _AT_RISK if is_hungry else _NO_RISK
    risk = chart.add("Observation", "survey", _SCORE_PROFILE, elements, visit=visit)
    panel = _score(chart, visit, response, _SURVEY, _SDOH)
    panel["code"] = _HUNGER_PANEL
    panel["valueString"] = "Food runs short at times" if is_hungry else "Enough food at home"
    panel["hasMember"] = [risk]
    chart.add("Observation", "survey", _SCORE_PROFILE, panel, visit=visit)
    if is_hungry:
        _add_concern(chart, visit)


def _add_concern(chart: Chart, visit: Visit) -> None:
    elements: Element = {
        "clinicalStatus": ACTIVE,
        "verificationStatus": CONFIRMED,
        "category": [_HEALTH_CONCERN, _SDOH],
        "code": _FOOD_INSECURITY,
        "subject": chart.subject,
        "encounter": visit.reference,
        "onsetDateTime": visit.day.isoformat(),
        "recordedDate": visit.start,
        "recorder": chart.called(visit.practitioner),
    }
    chart.add("Condition", "concern", _CONCERN_PROFILE, elements, visit=visit)
