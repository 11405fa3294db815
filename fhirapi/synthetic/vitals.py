"""Vital signs. http://hl7.org/fhir/us/core/STU6.1/StructureDefinition-us-core-vital-signs.html"""

from dataclasses import dataclass
from datetime import timedelta

from fhirapi.synthetic.body import Pressure
from fhirapi.synthetic.chart import Chart, Profiles, profiles
from fhirapi.synthetic.concepts import HL7, LOINC, Element, coding, concept, quantity
from fhirapi.synthetic.visits import Visit

_CATEGORY = [
    {
        "coding": [coding(f"{HL7}observation-category", "vital-signs", "Vital Signs")],
        "text": "Vital Signs",
    }
]


@dataclass(frozen=True, slots=True)
class _Sign:
    code: Element
    profile: Profiles
    unit: str
    ucum: str


def _claimed(profile: str) -> Profiles:
    """The sign's own profile rests on the one of all vital signs."""
    return profiles(profile, "us-core-vital-signs")


def _sign(loinc: str, words: str, profile: str, unit: str, ucum: str | None = None) -> _Sign:
    return _Sign(concept(LOINC, loinc, words), _claimed(profile), unit, ucum or unit)


_HEIGHT = _sign("8302-2", "Body height", "us-core-body-height", "cm")
_WEIGHT = _sign("29463-7", "Body weight", "us-core-body-weight", "kg")
_BMI = _sign("39156-5", "Body mass index (BMI) [Ratio]", "us-core-bmi", "kg/m2")
_PULSE = _sign("8867-4", "Heart rate", "us-core-heart-rate", "beats/minute", "/min")
_BREATHS = _sign("9279-1", "Respiratory rate", "us-core-respiratory-rate", "breaths/minute", "/min")
_TEMPERATURE = _sign("8310-5", "Body temperature", "us-core-body-temperature", "Cel")
_HEAD = _sign("9843-4", "Head Occipital-frontal circumference", "us-core-head-circumference", "cm")
_BMI_PERCENTILE = _sign(
    "59576-9", "Body mass index (BMI) [Percentile] Per age and sex", "pediatric-bmi-for-age", "%"
)
_WEIGHT_PERCENTILE = _sign(
    "77606-2",
    "Weight-for-length Per age and sex",
    "pediatric-weight-for-height",
    "%",
)
_HEAD_PERCENTILE = _sign(
    "8289-1",
    "Head Occipital-frontal circumference Percentile",
    "head-occipital-frontal-circumference-percentile",
    "%",
)
_SATURATION = _Sign(
    {
        "coding": [
            coding(LOINC, "59408-5", "Oxygen saturation in Arterial blood by Pulse oximetry"),
            coding(LOINC, "2708-6", "Oxygen saturation in Arterial blood"),
        ],
        "text": "Oxygen saturation by pulse oximetry",
    },
    _claimed("us-core-pulse-oximetry"),
    "%",
    "%",
)
_PRESSURE_CODE = concept(LOINC, "85354-9", "Blood pressure panel with all children optional")
_PRESSURE_PROFILE = _claimed("us-core-blood-pressure")
_SYSTOLIC = concept(LOINC, "8480-6", "Systolic blood pressure")
_DIASTOLIC = concept(LOINC, "8462-4", "Diastolic blood pressure")
_AVERAGE_PROFILE = profiles("us-core-average-blood-pressure")
_AVERAGE_CODE = concept(LOINC, "96607-7", "Blood pressure panel mean systolic and mean diastolic")
_AVERAGE_SYSTOLIC = concept(LOINC, "96608-5", "Systolic blood pressure mean")
_AVERAGE_DIASTOLIC = concept(LOINC, "96609-3", "Diastolic blood pressure mean")
_DAYS_AT_HOME = 7
_NOT_PERFORMED = concept(f"{HL7}data-absent-reason", "not-performed", "Not Performed")
_FLOW = concept(LOINC, "3151-8", "Inhaled oxygen flow rate")
_CONCENTRATION = concept(LOINC, "3150-6", "Inhaled oxygen concentration")
_FEVERS = frozenset(("strep", "otitis", "influenza", "covid", "pneumonia", "gastroenteritis"))
_BREATHLESS = frozenset(("pneumonia", "failure", "copd"))
_NEEDS_OXYGEN = 92
"""Percent of saturation below which oxygen is given."""


def write(chart: Chart) -> None:
    last_height: float | None = None
    for visit in chart.life.visits:
        if visit.kind.is_in_person:
            last_height = _write_visit(chart, visit, last_height)


def _write_visit(chart: Chart, visit: Visit, last_height: float | None) -> float:
    """Everything measured at one visit; returns the height that holds from now on."""
    body, day = chart.body, visit.day
    keys = {problem.illness.key for problem in visit.reasons}
    is_feverish = not keys.isdisjoint(_FEVERS)
    if last_height is None or visit.age < 18 or visit.kind.is_checkup:
        last_height = body.height(day)
        _add(chart, visit, _HEIGHT, last_height)
    said = [_write_weight(chart, visit, last_height)]
    if visit.age >= 3:
        said.append(_write_pressure(chart, visit))
    pulse = body.pulse(day, is_feverish=is_feverish)
    _add(chart, visit, _PULSE, pulse)
    if visit.kind.is_checkup or is_feverish or visit.kind.is_at_hospital:
        _add(chart, visit, _BREATHS, body.breaths(day, is_feverish=is_feverish))
    temperature = body.temperature(is_feverish=is_feverish)
    _add(chart, visit, _TEMPERATURE, temperature)
    is_short = not keys.isdisjoint(_BREATHLESS)
    saturation = body.saturation(day, is_short_of_breath=is_short)
    has_oxygen = is_short and (visit.kind.is_at_hospital or saturation < _NEEDS_OXYGEN)
    _write_saturation(chart, visit, saturation, has_oxygen=has_oxygen)
    if visit.kind.is_review and chart.life.has("hypertension", day):
        _write_average(chart, visit)
    said.append(f"Pulse {pulse}. Temperature {temperature} C. SpO2 {saturation}%.")
    chart.measured[visit.number] = " ".join(said)
    return last_height


