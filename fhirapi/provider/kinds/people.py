"""Patients."""

from fhirapi.provider import fields as f
from fhirapi.provider import filters
from fhirapi.provider.codes import GENDERS, HL7, STAFF, US_CORE_EXTENSION
from fhirapi.provider.kinds.common import identifiers
from fhirapi.provider.places import each, one, path, rest
from fhirapi.provider.schema import Field
from fhirapi.provider.shapes.coded import Coding
from fhirapi.provider.shapes.compound import Inside, Many
from fhirapi.provider.shapes.plain import Text

_NAMED = ({"use": "official"}, {"use": "usual"}, {"use": None})
"""The name that is in use, rather than what somebody was called once."""
_NAME = one("name", *_NAMED)
_MRN = {"type": {"coding": [{"system": f"{HL7}v2-0203", "code": "MR"}]}}
_MARITAL = {
    "A": "Annulled", "D": "Divorced", "I": "Interlocutory", "L": "Legally Separated",
    "M": "Married", "P": "Polygamous", "S": "Never Married", "T": "Domestic partner",
    "U": "unmarried", "W": "Widowed", "UNK": "unknown",
}  # fmt: skip


def name(needs: str = "family given") -> Field:
    """``needs``: parts of which US Core asks for one at least."""
    return f.part(
        "name", "The name in use.", *_name_parts(), at=_NAME, needs=(needs,), required=True
    )


def other_names() -> Field:
    return f.many(
        f.part(
            "other_names",
            "Further names: former ones, nicknames.",
            f.enum("use", "usual official temp nickname anonymous old maiden",
                   "What it is used for.", required=True),
            *_name_parts(),
            at=rest("name", _NAME),
        )
    )  # fmt: skip


def _name_parts() -> tuple[Field, ...]:
    return (
        f.text("text", "The whole name, as it is written.", "text"),
        f.text("family", "Family name."),
        f.many(f.text("given", "Given names, the first one first.")),
        f.many(f.text("prefix", "Titles before the name.")),
        f.many(f.text("suffix", "What follows the name, such as Jr.")),
        *f.period("start", "end", "the use of the name"),
    )


def telecom() -> Field:
    return f.many(
        f.part(
            "telecom",
            "Telephone numbers, e-mail addresses and the like.",
            f.enum("system", "phone fax email pager url sms other", "What it is.", required=True),
            f.text("value", "The number or address.", required=True),
            f.enum("use", "home work temp old mobile", "What it is used for."),
            f.count("rank", "Which is preferred: 1 before 2.", least=1),
        )
    )


def address_parts() -> tuple[Field, ...]:
    return (
        f.enum("use", "home work temp old billing", "What it is used for."),
        f.enum("type", "postal physical both", "For mail or for visits."),
        f.text("text", "The whole address, as it is written."),
        f.many(f.text("lines", "Street, number, apartment.", "line")),
        f.text("city", "City or town."),
        f.text("district", "County."),
        f.text("state", "State, such as WI."),
        f.text("postal_code", "ZIP code."),
        f.text("country", "Country, such as US."),
        *f.period("start", "end", "the use of the address"),
    )


def addresses() -> Field:
    return f.many(f.part("addresses", "Postal addresses.", *address_parts(), at="address"))


def _categories(name: str, words: str, url: str) -> Field:
    """Race and ethnicity: https://hl7.org/fhir/us/core/StructureDefinition-us-core-race.html"""
    return f.part(
        name,
        words,
        *(
            f.field(
                part, each("extension", {"url": code}),
                Many(Inside(path("valueCoding"), Coding())), f"{said} of the OMB.",
            )
            for part, code, said in (
                ("categories", "ombCategory", "Categories"),
                ("details", "detailed", "Finer categories"),
            )
        ),
        f.text("text", "In words.", f.extension("text", "valueString"),
               required=True),
        at=one("extension", {"url": US_CORE_EXTENSION + url}),
    )  # fmt: skip


def _extension(name: str, value: str) -> f.At:
    return f.extension(f"{US_CORE_EXTENSION}us-core-{name}", value)


