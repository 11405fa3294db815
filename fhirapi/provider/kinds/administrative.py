"""Practitioners, facilities and organizations, and who pays.

A facility is a Location: the place where patients are seen, which appointments, visits and
vaccinations name. Who runs it is an Organization, of its own kind: a practice may have several
places, and laboratories, pharmacies and insurers are organizations without any.
"""

from fhirapi.provider import fields as f
from fhirapi.provider import filters
from fhirapi.provider.codes import GENDERS, HL7
from fhirapi.provider.kinds.common import identifiers, links
from fhirapi.provider.kinds.people import address_parts, addresses, name, telecom
from fhirapi.provider.places import one, path
from fhirapi.provider.schema import Field, Filter, Json
from fhirapi.provider.shapes.coded import SYSTEMS
from fhirapi.provider.shapes.plain import Text

_NPI = one("identifier", {"system": SYSTEMS["npi"]})
_PLACE_STATUS = "active suspended inactive"
_COVERAGE_STATUS = "active cancelled draft entered-in-error"
_SELF: Json = {
    "code": "self", "system": f"{HL7}subscriber-relationship", "display": "Self",
}  # fmt: skip


def _npi() -> Field:
    return f.field("npi", (*_NPI, *path("value")), Text(),
                   "The National Provider Identifier, which is one of the identifiers.",
                   read_only=True)  # fmt: skip


def _places() -> tuple[Filter, ...]:
    return (
        filters.texts("name", "name", "The name, or its beginning."),
        filters.texts("city", "address-city", "In this city."),
        filters.texts("state", "address-state", "In this state."),
        filters.codes("type", "type", "Of this type."),
        filters.identifiers("identifier", "identifier", "With this number."),
    )


