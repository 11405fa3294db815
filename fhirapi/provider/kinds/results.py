"""What was measured and observed."""

from fhirapi.provider import fields as f
from fhirapi.provider import filters
from fhirapi.provider.codes import HL7, LOINC, OBSERVATION_STATUS, PEOPLE, UCUM
from fhirapi.provider.kinds.common import encounters, identifiers, links, notes, other_categories
from fhirapi.provider.places import Way, one, path, rest
from fhirapi.provider.schema import Always, Field, Filter, Kind

_SUPPORTING = "http://hl7.org/fhir/StructureDefinition/workflow-supportingInfo"
_SOURCES = "Observation QuestionnaireResponse DocumentReference Media"
_SYSTOLIC, _DIASTOLIC = (
    ("8480-6", "Systolic blood pressure"),
    ("8462-4", "Diastolic blood pressure"),
)


def _pressure(loinc: str, display: str) -> Way:
    """The component that has it in mmHg; in another unit, the number would not be that."""
    code = {"coding": [{"system": LOINC, "code": loinc}]}
    new = {"coding": [{"system": LOINC, "code": loinc, "display": display}], "text": display}
    unit = {"unit": "mmHg", "system": UCUM, "code": "mm[Hg]"}
    return one(
        "component",
        {"code": code, "valueQuantity": {"code": "mm[Hg]"}},
        blank={"code": new, "valueQuantity": unit},
    )


def _observed() -> tuple[Field, ...]:
    return (
        identifiers(),
        f.enum("status", OBSERVATION_STATUS, "How far it is.", default="final"),
        f.concept("code", "What was observed: LOINC.", required=True),
        f.date_time("observed_at", "When it was so.", "effective[x:DateTime]"),
        *f.period("observed_from", "observed_to", "the time in which it was so",
                  "effective[x:Period]"),
        f.instant("issued_at", "When it was made known.", "issued"),
        f.many(f.reference("performers", f"{PEOPLE} CareTeam", "Who observed it.", "performer")),
        f.encounter(),
    )  # fmt: skip


def _values(needs: str = "value") -> tuple[Field, ...]:
    return (
        f.quantity("value", "The value, if it is an amount.", "value[x:Quantity]", needs=needs),
        f.concept("value_code", "The value, if it is a coded thing.", "value[x:CodeableConcept]"),
        f.text("value_text", "The value, if it is a text.", "value[x:String]"),
        f.boolean("value_boolean", "The value, if it is yes or no.", "value[x:Boolean]"),
        f.date_time("value_time", "The value, if it is a date.", "value[x:DateTime]"),
        f.count("value_integer", "The value, if it is a count.", "value[x:Integer]",
                least=-(2**31)),
    )  # fmt: skip


def _findings() -> tuple[Field, ...]:
    return (
        f.concept("absent_reason", "Why there is no value.", "dataAbsentReason"),
        f.many(f.concept("interpretations", "High, low, normal.", "interpretation")),
        f.many(
            f.part(
                "reference_ranges",
                "What is usual.",
                f.quantity("low", "From this on."),
                f.quantity("high", "Up to this."),
                f.concept("type", "Of what the range is, such as of the healthy."),
                f.text("text", "The range, in words."),
                at="referenceRange",
            )
        ),
    )


def _further() -> tuple[Field, ...]:
    return (
        f.concept("body_site", "Where it was observed."),
        f.concept("method", "How it was observed."),
        f.reference_id("specimen_id", "Specimen", "The sample that was examined."),
        f.reference_id("device_id", "Device", "What measured it."),
        links("order_ids", "ServiceRequest", "What ordered it.", "basedOn"),
        f.many(f.reference("members", "Observation QuestionnaireResponse",
                           "What belongs to it, such as the answers to a questionnaire.",
                           "hasMember")),
        f.many(f.reference("sources", _SOURCES, "What it was made from.", "derivedFrom")),
        f.reference("about", "DocumentReference", "The document that it speaks of.",
                           f.extension(_SUPPORTING, "valueReference")),
        notes(),
    )  # fmt: skip


def _components(needs: str, at: str | Way, words: str) -> Field:
    code = f.concept("code", "What was observed.", required=True)
    return f.many(f.part("components", words, code, *_values(needs), *_findings(), at=at))


def _category(code: str, display: str) -> Always:
    return Always("category", "category", (code,), f"{HL7}observation-category", display)


def _filters() -> tuple[Filter | tuple[Filter, ...], ...]:
    return (
        filters.patients(),
        filters.codes("code", "code", "This was observed."),
        filters.statuses("status", "status", "Of this status.", OBSERVATION_STATUS),
        filters.dates("date", "date", "it was so"),
        encounters(),
    )


def _observations(name: str, singular: str, words: str, always: Always) -> Kind:
    return f.kind(
        name,
        singular,
        "Observation",
        words,
        f.patient(),
        *_observed(),
        *_values(),
        *_findings(),
        _components("value", "component", "Parts of it that have values of their own."),
        *_further(),
        other_categories(always),
        filters=_filters(),
        always=(always,),
    )


_VITAL_SIGNS = _category("vital-signs", "Vital Signs")

RESULTS = (
    f.kind(
        "vitals",
        "Vital sign",
        "Observation",
        "Blood pressure, pulse, temperature, height, weight and other vital signs.",
        f.patient(),
        *_observed(),
        f.quantity("value", "What was measured; blood pressure has systolic and diastolic.",
                   "value[x:Quantity]", needs="value unit code"),
        f.number("systolic", "Systolic blood pressure in mmHg.",
                 (*_pressure(*_SYSTOLIC), *path("valueQuantity.value"))),
        f.number("diastolic", "Diastolic blood pressure in mmHg.",
                 (*_pressure(*_DIASTOLIC), *path("valueQuantity.value"))),
        _components("value unit code",
                    rest("component", _pressure(*_SYSTOLIC), _pressure(*_DIASTOLIC)),
                    "Further parts, such as the flow of oxygen at a saturation, or a blood "
                    "pressure that could not be measured."),
        *_findings(),
        *_further(),
        other_categories(_VITAL_SIGNS),
        filters=_filters(),
        always=(_VITAL_SIGNS,),
        needs=("observed_at observed_from",),
    ),
    _observations("results", "Laboratory result", "Laboratory results.",
                  _category("laboratory", "Laboratory")),
    _observations("social_history", "Entry of the social history",
                  "Smoking, work, pregnancy and other facts about the patient's life.",
                  _category("social-history", "Social History")),
    _observations("screenings", "Answer to a questionnaire",
                  "Scores of questionnaires and answers to them.",
                  _category("survey", "Survey")),
    f.kind(
        "observations",
        "Observation",
        "Observation",
        "Every observation: those of vitals, results, social_history and screenings, and all "
        "others, such as findings of imaging and wishes of the patient.",
        f.patient(),
        *_observed(),
        f.many(f.concept("categories", "What kind of observation it is.", "category",
                         required=True)),
        *_values(),
        *_findings(),
        _components("value", "component", "Parts of it that have values of their own."),
        *_further(),
        filters=(*_filters(), filters.codes("category", "category", "Of this category.")),
    ),
)  # fmt: skip
