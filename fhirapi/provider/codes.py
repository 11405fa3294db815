"""Code systems and lists of codes that the rows of several kinds name."""

HL7 = "http://terminology.hl7.org/CodeSystem/"
US_CORE = "http://hl7.org/fhir/us/core/CodeSystem/"
US_CORE_EXTENSION = "http://hl7.org/fhir/us/core/StructureDefinition/"
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"

OBSERVATION_STATUS = (
    "registered preliminary final amended corrected cancelled entered-in-error unknown"
)
REPORT_STATUS = (
    "registered partial preliminary final amended corrected appended cancelled entered-in-error "
    "unknown"
)
EVENT_STATUS = "preparation in-progress not-done on-hold stopped completed entered-in-error unknown"
REQUEST_STATUS = "draft active on-hold revoked completed entered-in-error unknown"
PRIORITIES = "routine urgent asap stat"
GENDERS = "male female other unknown"

STAFF = "Practitioner PractitionerRole Organization"
PEOPLE = f"{STAFF} Patient RelatedPerson"
RECORDERS = "Practitioner PractitionerRole Patient RelatedPerson"
AUTHORS = f"{PEOPLE} Device"
REASONS = "Condition Observation Procedure DiagnosticReport DocumentReference"
ANYTHING = (
    f"{AUTHORS} {REASONS} AllergyIntolerance Appointment CarePlan CareTeam Claim Communication "
    "Coverage Encounter ExplanationOfBenefit Goal Immunization Location Medication "
    "MedicationDispense MedicationRequest QuestionnaireResponse ServiceRequest Specimen Task"
)
"""For references that FHIR lets lead anywhere: what they lead to here."""
