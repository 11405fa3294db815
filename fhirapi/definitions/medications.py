"""Medicines prescribed and given."""

from fhirapi.definitions.builders import date, identifier, reference, resource_type, token

MEDICATIONS = (
    resource_type(
        "Medication",
        "Medicines",
        identifier(),
        token("code"),
        token("status"),
        is_shared=True,
    ),
    resource_type(
        "MedicationRequest",
        "Prescriptions",
        identifier(),
        token("status"),
        token("intent"),
        token("category"),
        token("code", "medicationCodeableConcept"),
        date("authoredon", "authoredOn"),
        reference("subject", to="Patient"),
        reference("encounter", to="Encounter"),
        reference("requester", to="Practitioner PractitionerRole Organization Patient Device"),
        reference("medication", "medicationReference", to="Medication"),
        patient="subject",
        clinical_date="authoredOn",
    ),
    resource_type(
        "MedicationDispense",
        "Medicines handed out",
        identifier(),
        token("status"),
        token("type"),
        token("code", "medicationCodeableConcept"),
        date("whenhandedover", "whenHandedOver"),
        reference("subject", to="Patient"),
        reference("prescription", "authorizingPrescription", to="MedicationRequest"),
        patient="subject",
        clinical_date="whenHandedOver",
    ),
)