def _write_weight(chart: Chart, visit: Visit, height: float) -> str:
    """Weight and what is calculated from it; returns what the note says of it."""
    body, day = chart.body, visit.day
    weight = body.weight(day, height)
    bmi = round(weight / (height / 100) ** 2, 1)
    _add(chart, visit, _WEIGHT, weight)
    age = body.age(day)
    if age >= 2:
        _add(chart, visit, _BMI, bmi)
    if 2 <= age < 18 and visit.kind.is_checkup:
        _add(chart, visit, _BMI_PERCENTILE, body.bmi_percentile(age, bmi))
    elif age < 2 and visit.kind.is_checkup:
        percentile = body.weight_for_height_percentile(day, weight, height)
        _add(chart, visit, _WEIGHT_PERCENTILE, percentile)
        _add(chart, visit, _HEAD, body.head(day))
        _add(chart, visit, _HEAD_PERCENTILE, body.head_percentile())
    return f"Weight {weight} kg, BMI {bmi}." if age >= 2 else f"Weight {weight} kg."


def _elements(chart: Chart, visit: Visit, code: Element) -> Element:
    return {
        "status": "final",
        "category": _CATEGORY,
        "code": code,
        "subject": chart.subject,
        "encounter": visit.reference,
        "effectiveDateTime": visit.at(4),
        "issued": visit.at(6),
        "performer": [chart.called(visit.practitioner)],
    }


def _add(chart: Chart, visit: Visit, sign: _Sign, value: float) -> None:
    elements = _elements(chart, visit, sign.code)
    elements["valueQuantity"] = quantity(value, sign.unit, sign.ucum)
    chart.add("Observation", "vital", sign.profile, elements, visit=visit)


def _write_saturation(chart: Chart, visit: Visit, value: int, *, has_oxygen: bool) -> None:
    elements = _elements(chart, visit, _SATURATION.code)
    elements["valueQuantity"] = quantity(value, "%")
    if has_oxygen:
        elements["component"] = [
            {"code": _FLOW, "valueQuantity": quantity(2, "L/min")},
            {"code": _CONCENTRATION, "valueQuantity": quantity(28, "%")},
        ]
    chart.add("Observation", "vital", _SATURATION.profile, elements, visit=visit)


def _write_pressure(chart: Chart, visit: Visit) -> str:
    pressure = chart.body.pressure(visit.day)
    elements = _elements(chart, visit, _PRESSURE_CODE)
    if chart.dice.random() < (0.1 if visit.age < 6 else 0.004):
        elements["component"] = [
            {"code": _SYSTOLIC, "dataAbsentReason": _NOT_PERFORMED},
            {"code": _DIASTOLIC, "dataAbsentReason": _NOT_PERFORMED},
        ]
        chart.add("Observation", "vital", _PRESSURE_PROFILE, elements, visit=visit)
        return "BP not taken: would not sit still."
    elements["component"] = [
        {"code": _SYSTOLIC, "valueQuantity": quantity(pressure.systolic, "mmHg", "mm[Hg]")},
        {"code": _DIASTOLIC, "valueQuantity": quantity(pressure.diastolic, "mmHg", "mm[Hg]")},
    ]
    chart.add("Observation", "vital", _PRESSURE_PROFILE, elements, visit=visit)
    return f"BP {pressure.systolic}/{pressure.diastolic}."


def _write_average(chart: Chart, visit: Visit) -> None:
    """What the patient measured at home in the week before, as a mean."""
    begun = visit.day - timedelta(_DAYS_AT_HOME)
    if begun < chart.person.joined or chart.dice.random() > 0.4:
        return
    elements = _elements(chart, visit, _AVERAGE_CODE)
    del elements["effectiveDateTime"]
    elements["effectivePeriod"] = {"start": begun.isoformat(), "end": visit.day.isoformat()}
    has_measured = chart.dice.random() > 0.15
    mean = chart.body.pressure(visit.day) if has_measured else None
    elements["component"] = _means(mean)
    elements["performer"] = [chart.subject]
    chart.add("Observation", "vital", _AVERAGE_PROFILE, elements, visit=visit)


def _means(mean: Pressure | None) -> list[Element]:
    if mean is None:
        return [
            {"code": _AVERAGE_SYSTOLIC, "dataAbsentReason": _NOT_PERFORMED},
            {"code": _AVERAGE_DIASTOLIC, "dataAbsentReason": _NOT_PERFORMED},
        ]
    return [
        {"code": _AVERAGE_SYSTOLIC, "valueQuantity": quantity(mean.systolic, "mmHg", "mm[Hg]")},
        {"code": _AVERAGE_DIASTOLIC, "valueQuantity": quantity(mean.diastolic, "mmHg", "mm[Hg]")},
    ]
