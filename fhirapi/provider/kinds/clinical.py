"""Problems, allergies, immunizations, procedures and devices."""

from fhirapi.provider import fields as f
from fhirapi.provider import filters
from fhirapi.provider.codes import AUTHORS, EVENT_STATUS, HL7, RECORDERS, STAFF, US_CORE
from fhirapi.provider.kinds.common import (
    encounters,
    identifiers,
    links,
    notes,
    other_categories,
    reasons,
)
from fhirapi.provider.schema import Always, Field, Kind

_CLINICAL_STATUS = {
    "active": "Active", "recurrence": "Recurrence", "relapse": "Relapse", "inactive": "Inactive",
    "remission": "Remission", "resolved": "Resolved",
}  # fmt: skip
_VERIFICATION = {
    "unconfirmed": "Unconfirmed", "provisional": "Provisional", "differential": "Differential",
    "confirmed": "Confirmed", "refuted": "Refuted", "entered-in-error": "Entered in Error",
}  # fmt: skip
_OF_ALLERGIES = ("active", "inactive", "resolved"), (
    "unconfirmed", "confirmed", "refuted", "entered-in-error",
)  # fmt: skip
_ALLERGY_STATUS = {code: _CLINICAL_STATUS[code] for code in _OF_ALLERGIES[0]}
_ALLERGY_VERIFICATION = {code: _VERIFICATION[code] for code in _OF_ALLERGIES[1]}
_ALLERGENS = "food medication environment biologic"
_CRITICALITY = "low high unable-to-assess"
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
                     "Whether it is there now; null with entered-in-error.",
                     default="active", removable=True),
        f.coded_enum("verification_status", f"{HL7}condition-ver-status", _VERIFICATION,
                     "How sure it is.", default="confirmed"),
        other_categories(always),
        f.concept("severity", "How severe it is."),
        f.many(f.concept("body_sites", "Where in the body.", "bodySite")),
        f.date("onset_date", "When it began.", "onset[x:DateTime]"),
        f.text("onset_text", "When it began, in words.", "onset[x:String]"),
        f.date("abatement_date", "When it ended.", "abatement[x:DateTime]"),
        f.text("abatement_text", "When it ended, in words.", "abatement[x:String]"),
        f.date("asserted_date", "When it was diagnosed.",
               f.extension(_ASSERTED, "valueDateTime")),
        f.date_time("recorded_at", "When it was written down.", "recordedDate"),
        f.reference("recorder", RECORDERS, "Who wrote it down."),
        f.reference("asserter", RECORDERS, "Who says so."),
        f.encounter(),
        f.many(f.reference("evidence", "Observation DiagnosticReport DocumentReference",
                           "What supports it.", "evidence[0].detail")),
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


def _reactions() -> Field:
    return f.many(
        f.part(
            "reactions",
            "What happened when the patient met it.",
            f.many(f.concept("manifestations", "What was seen.", "manifestation", required=True)),
            f.enum("severity", "mild moderate severe", "How bad it was."),
            f.concept("substance", "What exactly it was."),
            f.date_time("onset", "When it was."),
            f.text("description", "The course, in words."),
            f.concept("exposure_route", "How it came into the body."),
            at="reaction",
        )
    )


