"""When who is to be seen by whom."""

from fhirapi.definitions.builders import ANY, date, identifier, reference, resource_type, token

_ACTORS = "Practitioner PractitionerRole Patient RelatedPerson Device HealthcareService Location"

SCHEDULING = (
    resource_type(
        "Appointment",
        "Appointments",
        identifier(),
        token("appointment-type", "appointmentType"),
        token("part-status", "participant.status"),
        token("reason-code", "reasonCode"),
        token("service-category", "serviceCategory"),
        token("service-type", "serviceType"),
        token("specialty"),
        token("status"),
        date("date", "start"),
        reference("actor", "participant.actor", to=_ACTORS),
        reference("based-on", "basedOn", to="ServiceRequest"),
        reference("location", "participant.actor", to="Location", is_narrow=True),
        reference("practitioner", "participant.actor", to="Practitioner", is_narrow=True),
        reference("reason-reference", "reasonReference", to="Condition Observation Procedure"),
        reference("slot", to="Slot"),
        reference("supporting-info", "supportingInformation", to=ANY),
        mandatory="participant status",
        summary=(
            "identifier status cancelationReason serviceCategory serviceType specialty "
            "appointmentType reasonCode start end participant"
        ),
        patient="participant.actor",
        has_several_patients=True,
        clinical_date="start",
    ),
    resource_type(
        "Schedule",
        "Whose time can be booked",
        identifier(),
        token("active"),
        token("service-category", "serviceCategory"),
        token("service-type", "serviceType"),
        token("specialty"),
        date("date", "planningHorizon"),
        reference("actor", to=_ACTORS),
        mandatory="actor",
        summary="identifier active serviceCategory serviceType specialty actor planningHorizon",
        clinical_date="planningHorizon",
        is_shared=True,
    ),
    resource_type(
        "Slot",
        "Times that can be booked",
        identifier(),
        token("appointment-type", "appointmentType"),
        token("service-category", "serviceCategory"),
        token("service-type", "serviceType"),
        token("specialty"),
        token("status"),
        date("start"),
        reference("schedule", to="Schedule"),
        mandatory="end schedule start status",
        summary=(
            "identifier serviceCategory serviceType specialty appointmentType schedule status "
            "start end"
        ),
        clinical_date="start",
        is_shared=True,
    ),
)
