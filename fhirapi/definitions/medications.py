"""Medicines prescribed and given."""

from fhirapi.definitions.builders import AUTHORS, date, identifier, reference, resource_type, token

MEDICATIONS = (
    resource_type(
        "Medication",
        "Medicines",
        identifier(),
        token("code"),
        token("form"),
        token("ingredient-code", "ingredient.itemCodeableConcept"),
        token("lot-number", "batch.lotNumber"),
        token("status"),
        date("expiration-date", "batch.expirationDate"),
        reference("ingredient", "ingredient.itemReference", to="Medication"),
        reference("manufacturer", to="Organization"),
        summary="identifier code status manufacturer amount",
        is_shared=True,
    ),
    resource_type(
        "MedicationRequest",
        "Prescriptions",
        identifier(),
        token("category"),
        token("code", "medicationCodeableConcept"),
        token("intended-performertype", "performerType"),
        token("intent"),
        token("priority"),
        token("status"),
        date("authoredon", "authoredOn"),
        date("date", "dosageInstruction.timing.event"),
        reference("encounter", to="Encounter"),
        reference("intended-dispenser", "dispenseRequest.performer", to="Organization"),
        reference("intended-performer", "performer", to=f"{AUTHORS} CareTeam"),
        reference("medication", "medicationReference", to="Medication"),
        reference("requester", to=AUTHORS),
        reference("subject", to="Group Patient"),
        mandatory="intent medication[x] status subject",
        summary=(
            "status intent priority doNotPerform reported[x] medication[x] subject authoredOn "
            "requester performerType instantiatesCanonical instantiatesUri basedOn "
            "groupIdentifier"
        ),
        patient="subject",
        clinical_date="authoredOn",
    ),
    resource_type(
        "MedicationDispense",
        "Medicines handed out",
        identifier(),
        token("code", "medicationCodeableConcept"),
        token("status"),
        token("type"),
        date("whenhandedover", "whenHandedOver"),
        date("whenprepared", "whenPrepared"),
        reference("context", to="Encounter"),
        reference("destination", to="Location"),
        reference("medication", "medicationReference", to="Medication"),
        reference("performer", "performer.actor", to=AUTHORS),
        reference("prescription", "authorizingPrescription", to="MedicationRequest"),
        reference("receiver", to="Practitioner Patient"),
        reference(
            "responsibleparty", "substitution.responsibleParty", to="Practitioner PractitionerRole"
        ),
        reference("subject", to="Group Patient"),
        mandatory="medication[x] status",
        summary="status medication[x] subject whenPrepared",
        patient="subject",
        clinical_date="whenHandedOver",
    ),
)
