"""Views of what was measured and found, and of reports about it."""

from fhirapi.bulk.analytics.columns import (
    code,
    concept,
    dated,
    encounter,
    flag,
    in_system,
    integer,
    key,
    moment,
    number,
    patient,
    period,
    quantity,
    reference,
    text,
)
from fhirapi.bulk.analytics.view import Column, View

_LOINC = "http://loinc.org"
_EFFECTIVE = (
    "(effective.ofType(dateTime) | effective.ofType(Period).start | effective.ofType(instant))"
    ".first()"
)


def _coded(loinc: str) -> str:
    return f"code.coding.exists(system = '{_LOINC}' and code = '{loinc}')"


def _component(name: str, loinc: str, words: str) -> Column:
    path = f"component.where({_coded(loinc)}).first().value.ofType(Quantity).value"
    return number(name, path, words)


_FINDING = (
    *concept("code", "code", "What was observed"),
    in_system("loinc_code", "code", _LOINC, "LOINC"),
    *quantity("value", "value.ofType(Quantity)", "Value"),
    *concept("value_concept", "value.ofType(CodeableConcept)", "Value, coded"),
    text("value_string", "value.ofType(string)", "Value, in words"),
    flag("value_boolean", "value.ofType(boolean)", "Value, yes or no"),
    integer("value_integer", "value.ofType(integer)", "Value, a whole number"),
    number("value_low_number", "value.ofType(Range).low.value", "Value, lower end of a range"),
    number("value_high_number", "value.ofType(Range).high.value", "Value, upper end of a range"),
    number("value_numerator", "value.ofType(Ratio).numerator.value", "Value, of a ratio"),
    number("value_denominator", "value.ofType(Ratio).denominator.value", "Value, of a ratio"),
    Column("value_time", "value.ofType(time)", "time", "Value, a time of day"),
    *dated("value_moment", "value", "Value, a moment"),
    code("absent_reason", "dataAbsentReason.coding.first().code", "Why there is no value"),
    code("interpretation", "interpretation.first().coding.first().code",
         "First interpretation: N, H, L ..."),
    number("reference_low", "referenceRange.first().low.value", "First reference range, from"),
    number("reference_high", "referenceRange.first().high.value", "First reference range, to"),
)  # fmt: skip
"""What observations and their components both have."""

OBSERVATIONS = (
    View(
        "observation", "Observation", "Vital signs, laboratory results, answers and findings",
        (
            *key("observation"),
            patient(),
            encounter(),
            code("status", "status", "Status"),
            code("category_code", "category.first().coding.first().code", "First category"),
            *moment("effective", _EFFECTIVE, "When it was so"),
            *moment("effective_end", "effective.ofType(Period).end", "Until when it was so"),
            Column("issued_at", "issued", "instant", "When it was made available",
                   key("observation")[1].stored, is_distinct=True),
            *_FINDING,
            flag("has_components", "component.exists()", "Whether observation_component has rows"),
            flag("has_members", "hasMember.exists()", "Whether it is a panel"),
            reference("performer_id", "performer", "Practitioner", "First practitioner",
                      first=True),
            reference("specimen_id", "specimen", "Specimen", "Specimen"),
            reference("service_request_id", "basedOn", "ServiceRequest", "First order",
                      first=True),
        ),
    ),
    View(
        "observation_component", "Observation", "Components of observations, a row each",
        (
            *key("observation")[:1],
            patient(),
            *moment("effective", _EFFECTIVE, "When it was so"),
        ),
        for_each="component",
        each_columns=_FINDING,
    ),
    View(
        "blood_pressure", "Observation", "Blood pressures in mm[Hg], a row a measurement",
        (
            *key("observation"),
            patient(),
            encounter(),
            code("status", "status", "Status"),
            *moment("effective", _EFFECTIVE, "When it was measured"),
            _component("systolic", "8480-6", "Systolic pressure"),
            _component("diastolic", "8462-4", "Diastolic pressure"),
        ),
        where=_coded("85354-9"),
    ),
    View(
        "diagnostic_report", "DiagnosticReport", "Reports of laboratories and others",
        (
            *key("report"),
            patient(),
            encounter(),
            code("status", "status", "Status"),
            code("category_code", "category.first().coding.first().code", "First category"),
            *concept("report", "code", "Report"),
            in_system("loinc_code", "code", _LOINC, "LOINC"),
            *dated("effective", "effective", "What it is about was so"),
            Column("issued_at", "issued", "instant", "When it was made available",
                   key("report")[1].stored, is_distinct=True),
            reference("performer_id", "performer", "Organization", "First organization",
                      first=True),
            reference("interpreter_id", "resultsInterpreter", "Practitioner",
                      "First interpreter", first=True),
            text("conclusion", "conclusion", "Conclusion", is_distinct=True),
        ),
    ),
    View(
        "diagnostic_report_result", "DiagnosticReport", "Which observations reports hold",
        (*key("report")[:1], patient()),
        for_each="result",
        each_columns=(
            Column("observation_id", "getReferenceKey(Observation)", "id", "The observation",
                   is_distinct=True),
        ),
    ),
    View(
        "document_reference", "DocumentReference", "Documents, without what they hold",
        (
            *key("document"),
            patient(),
            encounter("context.encounter", first=True),
            code("status", "status", "Status of the entry"),
            code("document_status", "docStatus", "Status of the document"),
            *concept("type", "type", "Type"),
            code("category_code", "category.first().coding.first().code", "First category"),
            Column("indexed_at", "date", "instant", "When the entry was made",
                   key("document")[1].stored, is_distinct=True),
            *period("service", "context.period", "What it is about"),
            reference("author_id", "author", "Practitioner", "First author", first=True),
            reference("custodian_id", "custodian", "Organization", "Who keeps it"),
            code("content_type", "content.first().attachment.contentType", "Media type"),
            text("title", "content.first().attachment.title", "Title"),
            integer("size", "content.first().attachment.size", "Bytes", "unsignedInt"),
        ),
    ),
)  # fmt: skip
