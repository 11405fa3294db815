"""Visits and stays."""

from fhirapi.provider import fields as f
from fhirapi.provider import filters
from fhirapi.provider.codes import HL7
from fhirapi.provider.kinds.common import identifiers, links, reasons
from fhirapi.provider.schema import Json

_STATUS = "planned arrived triaged in-progress onleave finished cancelled entered-in-error unknown"
_AMBULATORY: Json = {"code": "AMB", "system": f"{HL7}v3-ActCode", "display": "ambulatory"}

VISITS = (
    f.kind(
        "encounters",
        "Encounter",
        "Encounter",
        "Visits and stays.",
        f.patient(),
        identifiers(),
        f.enum("status", _STATUS, "How far it is.", required=True),
        f.coding("class", "Where it is: ambulatory, in hospital, at home, virtual.",
                 default=_AMBULATORY),
        f.many(f.concept("types", "What kind of visit it is.", "type", required=True)),
        f.concept("service_type", "What is offered."),
        f.concept("priority", "How urgent it is."),
        *f.period("start", "end", "the visit"),
        f.many(
            f.part(
                "participants",
                "Who sees the patient.",
                f.reference("person", "Practitioner PractitionerRole RelatedPerson",
                            "The person.", "individual"),
                f.many(f.concept("roles", "As what.", "type")),
                *f.period("start", "end", "the part of the person"),
                at="participant",
            )
        ),
        *reasons(),
        f.many(
            f.part(
                "diagnoses",
                "What was found.",
                f.reference("condition", "Condition Procedure", "The diagnosis.", required=True),
                f.concept("use", "As what: admission, billing."),
                f.count("rank", "The first is the most important.", least=1),
                at="diagnosis",
            )
        ),
        f.many(
            f.part(
                "locations",
                "Where it is.",
                f.reference("location", "Location", "The place.", required=True),
                f.enum("status", "planned active reserved completed", "Whether it is there now."),
                *f.period("start", "end", "the stay there"),
                at="location",
            )
        ),
        f.reference("organization", "Organization", "The practice.", "serviceProvider"),
        f.concept("discharge_disposition", "Where the patient went from there.",
                  "hospitalization.dischargeDisposition"),
        links("appointment_ids", "Appointment", "What it was arranged by.", "appointment"),
        links("order_ids", "ServiceRequest", "What asked for it.", "basedOn"),
        f.reference_id("part_of_id", "Encounter", "The stay that it is a part of.", "partOf"),
        filters=(
            filters.patients(),
            filters.statuses("status", "status", "Of this status.", _STATUS),
            filters.codes("class", "class", "Of this class: AMB, IMP, VR."),
            filters.codes("type", "type", "Of this type."),
            filters.dates("date", "date", "it was"),
            filters.ids("practitioner_id", "practitioner", "Practitioner", "With this doctor."),
            filters.ids("location_id", "location", "Location", "At this place."),
            filters.identifiers("identifier", "identifier", "With this number."),
        ),
    ),
)  # fmt: skip
