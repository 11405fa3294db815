"""Views of what a practice is made of."""

from fhirapi.bulk.analytics.columns import (
    address,
    code,
    concept,
    flag,
    identifier,
    key,
    number,
    reference,
    telecom,
    text,
)
from fhirapi.bulk.analytics.view import View

_NPI = "http://hl7.org/fhir/sid/us-npi"

PRACTICE = (
    View(
        "practitioner", "Practitioner", "Practitioners",
        (
            *key("practitioner"),
            flag("active", "active", "Whether the entry is in use"),
            identifier("npi", _NPI, "National Provider Identifier"),
            text("family_name", "name.first().family", "Family name"),
            text("given_names", "name.first().given.join(' ')", "Given names"),
            text("name_prefix", "name.first().prefix.join(' ')", "Title before the name"),
            text("name_suffix", "name.first().suffix.join(' ')", "Title after the name"),
            code("gender", "gender", "Administrative gender"),
            *concept("qualification", "qualification.first().code", "First qualification"),
            *address("address.first()"),
            telecom("phone"),
            telecom("email"),
        ),
    ),
    View(
        "practitioner_role", "PractitionerRole", "Which practitioners work where, as what",
        (
            *key("role"),
            flag("active", "active", "Whether the role is in use"),
            reference("practitioner_id", "practitioner", "Practitioner", "Who"),
            reference("organization_id", "organization", "Organization", "For whom"),
            reference("location_id", "location", "Location", "First place", first=True),
            *concept("role", "code.first()", "First role"),
            *concept("specialty", "specialty.first()", "First specialty"),
        ),
    ),
    View(
        "organization", "Organization", "Practices, insurers, pharmacies and laboratories",
        (
            *key("organization"),
            flag("active", "active", "Whether the entry is in use"),
            identifier("npi", _NPI, "National Provider Identifier"),
            text("name", "name", "Name"),
            *concept("type", "type.first()", "First type"),
            reference("part_of_id", "partOf", "Organization", "The organization it is part of"),
            *address("address.first()"),
            telecom("phone"),
        ),
    ),
    View(
        "location", "Location", "Places",
        (
            *key("place"),
            code("status", "status", "Status"),
            text("name", "name", "Name"),
            *concept("type", "type.first()", "First type"),
            *address("address"),
            number("latitude", "position.latitude", "Latitude in degrees"),
            number("longitude", "position.longitude", "Longitude in degrees"),
            reference("organization_id", "managingOrganization", "Organization", "Whose it is"),
        ),
    ),
)  # fmt: skip