PEOPLE = (
    f.kind(
        "patients",
        "Patient",
        "Patient",
        "Who is treated: name, date of birth, contact details and other facts about the person.",
        f.field("mrn", (*one("identifier", _MRN), *path("value")), Text(),
                "The medical record number, which is one of the identifiers.", read_only=True),
        identifiers("Numbers of the patient, such as the medical record number.", required=True),
        f.boolean("active", "Whether the record is in use.", default=True),
        name(),
        other_names(),
        f.enum("gender", GENDERS, "Administrative gender.", required=True),
        f.date("birth_date", "Date of birth."),
        f.boolean("deceased", "Whether the patient died, if the date is not known.",
                  "deceased[x:Boolean]"),
        f.date_time("deceased_at", "When the patient died.", "deceased[x:DateTime]"),
        telecom(),
        addresses(),
        f.coded_enum("marital_status", f"{HL7}v3-MaritalStatus", _MARITAL, "Marital status.",
                     "maritalStatus"),
        f.many(
            f.part(
                "languages",
                "Languages to talk to the patient in.",
                f.concept("language", "A tag of BCP 47, such as es.", required=True),
                f.boolean("preferred", "Whether it is the preferred one."),
                at="communication",
            )
        ),
        f.many(f.reference("general_practitioners", STAFF, "Who is the patient's own doctor.",
                           "generalPractitioner")),
        f.reference_id("organization_id", "Organization", "The practice that keeps the record.",
                       "managingOrganization"),
        _categories("race", "Race.", "us-core-race"),
        _categories("ethnicity", "Ethnicity.", "us-core-ethnicity"),
        f.enum("birth_sex", "F M OTH UNK", "Sex assigned at birth.",
               _extension("birthsex", "valueCode")),
        f.code("sex", "Sex, a code of SNOMED CT.", _extension("sex", "valueCode")),
        f.concept("gender_identity", "Gender identity.",
                  _extension("genderIdentity", "valueCodeableConcept")),
        f.coding("interpreter_needed", "Whether an interpreter is needed.",
                 _extension("interpreter-needed", "valueCoding")),
        f.part(
            "tribal_affiliation",
            "The tribe, and whether the patient is enrolled in it.",
            f.concept("tribe", "The tribe.",
                      f.extension("tribalAffiliation", "valueCodeableConcept"), required=True),
            f.boolean("enrolled", "Whether the patient is enrolled.",
                      f.extension("isEnrolled", "valueBoolean")),
            at=one("extension", {"url": f"{US_CORE_EXTENSION}us-core-tribal-affiliation"}),
        ),
        filters=(
            filters.identifiers("identifier", "identifier", "With this number, as 9999094."),
            filters.texts("name", "name", "Part of the name, from the beginning of a word."),
            filters.texts("family", "family", "The family name, or its beginning."),
            filters.texts("given", "given", "A given name, or its beginning."),
            filters.dates("birth_date", "birthdate", "the patient was born"),
            filters.statuses("gender", "gender", "Of this gender.", GENDERS),
            filters.flags("active", "active", "Whether the record is in use."),
            filters.identifiers("phone", "phone", "With this telephone number."),
            filters.identifiers("email", "email", "With this e-mail address."),
            filters.texts("city", "address-city", "Living in this city."),
            filters.texts("state", "address-state", "Living in this state."),
            filters.texts("postal_code", "address-postalcode", "Living there."),
            filters.ids("practitioner_id", "general-practitioner", "Practitioner",
                        "Patients of this doctor."),
            filters.ids("organization_id", "organization", "Organization",
                        "Patients of this practice."),
        ),
        area="administrative",
    ),
    f.kind(
        "related_persons",
        "Related person",
        "RelatedPerson",
        "Relatives, guardians and others who are close to the patient.",
        f.patient("patient"),
        f.boolean("active", "Whether the record is in use.", default=True),
        f.many(f.concept("relationships", "What the person is to the patient.", "relationship")),
        identifiers(),
        name(),
        other_names(),
        f.enum("gender", GENDERS, "Administrative gender."),
        f.date("birth_date", "Date of birth."),
        telecom(),
        addresses(),
        *f.period("start", "end", "the relationship"),
        filters=(
            filters.patients(),
            filters.codes("relationship", "relationship", "Who are this to the patient."),
            filters.texts("name", "name", "Part of the name, from the beginning of a word."),
            filters.flags("active", "active", "Whether the record is in use."),
        ),
        area="administrative",
    ),
)  # fmt: skip
