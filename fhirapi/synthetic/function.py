"""How old people get along: walking, hearing, memory, daily life.

http://hl7.org/fhir/us/core/STU6.1/StructureDefinition-us-core-simple-observation.html
"""

from fhirapi.synthetic.chart import Chart, profiles
from fhirapi.synthetic.concepts import LOINC, US_CORE_CODES, Element, coding, concept, quantity
from fhirapi.synthetic.visits import Visit

_PROFILE = profiles("us-core-simple-observation")
_OLD = 70


def _category(code: str, words: str) -> list[Element]:
    system = f"{US_CORE_CODES}us-core-category"
    return [{"coding": [coding(system, code, words)], "text": words}]


_DISABILITY = _category("disability-status", "Disability Status")
_COGNITION = _category("cognitive-status", "Cognitive Status")
_FUNCTION = _category("functional-status", "Functional Status")
_WALKING = concept(
    LOINC, "69858-9", "Do you have serious difficulty walking or climbing stairs"
)  # fmt: skip
_HEARING = concept(
    LOINC, "69856-3", "Are you deaf, or do you have serious difficulty hearing"
)  # fmt: skip
_MEMORY = concept(LOINC, "72172-0", "Total score [MoCA]")
_DAILY_LIFE = concept(LOINC, "47420-5", "Functional status assessment note")
_YES = concept(LOINC, "LA33-6", "Yes")
_NO = concept(LOINC, "LA32-8", "No")


def write(chart: Chart) -> None:
    checkups = [visit for visit in chart.life.visits if visit.kind.is_checkup]
    for visit in [visit for visit in checkups if visit.age >= _OLD][::3]:
        _write_visit(chart, visit)


def _write_visit(chart: Chart, visit: Visit) -> None:
    dice = chart.dice
    is_slow = chart.life.has("arthritis", visit.day) and dice.random() < 0.5
    is_deaf = dice.random() < 0.2
    score = max(20, min(30, round(dice.gauss(27, 1.4) - (visit.age - _OLD) * 0.08)))
    found = [
        _add(chart, visit, _DISABILITY, _WALKING, {"valueBoolean": is_slow}),
        _add(
            chart, visit, _DISABILITY, _HEARING, {"valueCodeableConcept": _YES if is_deaf else _NO}
        ),
        _add(chart, visit, _COGNITION, _MEMORY, {"valueQuantity": quantity(score, "{score}")}),
    ]
    text = "Needs help with shopping and stairs." if is_slow else "Independent in daily life."
    _add(chart, visit, _FUNCTION, _DAILY_LIFE, {"valueString": text, "derivedFrom": found})


def _add(
    chart: Chart, visit: Visit, category: list[Element], code: Element, value: Element
) -> Element:
    elements: Element = {
        "status": "final",
        "category": category,
        "code": code,
        "subject": chart.subject,
        "encounter": visit.reference,
        "effectiveDateTime": visit.at(7),
        "issued": visit.at(9),
        "performer": [chart.called(visit.practitioner)],
        **value,
    }
    return chart.add("Observation", "function", _PROFILE, elements, visit=visit)
