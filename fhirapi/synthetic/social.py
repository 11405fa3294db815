"""Social history: smoking, occupation, pregnancy, sexual orientation.

http://hl7.org/fhir/us/core/STU6.1/StructureDefinition-us-core-smokingstatus.html
"""

from fhirapi.synthetic.chart import Chart, Profiles, profiles
from fhirapi.synthetic.concepts import HL7, LOINC, SNOMED, V3, Element, coding, concept, quantity
from fhirapi.synthetic.visits import Visit

_CATEGORY = [
    {
        "coding": [coding(f"{HL7}observation-category", "social-history", "Social History")],
        "text": "Social History",
    }
]
_SMOKING_PROFILE = profiles("us-core-smokingstatus")
_SMOKING = concept(LOINC, "72166-2", "Tobacco smoking status")
_NEVER = concept(SNOMED, "266919005", "Never smoked tobacco")
_FORMER = concept(SNOMED, "8517006", "Ex-smoker")
_DAILY = concept(SNOMED, "449868002", "Smokes tobacco daily")
# A quantity is allowed from 7.0.0 on: earlier versions of the profile want a concept.
_PACK_YEARS_PROFILE = [f"{_SMOKING_PROFILE[0]}|{version}" for version in ("7.0.0", "8.0.0")]
_PACK_YEARS = concept(SNOMED, "401201003", "Cigarette pack-years")
_OCCUPATION_PROFILE = profiles("us-core-observation-occupation")
_OCCUPATION = concept(LOINC, "11341-5", "History of Occupation")
_INDUSTRY = concept(LOINC, "86188-0", "History of Occupation industry")
_WORK = tuple(
    ({"text": occupation}, {"text": industry})
    for occupation, industry in (
        ("Elementary school teacher", "Elementary and secondary schools"),
        ("Registered nurse", "General medical and surgical hospitals"),
        ("Carpenter", "Construction"),
        ("Cashier", "Grocery stores"),
        ("Accountant", "Accounting, tax preparation and payroll services"),
        ("Truck driver", "Truck transportation"),
        ("Software developer", "Computer systems design"),
        ("Cook", "Restaurants and other food services"),
        ("Electrician", "Construction"),
        ("Office clerk", "Local government"),
        ("Farmer", "Crop production"),
        ("Retail salesperson", "Department stores"),
        ("Mechanic", "Automotive repair and maintenance"),
        ("Home health aide", "Home health care services"),
    )
)
_PREGNANCY_PROFILE = profiles("us-core-observation-pregnancystatus")
_PREGNANCY = concept(LOINC, "82810-3", "Pregnancy status")
_PREGNANT = concept(SNOMED, "77386006", "Pregnancy")
_NOT_PREGNANT = concept(SNOMED, "60001007", "Not pregnant")
_INTENT_PROFILE = profiles("us-core-observation-pregnancyintent")
_INTENT = concept(LOINC, "86645-9", "Pregnancy intention in the next year - Reported")
_INTENTS = (
    concept(SNOMED, "454381000124105", "Wants to become pregnant"),
    concept(SNOMED, "454391000124108", "Does not want to become pregnant"),
    concept(SNOMED, "454401000124105", "Ambivalent about becoming pregnant"),
)
_ORIENTATION_PROFILE = profiles("us-core-observation-sexual-orientation")
_ORIENTATION = concept(LOINC, "76690-7", "Sexual orientation")
_ORIENTATIONS = (
    concept(SNOMED, "20430005", "Heterosexual"),
    concept(SNOMED, "38628009", "Homosexual"),
    concept(SNOMED, "42035005", "Bisexual"),
    concept(f"{V3}NullFlavor", "ASKU", "asked but unknown"),
)


def write(chart: Chart) -> None:
    checkups = [visit for visit in chart.life.visits if visit.kind.is_checkup and visit.age >= 13]
    for visit in checkups[::2]:
        _add(chart, visit, _SMOKING_PROFILE, _SMOKING, _smoking(chart))
        if chart.person.has_smoked and visit.age > 20:
            _add_pack_years(chart, visit)
    adult = next((visit for visit in checkups if visit.age >= 18), None)
    if adult is None:
        return
    _add_occupation(chart, adult)
    if chart.dice.random() < 0.5:
        orientation = chart.dice.choices(_ORIENTATIONS, (88, 3, 4, 5))[0]
        _add(chart, adult, _ORIENTATION_PROFILE, _ORIENTATION, orientation)
    if chart.person.sex == "female":
        _write_pregnancy(chart, checkups)


def _write_pregnancy(chart: Chart, checkups: list[Visit]) -> None:
    for visit in checkups[::2]:
        if 18 <= visit.age <= 45:
            is_pregnant = chart.dice.random() < 0.08
            status = _PREGNANT if is_pregnant else _NOT_PREGNANT
            _add(chart, visit, _PREGNANCY_PROFILE, _PREGNANCY, status)
            if not is_pregnant:
                intent = chart.dice.choices(_INTENTS, (15, 70, 15))[0]
                _add(chart, visit, _INTENT_PROFILE, _INTENT, intent)


def _smoking(chart: Chart) -> Element:
    if chart.person.is_smoker:
        return _DAILY
    return _FORMER if chart.person.has_smoked else _NEVER


def _elements(chart: Chart, visit: Visit, code: Element) -> Element:
    return {
        "status": "final",
        "category": _CATEGORY,
        "code": code,
        "subject": chart.subject,
        "encounter": visit.reference,
        "effectiveDateTime": visit.at(3),
        "issued": visit.at(5),
        "performer": [chart.called(visit.practitioner)],
    }


def _add(chart: Chart, visit: Visit, profile: Profiles, code: Element, value: Element) -> None:
    elements = _elements(chart, visit, code)
    elements["valueCodeableConcept"] = value
    chart.add("Observation", "social", profile, elements, visit=visit)


def _add_pack_years(chart: Chart, visit: Visit) -> None:
    """https://hl7.org/fhir/us/core/STU7/StructureDefinition-us-core-smokingstatus.html"""
    years = visit.age - 18 if chart.person.is_smoker else min(visit.age - 18, 12)
    elements = _elements(chart, visit, _PACK_YEARS)
    elements["valueQuantity"] = quantity(years // 2 + 1, "{PackYears}")
    chart.add("Observation", "social", _PACK_YEARS_PROFILE, elements, visit=visit)


def _add_occupation(chart: Chart, visit: Visit) -> None:
    occupation, industry = chart.dice.choice(_WORK)
    begun = chart.person.birth.year + chart.dice.randrange(18, max(19, visit.age))
    period: Element = {"start": str(begun)}
    if visit.age >= 67:
        period["end"] = str(chart.person.birth.year + 66)
    elements = _elements(chart, visit, _OCCUPATION)
    del elements["effectiveDateTime"]
    elements["effectivePeriod"] = period
    elements["valueCodeableConcept"] = occupation
    elements["component"] = [{"code": _INDUSTRY, "valueCodeableConcept": industry}]
    chart.add("Observation", "social", _OCCUPATION_PROFILE, elements, visit=visit)
