"""Views of patients."""

from fhirapi.bulk.analytics.columns import (
    address,
    code,
    coding,
    concept,
    day,
    flag,
    key,
    moment,
    patient,
    period,
    reference,
    telecom,
    text,
)
from fhirapi.bulk.analytics.view import Column, View

_US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core"
_NAME = "name.where(use = 'official').first()"
_HOME = "address.where(use = 'home').first()"


def _part(name: str, part: str) -> str:
    """https://hl7.org/fhir/us/core/StructureDefinition-us-core-race.html, and of ethnicity"""
    return f"extension('{_US_CORE}-{name}').first().extension('{part}').first().value"


PEOPLE = (
    View(
        "patient", "Patient", "Patients, a row each",
        (
            *key("patient"),
            flag("active", "active", "Whether the record is in use"),
            text(
                "medical_record_number",
                "identifier.where(type.coding.exists(code = 'MR')).value.first()",
                "Medical record number", is_distinct=True,
            ),
            text("family_name", f"{_NAME}.family", "Family name, of the official name"),
            text("given_names", f"{_NAME}.given.join(' ')", "Given names, of the official name"),
            code("gender", "gender", "Administrative gender"),
            code("birth_sex", f"extension('{_US_CORE}-birthsex').first().value.ofType(code)",
                 "Sex at birth (US Core)"),
            *day("birth", "birthDate", "Birth"),
            flag("deceased", "deceased.ofType(boolean)",
                 "Whether the patient is dead, if no moment of death is told"),
            *moment("deceased", "deceased.ofType(dateTime)", "Death"),
            *coding("race", f"{_part('race', 'ombCategory')}.ofType(Coding)",
                    "First race (US Core)"),
            text("race_text", f"{_part('race', 'text')}.ofType(string)", "All races (US Core)"),
            *coding("ethnicity", f"{_part('ethnicity', 'ombCategory')}.ofType(Coding)",
                    "Ethnicity (US Core)"),
            code("language_code",
                 "communication.first().language.coding.first().code", "First language"),
            *concept("marital_status", "maritalStatus", "Marital status"),
            *address(_HOME),
            telecom("phone"),
            telecom("email"),
            reference("general_practitioner_id", "generalPractitioner", "Practitioner",
                      "General practitioner", first=True),
            reference("organization_id", "managingOrganization", "Organization",
                      "Practice whose patient it is"),
        ),
    ),
    View(
        "patient_identifier", "Patient", "Identifiers of patients, a row each",
        (*key("patient")[:1],),
        for_each="identifier",
        each_columns=(
            Column("identifier_system", "system", "uri", "Namespace of the value"),
            text("identifier_value", "value", "The identifier", is_distinct=True),
            code("identifier_use", "use", "Use"),
            *concept("identifier_type", "type", "Type"),
            *period("identifier", "period", "In use"),
        ),
    ),
    View(
        "coverage", "Coverage", "Insurance of patients",
        (
            *key("coverage"),
            patient("beneficiary"),
            code("status", "status", "Status"),
            *concept("type", "type", "Type of insurance"),
            text("subscriber_id", "subscriberId", "Number of the insured", is_distinct=True),
            *concept("relationship", "relationship", "Relationship to the subscriber"),
            reference("payor_id", "payor", "Organization", "First payor", first=True),
            text("payor_name", "payor.display.first()", "First payor's name"),
            text("group_number",
                 "class.where(type.coding.exists(code = 'group')).value.first()", "Group"),
            text("plan_number",
                 "class.where(type.coding.exists(code = 'plan')).value.first()", "Plan"),
            *period("covered", "period", "Covered"),
        ),
    ),
)  # fmt: skip