_CONDITIONS = (
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

_ALLERGIES = f.kind(
    "allergies",
    "Allergy",
    "AllergyIntolerance",
    "Allergies and intolerances, also that none is known.",
    f.patient("patient"),
    f.concept("code", "What the patient does not tolerate.", required=True),
    f.coded_enum("clinical_status", f"{HL7}allergyintolerance-clinical", _ALLERGY_STATUS,
                 "Whether it is there now; null with entered-in-error.",
                 default="active", removable=True),
    f.coded_enum("verification_status", f"{HL7}allergyintolerance-verification",
                 _ALLERGY_VERIFICATION, "How sure it is.", default="confirmed"),
    f.enum("type", "allergy intolerance", "Whether the immune system is in it."),
    f.many(f.enum("categories", _ALLERGENS, "What it is.", "category")),
    f.enum("criticality", _CRITICALITY, "How dangerous the next time may be."),
    f.date("onset_date", "When it began.", "onset[x:DateTime]"),
    f.date_time("last_occurrence", "When it last happened."),
    f.date_time("recorded_at", "When it was written down.", "recordedDate"),
    f.reference("recorder", RECORDERS, "Who wrote it down."),
    f.reference("asserter", RECORDERS, "Who says so."),
    f.encounter(),
    _reactions(),
    notes(),
    filters=(
        filters.patients(),
        filters.statuses("clinical_status", "clinical-status", "Of this status.",
                         " ".join(_ALLERGY_STATUS), f"{HL7}allergyintolerance-clinical"),
        filters.statuses("category", "category", "Of this category.", _ALLERGENS),
        filters.statuses("criticality", "criticality", "As dangerous as this.", _CRITICALITY),
        filters.codes("code", "code", "To this."),
        filters.dates("recorded", "date", "it was written down"),
    ),
)  # fmt: skip

_PROCEDURES = f.kind(
    "procedures",
    "Procedure",
    "Procedure",
    "Operations and other procedures.",
    f.patient(),
    f.enum("status", EVENT_STATUS, "How far it is.", default="completed"),
    f.concept("status_reason", "Why it is so, such as why it was not done."),
    f.concept("code", "What was done: SNOMED CT, CPT or HCPCS.", required=True),
    f.concept("category", "What kind of procedure it is."),
    f.date_time("performed_at", "When it was done.", "performed[x:DateTime]"),
    *f.period("performed_from", "performed_to", "the procedure", "performed[x:Period]"),
    f.text("performed_text", "When it was done, in words.", "performed[x:String]"),
    f.many(
        f.part(
            "performers",
            "Who did it.",
            f.reference("actor", AUTHORS, "The person.", required=True),
            f.concept("function", "As what."),
            f.reference_id("on_behalf_of_id", "Organization", "For which practice."),
            at="performer",
        )
    ),
    f.reference("recorder", RECORDERS, "Who wrote it down."),
    f.reference("asserter", RECORDERS, "Who says so."),
    f.reference_id("location_id", "Location", "Where it was done."),
    f.encounter(),
    *reasons(),
    f.many(f.concept("body_sites", "Where in the body.", "bodySite")),
    f.concept("outcome", "How it turned out."),
    f.many(f.concept("complications", "What went wrong.", "complication")),
    f.many(f.concept("follow_ups", "What is to be done after it.", "followUp")),
    links("report_ids", "DiagnosticReport", "Reports about it.", "report"),
    links("order_ids", "ServiceRequest", "What ordered it.", "basedOn"),
    f.many(
        f.part(
            "devices",
            "What was put in, taken out or worked on.",
            f.reference_id("device_id", "Device", "The device.", "manipulated", required=True),
            f.concept("action", "What was done to it."),
            at="focalDevice",
        )
    ),
    notes(),
    filters=(
        filters.patients(),
        filters.statuses("status", "status", "Of this status.", EVENT_STATUS),
        filters.codes("code", "code", "This procedure."),
        filters.dates("date", "date", "it was done"),
        encounters(),
    ),
)  # fmt: skip

_VACCINATED = "completed entered-in-error not-done"
_IMMUNIZATIONS = f.kind(
    "immunizations",
    "Immunization",
    "Immunization",
    "Vaccinations, also those that were not given.",
    f.patient("patient"),
    f.enum("status", _VACCINATED, "Whether it was given.", default="completed"),
    f.concept("status_reason", "Why it was not given."),
    f.concept("vaccine", "The vaccine: CVX or NDC.", "vaccineCode", required=True),
    f.date_time("occurred_at", "When it was given, or was to be.", "occurrence[x:DateTime]"),
    f.text("occurred_text", "When it was given, in words.", "occurrence[x:String]"),
    f.date_time("recorded_at", "When it was written down.", "recorded"),
    f.boolean("primary_source", "Whether who gave it wrote it down."),
    f.concept("report_origin", "Where it is known from otherwise."),
    f.encounter(),
    f.reference_id("location_id", "Location", "Where it was given."),
    f.reference_id("manufacturer_id", "Organization", "Who made the vaccine."),
    f.text("lot_number", "The lot of the vaccine."),
    f.date("expiration_date", "When the vaccine expires."),
    f.concept("site", "Where in the body."),
    f.concept("route", "How it came into the body."),
    f.quantity("dose", "How much was given.", "doseQuantity"),
    f.many(
        f.part(
            "performers",
            "Who gave it.",
            f.reference("actor", STAFF, "The person.", required=True),
            f.concept("function", "As what."),
            at="performer",
        )
    ),
    *reasons(),
    f.many(
        f.part(
            "doses",
            "Which dose of which series it was.",
            f.text("series", "Name of the series."),
            f.count("number", "The number of the dose.", "doseNumber[x:PositiveInt]", least=1),
            f.text("number_text", "The number, in words.", "doseNumber[x:String]"),
            f.count("of", "How many doses the series has.", "seriesDoses[x:PositiveInt]", least=1),
            f.many(f.concept("diseases", "Against what.", "targetDisease")),
            at="protocolApplied",
            needs=("number number_text",),
        )
    ),
    notes(),
    filters=(
        filters.patients(),
        filters.statuses("status", "status", "Of this status.", _VACCINATED),
        filters.codes("vaccine", "vaccine-code", "This vaccine."),
        filters.dates("date", "date", "it was given"),
        filters.texts("lot_number", "lot-number", "Of this lot."),
    ),
    needs=("occurred_at occurred_text",),
)  # fmt: skip

_WORKING = "active inactive entered-in-error unknown"
_DEVICES = f.kind(
    "devices",
    "Device",
    "Device",
    "Implants and other devices of a patient.",
    f.patient("patient"),
    identifiers(),
    f.enum("status", _WORKING, "Whether it is in use.", default="active"),
    f.many(f.concept("status_reasons", "Why it is so.", "statusReason")),
    f.concept("type", "What it is.", required=True),
    f.part(
        "udi",
        "The unique device identifier.",
        f.text("device_identifier", "Its fixed part, which names the model.", required=True),
        f.uri("issuer", "URI of who gave it."),
        f.uri("jurisdiction", "URI of who asks for it."),
        f.text("carrier", "The barcode, as people read it.", "carrierHRF"),
        f.enum("entry_type", "barcode rfid manual card self-reported unknown", "How it came here."),
        at="udiCarrier[0]",
    ),
    f.text("distinct_identifier", "The number of blood, tissue or cells."),
    f.text("manufacturer", "Who made it."),
    f.date("manufacture_date", "When it was made."),
    f.date("expiration_date", "When it expires."),
    f.text("lot_number", "Its lot."),
    f.text("serial_number", "Its serial number."),
    f.text("model_number", "Its model."),
    f.many(
        f.part(
            "names",
            "What it is called.",
            f.text("name", "The name.", required=True),
            f.enum("type", "udi-label-name user-friendly-name patient-reported-name "
                   "manufacturer-name model-name other", "Whose name it is.", required=True),
            at="deviceName",
        )
    ),
    notes(),
    filters=(
        filters.patients(),
        filters.statuses("status", "status", "Of this status.", _WORKING),
        filters.codes("type", "type", "Of this type."),
        filters.texts("udi", "udi-di", "With this device identifier."),
    ),
)  # fmt: skip

CLINICAL = (*_CONDITIONS, _ALLERGIES, _PROCEDURES, _IMMUNIZATIONS, _DEVICES)
