"""Views of prescriptions and what was handed out."""

from fhirapi.bulk.analytics.columns import (
    code,
    concept,
    encounter,
    flag,
    in_system,
    integer,
    key,
    moment,
    number,
    patient,
    reference,
    simple_quantity,
    text,
)
from fhirapi.bulk.analytics.view import Column, View

_RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
_DOSAGE = "dosageInstruction.first()"
_MEDICATION: tuple[Column, ...] = (
    *concept("medication", "medication.ofType(CodeableConcept)", "Medication"),
    in_system("rxnorm_code", "medication.ofType(CodeableConcept)", _RXNORM, "RxNorm"),
    reference("medication_id", "medication.ofType(Reference)", "Medication",
              "The Medication it refers to"),
    text("medication_name", "medication.ofType(Reference).display", "Its name"),
)  # fmt: skip
_DOSE: tuple[Column, ...] = (
    text("dosage_text", f"{_DOSAGE}.text", "First dosage, in words"),
    flag("as_needed", f"{_DOSAGE}.asNeeded.ofType(boolean)", "Whether only as needed"),
    code("route_code", f"{_DOSAGE}.route.coding.first().code", "Route"),
    *simple_quantity("dose", f"{_DOSAGE}.doseAndRate.first().dose.ofType(Quantity)",
                     "First dose"),
    integer("frequency", f"{_DOSAGE}.timing.repeat.frequency", "How often in a period",
            "positiveInt"),
    number("frequency_period", f"{_DOSAGE}.timing.repeat.period", "Length of that period"),
    code("frequency_unit", f"{_DOSAGE}.timing.repeat.periodUnit", "Unit of the period: h, d ..."),
)  # fmt: skip

MEDICATIONS = (
    View(
        "medication_request", "MedicationRequest", "Prescriptions and other orders",
        (
            *key("request"),
            patient(),
            encounter(),
            code("status", "status", "Status"),
            code("intent", "intent", "Order, plan ..."),
            code("category_code", "category.first().coding.first().code", "First category"),
            *_MEDICATION,
            *moment("authored", "authoredOn", "Prescribed"),
            reference("requester_id", "requester", "Practitioner", "Who prescribed it"),
            flag("reported", "reported.ofType(boolean)", "Whether it is known by hearsay"),
            *concept("reason", "reasonCode.first()", "First reason"),
            reference("reason_condition_id", "reasonReference", "Condition",
                      "First condition that is a reason", first=True),
            *_DOSE,
            *simple_quantity("dispense", "dispenseRequest.quantity", "To hand out"),
            integer("refills", "dispenseRequest.numberOfRepeatsAllowed", "Refills",
                    "unsignedInt"),
            *simple_quantity("supply", "dispenseRequest.expectedSupplyDuration",
                             "How long it lasts"),
        ),
    ),
    View(
        "medication_dispense", "MedicationDispense", "Medications that were handed out",
        (
            *key("dispense"),
            patient(),
            encounter("context"),
            code("status", "status", "Status"),
            *_MEDICATION,
            reference("medication_request_id", "authorizingPrescription", "MedicationRequest",
                      "First prescription", first=True),
            *moment("handed_over", "whenHandedOver", "Handed over"),
            *simple_quantity("quantity", "quantity", "Quantity"),
            *simple_quantity("supply", "daysSupply", "How long it lasts"),
            *_DOSE,
        ),
    ),
)  # fmt: skip
