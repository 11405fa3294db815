"""What the patient takes, what was prescribed, what was handed out."""

from fhirapi.provider import fields as f
from fhirapi.provider import filters
from fhirapi.provider.codes import AUTHORS, HL7, PEOPLE, PRIORITIES, US_CORE_EXTENSION
from fhirapi.provider.kinds.common import encounters, identifiers, links, notes, reasons
from fhirapi.provider.places import one
from fhirapi.provider.schema import Always, Field, Filter, Json

_STATUS = "active on-hold cancelled completed entered-in-error stopped draft unknown"
_DISPENSED = (
    "preparation in-progress cancelled on-hold completed entered-in-error stopped declined unknown"
)
_ORDERS = ("order", "original-order", "reflex-order", "filler-order", "instance-order")
_INTENTS = f"proposal plan {' '.join(_ORDERS)} option"
_COMMUNITY: Json = {
    "code": "community", "system": f"{HL7}medicationrequest-category", "display": "Community",
}  # fmt: skip
_ADHERENCE = f"{US_CORE_EXTENSION}us-core-medication-adherence"


def _medication() -> tuple[Field, Field]:
    return (
        f.concept("medication", "The medicine: RxNorm or NDC.", "medication[x:CodeableConcept]"),
        f.reference("product", "Medication", "The medicine, as a record of medication_products.",
                    "medication[x:Reference]"),
    )  # fmt: skip


def _dosages() -> Field:
    return f.many(
        f.part(
            "dosages",
            "How it is to be taken.",
            f.count("sequence", "The order of several.", least=0),
            f.text("text", "In words, as the patient reads it."),
            f.text("patient_instruction", "What else the patient is to know."),
            f.quantity("dose", "How much at a time.", "doseAndRate[0].dose[x:Quantity]"),
            f.concept("dose_type", "Whether the dose was ordered or calculated.",
                      "doseAndRate[0].type"),
            f.count("times", "How often within a period.", "timing.repeat.frequency", least=1),
            f.number("period", "How long the period is.", "timing.repeat.period"),
            f.enum("period_unit", "s min h d wk mo a", "Of what.", "timing.repeat.periodUnit"),
            f.concept("timing", "When, as a code such as BID.", "timing.code"),
            f.boolean("as_needed", "Whether only when needed.", "asNeeded[x:Boolean]"),
            f.concept("as_needed_for", "When needed for this.", "asNeeded[x:CodeableConcept]"),
            f.concept("site", "Where in the body."),
            f.concept("route", "How it comes into the body."),
            f.concept("method", "How it is given."),
            at="dosageInstruction",
        )
    )  # fmt: skip


def _adherence() -> Field:
    return f.part(
        "adherence",
        "Whether the patient takes it.",
        f.concept("code", "Takes it or not.",
                  f.extension("medicationAdherence", "valueCodeableConcept"), required=True),
        f.date_time("asserted_at", "When it was said.",
                    f.extension("dateAsserted", "valueDateTime"), required=True),
        f.concept("source", "Who says so.",
                  f.extension("informationSource", "valueCodeableConcept")),
        at=one("extension", {"url": _ADHERENCE}),
    )  # fmt: skip


def _requested(*, is_order: bool) -> tuple[Field, ...]:
    return (
        f.patient(),
        identifiers(),
        f.enum("status", _STATUS, "Whether it holds.", default="active"),
        f.concept("status_reason", "Why it is so."),
        *_medication(),
        f.many(f.concept("categories", "Where it is taken.", "category", default=[_COMMUNITY])),
        f.enum("priority", PRIORITIES, "How urgent it is."),
        f.boolean("reported", "Whether somebody else than who prescribed it told of it.",
                  "reported[x:Boolean]"),
        f.reference("reported_by", PEOPLE, "Who told of it.", "reported[x:Reference]"),
        f.date_time("authored_at", "When it was written.", "authoredOn", required=is_order),
        f.reference("requester", AUTHORS, "Who prescribed it.", required=is_order),
        f.encounter(),
        *reasons(),
        _dosages(),
        f.count("refills", "How often it may be handed out again.",
                "dispenseRequest.numberOfRepeatsAllowed"),
        f.quantity("quantity", "How much is handed out at a time.", "dispenseRequest.quantity"),
        f.quantity("supply_duration", "How long that lasts.",
                   "dispenseRequest.expectedSupplyDuration"),
        *f.period("valid_from", "valid_to", "the time in which it may be handed out",
                  "dispenseRequest.validityPeriod"),
        f.reference_id("pharmacy_id", "Organization", "Who is to hand it out.",
                       "dispenseRequest.performer"),
        f.boolean("substitution_allowed", "Whether another product may be handed out.",
                  "substitution.allowed[x:Boolean]"),
        _adherence(),
        notes(),
    )  # fmt: skip


