"""Where the meaning of each search parameter is published: the address of its definition.

https://hl7.org/fhir/R4/searchparameter-registry.html - a few definitions are shared by several
types and named for a group of them.
"""

from functools import cache

_BASE = "http://hl7.org/fhir/SearchParameter"
_US_CORE = "http://hl7.org/fhir/us/core/SearchParameter/us-core"


def _types(names: str) -> frozenset[str]:
    return frozenset(names.split())


_CLINICAL = _types(
    "AllergyIntolerance CarePlan CareTeam Condition Consent DiagnosticReport DocumentReference "
    "Encounter Goal Immunization List MedicationDispense MedicationRequest Observation Procedure "
    "ServiceRequest"
)
# Group, then parameter: the types that share the definition.
_SHARED = {
    "clinical": {
        "patient": _CLINICAL,
        "identifier": _CLINICAL,
        "code": _types(
            "AllergyIntolerance Condition DiagnosticReport List Medication MedicationDispense "
            "MedicationRequest Observation Procedure ServiceRequest"
        ),
        "date": _types(
            "AllergyIntolerance CarePlan CareTeam Consent DiagnosticReport Encounter Immunization "
            "List Observation Procedure"
        ),
        "encounter": _types(
            "DiagnosticReport DocumentReference List Observation Procedure ServiceRequest"
        ),
        "type": frozenset({"AllergyIntolerance", "DocumentReference", "Encounter"}),
    },
    "medications": {
        "status": frozenset({"MedicationDispense", "MedicationRequest"}),
        "medication": frozenset({"MedicationDispense", "MedicationRequest"}),
        "prescription": frozenset({"MedicationDispense"}),
        "date": frozenset({"MedicationRequest"}),
        "encounter": frozenset({"MedicationRequest"}),
    },
    "individual": {
        **dict.fromkeys(
            ("address", "address-city", "address-country", "address-postalcode", "address-state",
             "address-use", "gender"),
            frozenset({"Patient", "Practitioner", "RelatedPerson"}),
        ),
        **dict.fromkeys(
            ("email", "phone", "telecom"),
            frozenset({"Patient", "Practitioner", "PractitionerRole", "RelatedPerson"}),
        ),
        **dict.fromkeys(("family", "given"), frozenset({"Patient", "Practitioner"})),
        "birthdate": frozenset({"Patient", "RelatedPerson"}),
    },
}  # fmt: skip
_OF_US_CORE = frozenset(
    {
        ("CareTeam", "role"),
        ("Condition", "asserted-date"),
        ("Encounter", "discharge-disposition"),
        ("Goal", "description"),
    }
)
# Ours alone: R4 has no such parameter.
_UNPUBLISHED = frozenset({("Binary", "patient")})


@cache
def definition(resource_type: str, code: str) -> str | None:
    """None for a parameter that nobody has published."""
    if (resource_type, code) in _UNPUBLISHED:
        return None
    if (resource_type, code) in _OF_US_CORE:
        return f"{_US_CORE}-{resource_type.lower()}-{code}"
    if code.startswith("_"):
        return f"{_BASE}/Resource-{code[1:]}"
    for group, parameters in _SHARED.items():
        if resource_type in parameters.get(code, ()):
            return f"{_BASE}/{group}-{code}"
    return f"{_BASE}/{resource_type}-{code}"
