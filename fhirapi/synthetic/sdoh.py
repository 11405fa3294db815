"""Questions about how people live: Hunger Vital Sign, AHC-HRSN, PRAPARE, and their answers.

http://hl7.org/fhir/us/core/STU6.1/screening-and-assessments.html
"""

from dataclasses import dataclass

from fhirapi.synthetic import needs
from fhirapi.synthetic.chart import Chart
from fhirapi.synthetic.concepts import LOINC, Element, coding, concept
from fhirapi.synthetic.needs import SDOH
from fhirapi.synthetic.screening import ASSESSMENT_PROFILE, SURVEY, answered, assessed, filled_in
from fhirapi.synthetic.visits import Visit


@dataclass(frozen=True, slots=True)
class _Question:
    loinc: str
    words: str
    safe: Element
    at_risk: Element
    need: str
    """Key of the need that the risky answer shows."""


@dataclass(frozen=True, slots=True)
class _Form:
    panel: str
    title: str
    questions: tuple[_Question, ...]


_YES, _NO = coding(LOINC, "LA33-6", "Yes"), coding(LOINC, "LA32-8", "No")
_SOMETIMES = coding(LOINC, "LA6729-3", "Sometimes true")
_NEVER = coding(LOINC, "LA28398-8", "Never true")
_FOOD = (
    _Question("88122-7", "Worried that food would run out before there was money to buy more",
              _NEVER, _SOMETIMES, "food"),
    _Question("88123-5", "The food bought did not last and there was no money to get more",
              _NEVER, _SOMETIMES, "food"),
)  # fmt: skip
_HUNGER = _Form("88121-9", "Hunger Vital Sign [HVS]", _FOOD)
_RIDES = _Question("93030-5", "Kept from appointments, work or errands by lack of transportation",
                   _NO, _YES, "transport")  # fmt: skip
_HEALTH_RELATED = _Form("96777-8", "Health-related social needs screening [AHC-HRSN]", (
    _Question("71802-3", "Housing status", coding(LOINC, "LA31993-1",
              "I have a steady place to live"), coding(LOINC, "LA31994-9",
              "I have a place to live today, but I am worried about losing it in the future"),
              "housing"),
    *_FOOD,
    _RIDES,
    _Question("96779-4", "Utilities threatened to be shut off in the last year", _NO, _YES,
              "housing"),
))  # fmt: skip
_ASSETS = _Form("93025-5", "Assets, risks and experiences [PRAPARE]", (
    _Question("71802-3", "Housing status", coding(LOINC, "LA30189-7", "I have housing"),
              coding(LOINC, "LA30189-7", "I have housing"), "housing"),  # the home is only at risk
    _Question("93033-9", "Worried about losing the home", _NO, _YES, "housing"),
    _Question("93038-8", "Stress: how tense, nervous or troubled by lack of sleep",
              coding(LOINC, "LA13863-8", "A little bit"),
              coding(LOINC, "LA13902-4", "Quite a bit"), "housing"),
))  # fmt: skip
_FORMS = (_HUNGER, _HEALTH_RELATED, _ASSETS)
_HUNGER_RISK = concept(LOINC, "88124-3", "Food insecurity risk [HVS]")
_AT_RISK = concept(LOINC, "LA19952-3", "At risk")
_NO_RISK = concept(LOINC, "LA19983-8", "No risk")
_SHARE_IN_NEED = 0.12


def write(chart: Chart) -> None:
    checkups = [visit for visit in chart.life.visits if visit.kind.is_checkup and visit.age >= 18]
    if not checkups or chart.dice.random() > 0.75:
        return
    form = chart.dice.choices(_FORMS, (30, 25, 20))[0]
    visit = checkups[-1]
    asked_about = dict.fromkeys(question.need for question in form.questions)
    found = {need for need in asked_about if chart.dice.random() < _SHARE_IN_NEED}
    panel = _fill_in(chart, visit, form, found)
    for need in asked_about:
        if need in found:
            needs.follow_up(chart, visit, need, panel)


def _fill_in(chart: Chart, visit: Visit, form: _Form, found: set[str]) -> Element:
    answers = [
        (question, question.at_risk if question.need in found else question.safe)
        for question in form.questions
    ]
    listed = answered([(asked.loinc, asked.words, given) for asked, given in answers])
    filled = filled_in(chart, visit, form.panel, form.title, listed)
    if form is _HUNGER:
        members = [_risk(chart, visit, filled, is_at_risk=bool(found))]
    else:
        members = [_answer(chart, visit, filled, *each) for each in answers]
    panel = assessed(chart, visit, filled, SURVEY, SDOH)
    panel["code"] = {"coding": [{"system": LOINC, "code": form.panel}], "text": form.title}
    panel["valueString"] = needs.in_words(found)
    panel["hasMember"] = members
    return chart.add("Observation", "survey", ASSESSMENT_PROFILE, panel, visit=visit)


def _answer(
    chart: Chart, visit: Visit, filled: Element, question: _Question, given: Element
) -> Element:
    elements = assessed(chart, visit, filled, SURVEY, SDOH)
    elements["code"] = {
        "coding": [{"system": LOINC, "code": question.loinc}],
        "text": question.words,
    }
    elements["valueCodeableConcept"] = {"coding": [given], "text": given["display"]}
    return chart.add("Observation", "survey", ASSESSMENT_PROFILE, elements, visit=visit)


def _risk(chart: Chart, visit: Visit, filled: Element, *, is_at_risk: bool) -> Element:
    elements = assessed(chart, visit, filled, SURVEY, SDOH)
    elements["code"] = _HUNGER_RISK
    elements["valueCodeableConcept"] = _AT_RISK if is_at_risk else _NO_RISK
    return chart.add("Observation", "survey", ASSESSMENT_PROFILE, elements, visit=visit)
