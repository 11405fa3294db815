"""Appointments, whose time can be booked, and the times."""

from fhirapi.provider import fields as f
from fhirapi.provider import filters
from fhirapi.provider.kinds.common import identifiers, links
from fhirapi.provider.places import one, path, rest
from fhirapi.provider.schema import Field

_STATUS = (
    "proposed pending booked arrived fulfilled cancelled noshow entered-in-error checked-in "
    "waitlist"
)
_SLOT_STATUS = "busy free busy-unavailable busy-tentative entered-in-error"
_ANSWERS = "accepted declined tentative needs-action"
_ACTORS = "Practitioner PractitionerRole RelatedPerson Device HealthcareService Location"
_PATIENT = one("participant", {"actor": {"reference": "Patient/*"}}, blank={})


def _services() -> tuple[Field, ...]:
    return (
        f.many(f.concept("service_categories", "What field it is of.", "serviceCategory")),
        f.many(f.concept("service_types", "What is offered.", "serviceType")),
        f.many(f.concept("specialties", "Of which specialty.", "specialty")),
    )


SCHEDULING = (
    f.kind(
        "appointments",
        "Appointment",
        "Appointment",
        "Who is to be seen by whom, when and where.",
        f.reference_id("patient_id", "Patient", "The patient.", (*_PATIENT, *path("actor")),
                       required=True, fixed=True),
        f.enum("patient_status", _ANSWERS, "What the patient says to it.",
               (*_PATIENT, *path("status")), default="accepted"),
        f.enum("patient_required", "required optional information-only",
               "Whether the patient is to come.", (*_PATIENT, *path("required"))),
        f.many(
            f.part(
                "participants",
                "Who and what else is needed: doctors, rooms, devices, relatives.",
                f.reference("actor", f"{_ACTORS} Patient", "Who or what."),
                f.many(f.concept("roles", "As what.", "type")),
                f.enum("required", "required optional information-only", "Whether to be there."),
                f.enum("status", _ANSWERS, "What they say to it.", required=True),
                at=rest("participant", _PATIENT),
            )
        ),
        identifiers(),
        f.enum("status", _STATUS, "How far it is.", default="booked"),
        f.concept("cancel_reason", "Why it was cancelled.", "cancelationReason"),
        *_services(),
        f.concept("type", "What kind of appointment it is.", "appointmentType"),
        f.many(f.concept("reasons", "Why.", "reasonCode")),
        f.many(f.reference("reason_records", "Condition Procedure Observation",
                           "The record of why.", "reasonReference")),
        f.count("priority", "How urgent it is; 0 is not urgent."),
        f.text("description", "What it is, as a list of appointments says it."),
        f.instant("start", "When it begins.", required=True),
        f.instant("end", "When it ends.", required=True),
        f.count("minutes", "How long it is to take.", "minutesDuration", least=1),
        links("slot_ids", "Slot", "The times that it takes.", "slot"),
        links("order_ids", "ServiceRequest", "What asked for it.", "basedOn"),
        f.date_time("created_at", "When it was made.", "created"),
        f.text("comment", "Remarks."),
        f.text("patient_instruction", "What the patient is to do before."),
        filters=(
            filters.patients(),
            filters.statuses("status", "status", "Of this status.", _STATUS),
            filters.dates("date", "date", "it begins"),
            filters.ids("practitioner_id", "practitioner", "Practitioner", "With this doctor."),
            filters.ids("facility_id", "location", "Location", "At this place."),
            filters.codes("type", "appointment-type", "Of this kind."),
            filters.codes("service_type", "service-type", "Of this service."),
        ),
        area="administrative",
    ),
    f.kind(
        "schedules",
        "Schedule",
        "Schedule",
        "Whose time can be booked: of a doctor, a room, a device.",
        identifiers(),
        f.boolean("active", "Whether it is in use.", default=True),
        *_services(),
        f.many(f.reference("actors", _ACTORS, "Whose time it is.", "actor", required=True)),
        *f.period("start", "end", "the time that is planned", "planningHorizon"),
        f.text("comment", "Remarks."),
        filters=(
            filters.flags("active", "active", "Whether it is in use."),
            filters.dates("date", "date", "time is planned"),
            filters.ids("practitioner_id", "actor", "Practitioner", "Of this doctor."),
            filters.codes("service_type", "service-type", "Of this service."),
        ),
        area="administrative",
    ),
    f.kind(
        "slots",
        "Slot",
        "Slot",
        "Times of a schedule that can be booked, or are taken.",
        identifiers(),
        f.reference_id("schedule_id", "Schedule", "The schedule that it is of.", required=True),
        *_services(),
        f.concept("type", "For what kind of appointment.", "appointmentType"),
        f.enum("status", _SLOT_STATUS, "Whether it can be booked.", default="free"),
        f.instant("start", "When it begins.", required=True),
        f.instant("end", "When it ends.", required=True),
        f.boolean("overbooked", "Whether more than one may have it."),
        f.text("comment", "Remarks."),
        filters=(
            filters.ids("schedule_id", "schedule", "Schedule", "Of this schedule."),
            filters.statuses("status", "status", "Of this status.", _SLOT_STATUS),
            filters.dates("start", "start", "it begins"),
            filters.codes("service_type", "service-type", "Of this service."),
        ),
        area="administrative",
    ),
)  # fmt: skip