ADMINISTRATIVE = (
    f.kind(
        "practitioners",
        "Practitioner",
        "Practitioner",
        "Doctors, nurses and others who treat patients.",
        _npi(),
        identifiers("Numbers, such as the National Provider Identifier.", required=True),
        f.boolean("active", "Whether the record is in use.", default=True),
        name("family"),
        telecom(),
        addresses(),
        f.enum("gender", GENDERS, "Administrative gender."),
        f.date("birth_date", "Date of birth."),
        f.many(
            f.part(
                "qualifications",
                "What the person is licensed for.",
                f.concept("code", "The qualification.", required=True),
                *f.period("start", "end", "the licence"),
                f.reference("issuer", "Organization", "Who gave it."),
                at="qualification",
            )
        ),
        f.many(f.concept("languages", "Languages to talk to patients in.", "communication")),
        filters=(
            filters.texts("name", "name", "Part of the name, from the beginning of a word."),
            filters.texts("family", "family", "The family name, or its beginning."),
            filters.texts("given", "given", "A given name, or its beginning."),
            filters.identifiers("npi", "identifier", "With this NPI.", SYSTEMS["npi"]),
            filters.flags("active", "active", "Whether the record is in use."),
        ),
        area="administrative",
    ),
    f.kind(
        "practitioner_roles",
        "Role of a practitioner",
        "PractitionerRole",
        "What a practitioner does, at which practice and place.",
        identifiers(),
        f.boolean("active", "Whether the record is in use.", default=True),
        f.reference("practitioner", "Practitioner", "Who.", required=True),
        f.reference("organization", "Organization", "For which practice."),
        f.many(f.concept("roles", "As what.", "code")),
        f.many(f.concept("specialties", "Of which specialty.", "specialty")),
        links("facility_ids", "Location", "Where.", "location"),
        links("service_ids", "HealthcareService", "What is offered.", "healthcareService"),
        links("endpoint_ids", "Endpoint", "Technical addresses.", "endpoint"),
        telecom(),
        *f.period("start", "end", "the work"),
        filters=(
            filters.ids("practitioner_id", "practitioner", "Practitioner", "Of this person."),
            filters.ids("organization_id", "organization", "Organization", "At this practice."),
            filters.ids("facility_id", "location", "Location", "At this place."),
            filters.codes("role", "role", "Of this role."),
            filters.codes("specialty", "specialty", "Of this specialty."),
            filters.flags("active", "active", "Whether the record is in use."),
        ),
        area="administrative",
    ),
    f.kind(
        "facilities",
        "Facility",
        "Location",
        "Places where patients are seen.",
        identifiers(),
        f.enum("status", _PLACE_STATUS, "Whether patients are seen there.", default="active"),
        f.text("name", "What it is called.", required=True),
        f.many(f.text("aliases", "What else it is or was called.", "alias")),
        f.text("description", "How to find it."),
        f.enum("mode", "instance kind", "A place, or a kind of places.", default="instance"),
        f.many(f.concept("types", "What it is for.", "type")),
        telecom(),
        f.part("address", "Where it is.", *address_parts()),
        f.part(
            "position",
            "Where it is on the globe, in degrees of WGS 84.",
            f.number("longitude", "East is positive.", required=True),
            f.number("latitude", "North is positive.", required=True),
        ),
        f.reference("organization", "Organization", "Who runs it.", "managingOrganization"),
        f.reference_id("part_of_id", "Location", "The place that it is a part of.", "partOf"),
        filters=(
            *_places(),
            filters.statuses("status", "status", "Of this status.", _PLACE_STATUS),
            filters.ids("organization_id", "organization", "Organization", "Run by this one."),
        ),
        area="administrative",
    ),
    f.kind(
        "organizations",
        "Organization",
        "Organization",
        "Practices, laboratories, pharmacies and insurers.",
        _npi(),
        identifiers("Numbers, such as the National Provider Identifier."),
        f.boolean("active", "Whether the record is in use.", default=True),
        f.many(f.concept("types", "What it is.", "type")),
        f.text("name", "What it is called.", required=True),
        f.many(f.text("aliases", "What else it is or was called.", "alias")),
        telecom(),
        addresses(),
        f.reference_id("part_of_id", "Organization", "What it is a part of.", "partOf"),
        links("endpoint_ids", "Endpoint", "Technical addresses.", "endpoint"),
        filters=(*_places(), filters.flags("active", "active", "Whether it is in use.")),
        area="administrative",
    ),
    f.kind(
        "coverages",
        "Coverage",
        "Coverage",
        "The patient's insurance.",
        f.patient("beneficiary"),
        identifiers("Numbers, such as the number of the member."),
        f.enum("status", _COVERAGE_STATUS, "Whether it holds.", default="active"),
        f.concept("type", "What kind of insurance it is."),
        f.text("subscriber_number", "The number that the insurer knows the subscriber by.",
               "subscriberId"),
        f.reference("subscriber", "Patient RelatedPerson", "Who signed for it."),
        f.reference("policy_holder", "Patient RelatedPerson Organization", "Whose policy it is."),
        f.text("dependent", "The number of a dependant under it."),
        f.concept("relationship", "What the patient is to the subscriber.", default=_SELF),
        *f.period("start", "end", "the cover"),
        f.many(f.reference("payors", "Organization Patient RelatedPerson", "Who pays.", "payor",
                           required=True)),
        f.many(
            f.part(
                "classes",
                "Group, plan and the like.",
                f.concept("type", "What it is: group, plan.", required=True),
                f.text("value", "Its number.", required=True),
                f.text("name", "Its name."),
                at="class",
            )
        ),
        f.count("order", "Which insurance pays first.", least=1),
        f.text("network", "The insurer's network."),
        filters=(
            filters.patients(),
            filters.statuses("status", "status", "Of this status.", _COVERAGE_STATUS),
            filters.codes("type", "type", "Of this type."),
            filters.ids("payor_id", "payor", "Organization", "Paid by this insurer."),
        ),
        area="administrative",
    ),
)  # fmt: skip
