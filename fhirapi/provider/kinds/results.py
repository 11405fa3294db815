"""What was measured, observed and reported."""

from fhirapi.provider import fields as f
from fhirapi.provider import filters
from fhirapi.provider.codes import HL7, LOINC, OBSERVATION_STATUS, PEOPLE, UCUM
from fhirapi.provider.kinds.clinical import encounters, notes
from fhirapi.provider.places import Way, one, path, rest
from fhirapi.provider.schema import Always, Field, Filter, Json

_MMHG = {"valueQuantity": {"code": "mm[Hg]"}}


def _pressure(loinc: str) -> Json:
    return {"code": {"coding": [{"system": LOINC, "code": loinc}]}, **_MMHG}


def _pressure_at(loinc: str, display: str) -> Way:
    code = {"coding": [{"system": LOINC, "code": loinc, "display": display}], "text": display}
    unit = {"unit": "mmHg", "system": UCUM, "code": "mm[Hg]"}
    blank = {"code": code, "valueQuantity": unit}
    return (*one("component", _pressure(loinc), blank=blank), *path("valueQuantity.value"))


def observed() -> tuple[Field, ...]:
    """What all observations have."""
    return (
        f.enum("status", OBSERVATION_STATUS, "How far it is.", default="final"),
        f.concept("code", "What was observed: LOINC.", required=True),
        f.date_time("observed_at", "When it was so.", "effective[x:DateTime]"),
        *f.period("observed_from", "observed_to", "the time in which it was so",
                  "effective[x:Period]"),
        f.instant("issued_at", "When it was made known.", "issued"),
        f.many(f.reference("performers", f"{PEOPLE} CareTeam", "Who observed it.", "performer")),
        f.encounter(),
        f.concept("absent_reason", "Why there is no value.", "dataAbsentReason"),
        f.many(f.concept("interpretations", "High, low, normal.", "interpretation")),
        notes(),
    )  # fmt: skip


def values(needs: str = "value") -> tuple[Field, ...]:
    return (
        f.quantity("value", "The value, if it is an amount.", "value[x:Quantity]", needs=needs),
        f.concept("value_code", "The value, if it is a coded thing.", "value[x:CodeableConcept]"),
        f.text("value_text", "The value, if it is a text.", "value[x:String]"),
        f.boolean("value_boolean", "The value, if it is yes or no.", "value[x:Boolean]"),
        f.date_time("value_time", "The value, if it is a date.", "value[x:DateTime]"),
        f.count("value_integer", "The value, if it is a count.", "value[x:Integer]",
                least=-(2**31)),
    )  # fmt: skip


def component_parts(needs: str = "value") -> tuple[Field, ...]:
    return (
        f.concept("code", "What was observed.", required=True),
        *values(needs),
        f.concept("absent_reason", "Why there is no value.", "dataAbsentReason"),
        f.many(f.concept("interpretations", "High, low, normal.", "interpretation")),
    )


def category(code: str, display: str) -> Always:
    return Always("category", "category", (code,), f"{HL7}observation-category", display)


def observation_filters() -> tuple[Filter | tuple[Filter, ...], ...]:
    return (
        filters.patients(),
        filters.codes("code", "code", "This was observed."),
        filters.statuses("status", "status", "Of this status.", OBSERVATION_STATUS),
        filters.dates("date", "date", "it was so"),
        encounters(),
    )


_VITAL_SIGNS = category("vital-signs", "Vital Signs")

RESULTS = (
    f.kind(
        "vitals",
        "Vital sign",
        "Observation",
        "Blood pressure, pulse, temperature, height, weight and other vital signs.",
        f.patient(),
        *observed(),
        f.quantity("value", "What was measured; blood pressure has systolic and diastolic.",
                   "value[x:Quantity]", needs="value unit code"),
        f.number("systolic", "Systolic blood pressure in mmHg.",
                 _pressure_at("8480-6", "Systolic blood pressure")),
        f.number("diastolic", "Diastolic blood pressure in mmHg.",
                 _pressure_at("8462-4", "Diastolic blood pressure")),
        f.many(
            f.part(
                "components",
                "Further parts of a sign, such as the flow of oxygen at a saturation; and a blood "
                "pressure that could not be measured.",
                *component_parts("value unit code"),
                at=rest("component", _pressure("8480-6"), _pressure("8462-4")),
            )
        ),
        f.concept("body_site", "Where it was measured."),
        f.concept("method", "How it was measured."),
        f.many(f.concept("other_categories", "Further categories.",
                         rest("category", _VITAL_SIGNS.pattern))),
        filters=observation_filters(),
        always=(_VITAL_SIGNS,),
        needs=("observed_at observed_from",),
    ),
)  # fmt: skip
