"""What the patient wants: preferences for treatment and care, and advance directives.

http://hl7.org/fhir/us/core/STU7/StructureDefinition-us-core-treatment-intervention-preference.html
"""

from fhirapi.synthetic import notes
from fhirapi.synthetic.chart import Chart, Profiles, profiles
from fhirapi.synthetic.concepts import (
    LOINC,
    OURS,
    SNOMED,
    US_CORE,
    US_CORE_CODES,
    Element,
    coding,
    concept,
)
from fhirapi.synthetic.visits import Visit

_TREATMENT_PROFILE = profiles("us-core-treatment-intervention-preference")
_EXPERIENCE_PROFILE = profiles("us-core-care-experience-preference")
_DIRECTIVE_PROFILE = profiles("us-core-observation-adi-documentation")
_DOCUMENT_PROFILE = profiles("us-core-adi-documentreference", "us-core-documentreference")


def _category(code: str, words: str) -> list[Element]:
    return [{"coding": [coding(f"{US_CORE_CODES}us-core-category", code, words)], "text": words}]


_TREATMENT_CATEGORY = _category(
    "treatment-intervention-preference", "Treatment Intervention Preference"
)
_EXPERIENCE_CATEGORY = _category("care-experience-preference", "Care Experience Preference")
_DIRECTIVE_CATEGORY = _category("observation-adi-documentation", "Observation ADI Documentation")
_TREATMENT = concept(
    LOINC, "75773-2", "Goals, preferences, and priorities for medical treatment [Reported]"
)
_EXPERIENCE = concept(LOINC, "95541-9", "Care experience preference")
_DIRECTIVE = {"coding": [{"system": LOINC, "code": "45473-6"}], "text": "Living will is there"}
_TREATMENTS: tuple[Element, ...] = (
    {"valueCodeableConcept": concept(SNOMED, "304253006", "Not for resuscitation")},
    {"valueString": "All treatment that may help, also in an intensive care unit."},
    {"valueString": "Rather at home than in a hospital, if comfort allows it."},
)
_EXPERIENCES: tuple[Element, ...] = (
    {"valueCodeableConcept": {"text": "Wants a relative to be in the room"}},
    {"valueString": "Wants to be told results in person, not by telephone."},
    {"valueString": "Is afraid of needles; wants to lie down for blood draws."},
)
_YES = concept(SNOMED, "373066001", "Yes")
_LIVING_WILL = concept(LOINC, "86533-7", "Patient Living will")
_ADVANCE_DIRECTIVES = [concept(LOINC, "42348-3", "Advance healthcare directives")]


def write(chart: Chart) -> None:
    checkups = [visit for visit in chart.life.visits if visit.kind.is_checkup and visit.age >= 18]
    if not checkups:
        return
    visit, dice = checkups[0], chart.dice
    if dice.random() < 0.35:
        value = dice.choice(_EXPERIENCES)
        _add(chart, visit, _EXPERIENCE_PROFILE, _EXPERIENCE_CATEGORY, _EXPERIENCE, value)
    if visit.age < 50:
        return
    if dice.random() < 0.7:
        value = dice.choice(_TREATMENTS)
        _add(chart, visit, _TREATMENT_PROFILE, _TREATMENT_CATEGORY, _TREATMENT, value)
    if dice.random() < 0.3:
        _add_directive(chart, visit)


def _add(
    chart: Chart, visit: Visit, profile: Profiles, category: list[Element], code: Element,
    value: Element,
) -> None:  # fmt: skip
    elements: Element = {
        "status": "final",
        "category": category,
        "code": code,
        "subject": chart.subject,
        "encounter": visit.reference,
        "effectiveDateTime": visit.at(6),
        "issued": visit.at(9),
        "performer": [chart.subject, chart.called(visit.practitioner)],
        **value,
    }
    chart.add("Observation", "wish", profile, elements, visit=visit)


def _add_directive(chart: Chart, visit: Visit) -> None:
    """https://hl7.org/fhir/us/core/STU8/StructureDefinition-us-core-adi-documentreference.html"""
    document = _add_document(chart, visit)
    url = "http://hl7.org/fhir/StructureDefinition/workflow-supportingInfo"
    _add(
        chart, visit, _DIRECTIVE_PROFILE, _DIRECTIVE_CATEGORY, _DIRECTIVE,
        {"valueCodeableConcept": _YES, "extension": [{"url": url, "valueReference": document}]},
    )  # fmt: skip


def _add_document(chart: Chart, visit: Visit) -> Element:
    text = f"Living will of {chart.person.full_name}.\nNo treatment that only prolongs dying.\n"
    title, signed = "Living will", visit.at(10)
    attachment = notes.kept_apart(chart, visit, title, text.encode(), signed)
    elements: Element = {
        "extension": [{"url": f"{US_CORE}us-core-authentication-time", "valueDateTime": signed}],
        "identifier": [{"system": f"{OURS}document", "value": f"{chart.person.id}-will"}],
        "status": "current",
        "type": _LIVING_WILL,
        "category": _ADVANCE_DIRECTIVES,
        "subject": chart.subject,
        "date": signed,
        "author": [chart.called(visit.practitioner)],
        "authenticator": chart.called(visit.practitioner),
        "content": [{"attachment": attachment, "format": notes.FORMAT}],
        "context": {"period": {"start": signed}},
    }
    return chart.add(
        "DocumentReference", "will", _DOCUMENT_PROFILE, elements, visit=visit, updated=signed
    )
