"""Problems and what else is known about the patient's health."""

from fhirapi.provider import fields as f
from fhirapi.provider import filters
from fhirapi.provider.codes import HL7, RECORDERS, US_CORE
from fhirapi.provider.fields import At
from fhirapi.provider.places import one, path, rest
from fhirapi.provider.schema import Always, Field, Filter, Kind

_CLINICAL_STATUS = {
    "active": "Active", "recurrence": "Recurrence", "relapse": "Relapse", "inactive": "Inactive",
    "remission": "Remission", "resolved": "Resolved",
}  # fmt: skip
_VERIFICATION = {
    "unconfirmed": "Unconfirmed", "provisional": "Provisional", "differential": "Differential",
    "confirmed": "Confirmed", "refuted": "Refuted", "entered-in-error": "Entered in Error",
}  # fmt: skip
_ASSERTED = "http://hl7.org/fhir/StructureDefinition/condition-assertedDate"


def _conditions(name: str, singular: str, words: str, always: Always) -> Kind:
    return f.kind(
        name,
        singular,
        "Condition",
        words,
        f.patient(),
        f.concept("code", "What it is: SNOMED CT or ICD-10-CM.", required=True),
        f.coded_enum("clinical_status", f"{HL7}condition-clinical", _CLINICAL_STATUS,
                     "Whether it is there now.", default="active"),
        f.coded_enum("verification_status", f"{HL7}condition-ver-status", _VERIFICATION,
                     "How sure it is.", default="confirmed"),
        f.many(f.concept("other_categories", "Further categories, such as sdoh.",
                         rest("category", always.pattern))),
        f.concept("severity", "How severe it is."),
        f.many(f.concept("body_sites", "Where in the body.", "bodySite")),
        f.date("onset_date", "When it began.", "onset[x:DateTime]"),
        f.text("onset_text", "When it began, in words.", "onset[x:String]"),
        f.date("abatement_date", "When it ended.", "abatement[x:DateTime]"),
        f.text("abatement_text", "When it ended, in words.", "abatement[x:String]"),
        f.date("asserted_date", "When it was diagnosed.",
               (*one("extension", {"url": _ASSERTED}), *path("valueDateTime"))),
        f.date_time("recorded_at", "When it was written down.", "recordedDate"),
        f.reference("recorder", RECORDERS, "Who wrote it down."),
        f.reference("asserter", RECORDERS, "Who says so."),
        f.encounter(),
        f.many(f.reference("evidence", "Observation DiagnosticReport DocumentReference",
                           "What supports it.",
                           (*path("evidence[0]"), *path("detail")))),
        notes(),
        filters=(
            filters.patients(),
            filters.statuses("clinical_status", "clinical-status", "Of this status.",
                             " ".join(_CLINICAL_STATUS), f"{HL7}condition-clinical"),
            filters.statuses("verification_status", "verification-status", "As sure as this.",
                             " ".join(_VERIFICATION), f"{HL7}condition-ver-status"),
            filters.codes("code", "code", "This problem."),
            filters.dates("onset", "onset-date", "it began"),
            filters.dates("recorded", "recorded-date", "it was written down"),
            encounters(),
        ),
        always=(always,),
    )  # fmt: skip


def notes(at: At = "note") -> Field:
    return f.many(
        f.part(
            "notes",
            "Remarks.",
            f.text("text", "What is remarked.", required=True),
            f.text("author", "Who remarks it, in words.", "author[x:String]"),
            f.date_time("time", "When."),
            at=at,
        )
    )


def encounters() -> Filter:
    return filters.ids("encounter_id", "encounter", "Encounter", "Of this visit.")


CLINICAL = (
    _conditions(
        "problems",
        "Problem",
        "The problem list: illnesses and other problems that last.",
        Always("category", "category", ("problem-list-item",), f"{HL7}condition-category",
               "Problem List Item"),
    ),
    _conditions(
        "diagnoses",
        "Diagnosis",
        "Diagnoses made at a visit.",
        Always("category", "category", ("encounter-diagnosis",), f"{HL7}condition-category",
               "Encounter Diagnosis"),
    ),
    _conditions(
        "health_concerns",
        "Health concern",
        "What worries the patient or the practice, such as living conditions.",
        Always("category", "category", ("health-concern",), f"{US_CORE}condition-category",
               "Health Concern"),
    ),
)  # fmt: skip
