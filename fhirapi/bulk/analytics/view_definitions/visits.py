"""Views of appointments, and of encounters that came of them."""

from fhirapi.bulk.analytics.columns import (
    code,
    coding,
    concept,
    integer,
    key,
    moment,
    patient,
    period,
    reference,
    text,
)
from fhirapi.bulk.analytics.view import View

VISITS = (
    View(
        "encounter", "Encounter", "Encounters",
        (
            *key("encounter"),
            patient(),
            code("status", "status", "Status"),
            *coding("class", "class", "Class: ambulatory, inpatient, virtual ..."),
            *concept("type", "type.first()", "First type"),
            *period("encounter", "period", "Encounter"),
            *concept("reason", "reasonCode.first()", "First reason"),
            reference("reason_condition_id", "reasonReference", "Condition",
                      "First condition that is a reason", first=True),
            reference("practitioner_id", "participant.individual", "Practitioner",
                      "First practitioner", first=True),
            reference("location_id", "location.location", "Location", "First place", first=True),
            reference("organization_id", "serviceProvider", "Organization", "Practice"),
            reference("appointment_id", "appointment", "Appointment",
                      "The first appointment it came of", first=True),
            *concept("discharge", "hospitalization.dischargeDisposition", "Discharged to"),
        ),
    ),
    View(
        "encounter_participant", "Encounter", "Who took part in encounters, a row each",
        (*key("encounter")[:1], patient()),
        for_each="participant",
        each_columns=(
            *concept("role", "type.first()", "First role"),
            reference("practitioner_id", "individual", "Practitioner", "The practitioner"),
            *period("present", "period", "Present"),
        ),
    ),
    View(
        "encounter_diagnosis", "Encounter", "Diagnoses of encounters, a row each",
        (*key("encounter")[:1], patient()),
        for_each="diagnosis",
        each_columns=(
            reference("condition_id", "condition", "Condition", "The condition"),
            *concept("use", "use", "Role of the diagnosis"),
            integer("rank", "rank", "Rank among those of its role", "positiveInt"),
        ),
    ),
    View(
        "appointment", "Appointment", "Appointments",
        (
            *key("appointment"),
            reference("patient_id", "participant.actor", "Patient",
                      "The patient who takes part", first=True),
            code("status", "status", "Status"),
            *concept("cancelation", "cancelationReason", "Why it was cancelled"),
            *concept("service_type", "serviceType.first()", "First service"),
            *concept("appointment_type", "appointmentType", "Style of booking"),
            *concept("reason", "reasonCode.first()", "First reason"),
            *moment("start", "start", "Beginning", "instant"),
            *moment("end", "end", "End", "instant"),
            integer("minutes", "minutesDuration", "Length in minutes", "positiveInt"),
            *moment("created", "created", "When it was made"),
            reference("practitioner_id", "participant.actor", "Practitioner",
                      "First practitioner", first=True),
            reference("location_id", "participant.actor", "Location", "First place", first=True),
            text("description", "description", "In words", is_distinct=True),
        ),
    ),
    View(
        "appointment_participant", "Appointment", "Who takes part in appointments, a row each",
        (*key("appointment")[:1],),
        for_each="participant",
        each_columns=(
            reference("patient_id", "actor", "Patient", "The patient, if it is one"),
            reference("practitioner_id", "actor", "Practitioner", "The practitioner, if it is one"),
            reference("location_id", "actor", "Location", "The place, if it is one"),
            *concept("role", "type.first()", "First role"),
            code("required", "required", "Whether it has to be there"),
            code("status", "status", "Whether it was accepted"),
        ),
    ),
)  # fmt: skip
