"""AllergyIntolerance.

http://hl7.org/fhir/us/core/STU6.1/StructureDefinition-us-core-allergyintolerance.html
"""

from dataclasses import dataclass

from fhirapi.synthetic.chart import Chart, profiles
from fhirapi.synthetic.concepts import HL7, RXNORM, SNOMED, Element, coding, concept

_PROFILE = profiles("us-core-allergyintolerance")


@dataclass(frozen=True, slots=True)
class _Allergen:
    key: str
    code: Element
    category: str
    weight: int
    reactions: tuple[tuple[Element, str], ...]
    """Manifestation and severity."""
    criticality: str = "low"


_HIVES = concept(SNOMED, "126485001", "Urticaria")
_RASH = concept(SNOMED, "271807003", "Eruption of skin")
_ANAPHYLAXIS = concept(SNOMED, "39579001", "Anaphylaxis")
_SNEEZING = concept(SNOMED, "76067001", "Sneezing")
_NAUSEA = concept(SNOMED, "422587007", "Nausea")
_WHEEZING = concept(SNOMED, "56018004", "Wheezing")
_ALLERGENS = (
    _Allergen("penicillin", concept(RXNORM, "7980", "penicillin G"), "medication", 8,
              ((_HIVES, "moderate"),), "high"),
    _Allergen("sulfa", concept(RXNORM, "10180", "sulfamethoxazole"), "medication", 4,
              ((_RASH, "mild"),)),
    _Allergen("codeine", concept(RXNORM, "2670", "codeine"), "medication", 3,
              ((_NAUSEA, "moderate"),)),
    _Allergen("peanut", concept(SNOMED, "762952008", "Peanut"), "food", 3,
              ((_ANAPHYLAXIS, "severe"), (_HIVES, "moderate")), "high"),
    _Allergen("shellfish", concept(SNOMED, "735029006", "Shellfish"), "food", 3,
              ((_HIVES, "moderate"),)),
    _Allergen("egg", concept(SNOMED, "102263004", "Eggs (edible)"), "food", 2, ((_RASH, "mild"),)),
    _Allergen("pollen", concept(SNOMED, "256277009", "Grass pollen"), "environment", 6,
              ((_SNEEZING, "mild"),)),
    _Allergen("cat", concept(SNOMED, "260152009", "Cat dander"), "environment", 4,
              ((_SNEEZING, "mild"), (_WHEEZING, "mild"))),
    _Allergen("latex", concept(SNOMED, "111088007", "Latex"), "environment", 2,
              ((_RASH, "mild"),)),
)  # fmt: skip
_UNKNOWN = _Allergen(
    "unknown",
    {
        "coding": [coding(f"{HL7}data-absent-reason", "unknown", "Unknown")],
        "text": "Unknown substance at a family meal",
    },
    "food",
    0,
    ((_HIVES, "mild"),),
)
_WEIGHTS = [allergen.weight for allergen in _ALLERGENS]


def _status(system: str, code: str, words: str) -> Element:
    return {"coding": [coding(f"{HL7}{system}", code, words)], "text": words}


_ACTIVE = _status("allergyintolerance-clinical", "active", "Active")
_CONFIRMED = _status("allergyintolerance-verification", "confirmed", "Confirmed")
_NONE_KNOWN = concept(SNOMED, "716186003", "No known allergy")


def write(chart: Chart) -> None:
    if not chart.life.visits:
        return
    chosen = _chosen(chart)
    if not chosen:
        _add(chart, {"code": _NONE_KNOWN})
    for allergen in chosen:
        chart.allergies.add(allergen.key)
        reactions = [
            {"manifestation": [what], "severity": severity} for what, severity in allergen.reactions
        ]
        _add(
            chart,
            {
                "type": "intolerance" if allergen.key == "codeine" else "allergy",
                "category": [allergen.category],
                "criticality": allergen.criticality,
                "code": allergen.code,
            },
            {"reaction": reactions},
        )


def _chosen(chart: Chart) -> list[_Allergen]:
    count = chart.dice.choices((0, 1, 2, 3), (55, 28, 13, 4))[0]
    drawn = chart.dice.choices(_ALLERGENS, _WEIGHTS, k=count)
    if "rhinitis" in chart.life.by_key and count < 3:
        drawn.append(next(allergen for allergen in _ALLERGENS if allergen.key == "pollen"))
    if chart.dice.random() < 0.06:
        drawn.append(_UNKNOWN)
    return list({allergen.key: allergen for allergen in drawn}.values())


def _add(chart: Chart, what: Element, more: Element | None = None) -> None:
    visit = chart.life.visits[0]
    elements = {
        "clinicalStatus": _ACTIVE,
        "verificationStatus": _CONFIRMED,
        **what,
        "patient": chart.subject,
        "encounter": visit.reference,
        "recordedDate": visit.start,
        "recorder": chart.called(visit.practitioner),
        **(more or {}),
    }
    chart.add("AllergyIntolerance", "allergy", _PROFILE, elements, visit=visit)