def _filters() -> tuple[Filter | tuple[Filter, ...], ...]:
    return (
        filters.patients(),
        filters.statuses("status", "status", "Of this status.", _STATUS),
        filters.codes("medication", "code", "Of this medicine."),
        filters.ids("product_id", "medication", "Medication", "Of this product."),
        filters.dates("authored", "authoredon", "it was written"),
        filters.ids("requester_id", "requester", "Practitioner", "Prescribed by this doctor."),
        encounters(),
    )


MEDICATIONS = (
    f.kind(
        "medications",
        "Medication",
        "MedicationRequest",
        "What the patient takes: what was prescribed here, and what others prescribed or the "
        "patient takes by themselves.",
        *_requested(is_order=False),
        f.enum("intent", _INTENTS, "An order, or a plan if nobody here prescribed it.",
               default="plan"),
        filters=(*_filters(), filters.statuses("intent", "intent", "Meant so.", _INTENTS)),
        needs=("medication product",),
    ),
    f.kind(
        "prescriptions",
        "Prescription",
        "MedicationRequest",
        "Prescriptions: those of medications that are orders.",
        *_requested(is_order=True),
        filters=_filters(),
        always=(Always("intent", "intent", _ORDERS, is_list=False),),
        needs=("medication product",),
    ),
    f.kind(
        "dispenses",
        "Dispense",
        "MedicationDispense",
        "Medicines that were handed out.",
        f.patient(),
        identifiers(),
        f.enum("status", _DISPENSED, "How far it is.", default="completed"),
        *_medication(),
        f.concept("type", "First fill, refill."),
        f.quantity("quantity", "How much."),
        f.quantity("days_supply", "How long that lasts."),
        f.date_time("prepared_at", "When it was ready.", "whenPrepared"),
        f.date_time("handed_over_at", "When it was handed out.", "whenHandedOver"),
        f.many(
            f.part(
                "performers",
                "Who handed it out.",
                f.reference("actor", AUTHORS, "The person or pharmacy.", required=True),
                f.concept("function", "As what."),
                at="performer",
            )
        ),
        f.reference_id("location_id", "Location", "Where."),
        f.reference_id("encounter_id", "Encounter", "The visit that it belongs to.", "context"),
        links("prescription_ids", "MedicationRequest", "The prescription.",
              "authorizingPrescription"),
        _dosages(),
        notes(),
        filters=(
            filters.patients(),
            filters.statuses("status", "status", "Of this status.", _DISPENSED),
            filters.codes("medication", "code", "Of this medicine."),
            filters.ids("prescription_id", "prescription", "MedicationRequest",
                        "Of this prescription."),
            filters.dates("handed_over", "whenhandedover", "it was handed out"),
        ),
        needs=("medication product",),
    ),
    f.kind(
        "medication_products",
        "Product",
        "Medication",
        "Products that prescriptions refer to.",
        identifiers(),
        f.enum("status", "active inactive entered-in-error", "Whether it is in use.",
               default="active"),
        f.concept("code", "The medicine: RxNorm or NDC.", required=True),
        f.concept("form", "Tablet, ointment."),
        f.reference_id("manufacturer_id", "Organization", "Who makes it."),
        filters=(filters.codes("code", "code", "This medicine."),),
    ),
)  # fmt: skip
