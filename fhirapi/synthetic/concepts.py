"""Code systems and the small datatypes every resource is made of."""

from typing import Any

Resource = dict[str, Any]
Element = dict[str, Any]

SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
CVX = "http://hl7.org/fhir/sid/cvx"
ICD10 = "http://hl7.org/fhir/sid/icd-10-cm"
UCUM = "http://unitsofmeasure.org"
NUCC = "http://nucc.org/provider-taxonomy"
NPI = "http://hl7.org/fhir/sid/us-npi"
RACE_AND_ETHNICITY = "urn:oid:2.16.840.1.113883.6.238"
ROLE_CODE = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
V3 = "http://terminology.hl7.org/CodeSystem/v3-"
V2 = "http://terminology.hl7.org/CodeSystem/v2-"
HL7 = "http://terminology.hl7.org/CodeSystem/"
US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/"
US_CORE_CODES = "http://hl7.org/fhir/us/core/CodeSystem/"
OURS = "https://ids.qsmartcare.example/"
"""Root of the practice's own identifier systems."""


def coding(system: str, code: str, display: str) -> Element:
    return {"system": system, "code": code, "display": display}


def concept(system: str, code: str, display: str) -> Element:
    return {"coding": [coding(system, code, display)], "text": display}


def quantity(value: float, unit: str, code: str | None = None) -> Element:
    return {"value": value, "unit": unit, "system": UCUM, "code": code or unit}


def reference(target: str, display: str | None = None) -> Element:
    return {"reference": target, "display": display} if display else {"reference": target}
