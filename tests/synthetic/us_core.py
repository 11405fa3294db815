"""Elements that US Core 6.1.0 makes mandatory, by profile: below an optional one, if it is there.

http://hl7.org/fhir/us/core/STU6.1/profiles-and-extensions.html
"""

MANDATORY = {
    "us-core-allergyintolerance": "code patient reaction.manifestation",
    "us-core-careplan": (
        "text.status text.div status intent category subject activity.detail.status"
    ),
    "us-core-careteam": "subject participant participant.role participant.member",
    "us-core-condition-encounter-diagnosis": "category code subject",
    "us-core-condition-problems-health-concerns": "category code subject",
    "us-core-coverage": (
        "identifier.type status beneficiary relationship payor class.type class.value "
        "costToBeneficiary.value[x] costToBeneficiary.exception.type"
    ),
    "us-core-implantable-device": (
        "udiCarrier.deviceIdentifier deviceName.name deviceName.type type "
        "specialization.systemType version.value property.type patient"
    ),
    "us-core-diagnosticreport-note": "status category code subject media.link",
    "us-core-diagnosticreport-lab": "status category code subject media.link",
    "us-core-documentreference": (
        "status type category subject relatesTo.code relatesTo.target content content.attachment"
    ),
    "us-core-encounter": (
        "identifier.system identifier.value status statusHistory.status statusHistory.period "
        "class classHistory.class classHistory.period type subject diagnosis.condition "
        "location.location"
    ),
    "us-core-goal": "lifecycleStatus description subject",
    "us-core-immunization": (
        "status vaccineCode patient occurrence[x] performer.actor protocolApplied.doseNumber[x]"
    ),
    "us-core-location": "name position.longitude position.latitude",
    "us-core-medication": "code ingredient.item[x]",
    "us-core-medicationdispense": (
        "status medication[x] subject performer.actor substitution.wasSubstituted"
    ),
    "us-core-medicationrequest": "status intent medication[x] subject substitution.allowed[x]",
    "us-core-observation-lab": "status category code subject component.code",
    "us-core-observation-pregnancystatus": (
        "status code subject effective[x] value[x] component.code"
    ),
    "us-core-observation-pregnancyintent": (
        "status code subject effective[x] value[x] component.code"
    ),
    "us-core-observation-occupation": (
        "status code subject value[x] component.code component.value[x]"
    ),
    "us-core-respiratory-rate": (
        "status category category.coding category.coding.system category.coding.code code "
        "subject effective[x] value[x].value value[x].unit value[x].system value[x].code "
        "component.code"
    ),
    "us-core-simple-observation": "status category code subject component.code",
    "us-core-heart-rate": (
        "status category category.coding category.coding.system category.coding.code code "
        "subject effective[x] value[x].value value[x].unit value[x].system value[x].code "
        "component.code"
    ),
    "us-core-body-temperature": (
        "status category category.coding category.coding.system category.coding.code code "
        "subject effective[x] value[x].value value[x].unit value[x].system value[x].code "
        "component.code"
    ),
    "pediatric-weight-for-height": (
        "status category category.coding category.coding.system category.coding.code code "
        "subject effective[x] value[x].value value[x].unit value[x].system value[x].code "
        "component.code"
    ),
    "us-core-pulse-oximetry": (
        "status category category.coding category.coding.system category.coding.code code "
        "code.coding subject effective[x] value[x].value value[x].unit value[x].system "
        "value[x].code component.code component.value[x].value component.value[x].unit "
        "component.value[x].system component.value[x].code"
    ),
    "us-core-smokingstatus": "status category code subject effective[x] value[x] component.code",
    "us-core-observation-sexual-orientation": "status code subject component.code",
    "us-core-head-circumference": (
        "status category category.coding category.coding.system category.coding.code code "
        "subject effective[x] value[x].value value[x].unit value[x].system value[x].code "
        "component.code"
    ),
    "us-core-body-height": (
        "status category category.coding category.coding.system category.coding.code code "
        "subject effective[x] value[x].value value[x].unit value[x].system value[x].code "
        "component.code"
    ),
    "us-core-bmi": (
        "status category category.coding category.coding.system category.coding.code code "
        "subject effective[x] value[x].value value[x].unit value[x].system value[x].code "
        "component.code"
    ),
    "us-core-observation-screening-assessment": "status category code subject component.code",
    "us-core-blood-pressure": (
        "status category category.coding category.coding.system category.coding.code code "
        "subject effective[x] component component.code component.value[x].value "
        "component.value[x].unit component.value[x].system component.value[x].code"
    ),
    "us-core-observation-clinical-result": "status category code subject component.code",
    "pediatric-bmi-for-age": (
        "status category category.coding category.coding.system category.coding.code code "
        "subject effective[x] value[x].value value[x].unit value[x].system value[x].code "
        "component.code"
    ),
    "head-occipital-frontal-circumference-percentile": (
        "status category category.coding category.coding.system category.coding.code code "
        "subject effective[x] value[x].value value[x].unit value[x].system value[x].code "
        "component.code"
    ),
    "us-core-body-weight": (
        "status category category.coding category.coding.system category.coding.code code "
        "subject effective[x] value[x].value value[x].unit value[x].system value[x].code "
        "component.code"
    ),
    "us-core-organization": "active name",
    "us-core-patient": (
        "identifier identifier.system identifier.value name telecom.system telecom.value gender "
        "communication.language link.other link.type"
    ),
    "us-core-practitioner": (
        "identifier identifier.system identifier.value name name.family qualification.code"
    ),
    "us-core-practitionerrole": "telecom.system telecom.value notAvailable.description",
    "us-core-procedure": "status code subject performer.actor focalDevice.manipulated",
    "us-core-provenance": "target recorded agent agent.who agent.type entity.role entity.what",
    "us-core-questionnaireresponse": "questionnaire status subject authored item.linkId",
    "us-core-relatedperson": "active patient communication.language",
    "us-core-servicerequest": "status intent code subject",
    "us-core-specimen": "type",
}
"""Paths separated by blanks, below the resource; ``x[x]`` is a choice of types."""
