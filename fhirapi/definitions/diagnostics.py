"""Measurements, samples, reports and pictures."""

from fhirapi.definitions.builders import (
    ANY,
    AUTHORS,
    PEOPLE,
    composite,
    date,
    either,
    identifier,
    quantity,
    reference,
    resource_type,
    string,
    token,
)

_CODES = (token("code"), token("component-code", "component.code"))
_ABSENCES = (
    token("data-absent-reason", "dataAbsentReason"),
    token("component-data-absent-reason", "component.dataAbsentReason"),
)
_CONCEPTS = (
    token("value-concept", "valueCodeableConcept"),
    token("component-value-concept", "component.valueCodeableConcept"),
)
_QUANTITIES = (
    quantity("value-quantity", "valueQuantity"),
    quantity("component-value-quantity", "component.valueQuantity"),
)

DIAGNOSTICS = (
    resource_type(
        "Observation",
        "Laboratory results, vital signs, social history and other observations",
        identifier(),
        token("category"),
        *_CODES,
        either("combo-code", *_CODES),
        *_ABSENCES,
        either("combo-data-absent-reason", *_ABSENCES),
        *_CONCEPTS,
        either("combo-value-concept", *_CONCEPTS),
        token("method"),
        token("status"),
        string("value-string", "valueString", "valueCodeableConcept.text"),
        date("date", "effective[x]"),
        date("value-date", "valueDateTime", "valuePeriod"),
        *_QUANTITIES,
        either("combo-value-quantity", *_QUANTITIES),
        reference("based-on", "basedOn", to="CarePlan MedicationRequest ServiceRequest"),
        reference(
            "derived-from",
            "derivedFrom",
            to="Media Observation QuestionnaireResponse DocumentReference",
        ),
        reference("device", to="Device"),
        reference("encounter", to="Encounter"),
        reference("focus", to=ANY),
        reference("has-member", "hasMember", to="Observation QuestionnaireResponse"),
        reference("part-of", "partOf", to="Immunization MedicationDispense Procedure"),
        reference("performer", to=f"{PEOPLE} CareTeam"),
        reference("specimen", to="Specimen"),
        reference("subject", to="Group Device Patient Location"),
        composite("code-value-concept", "code", "value-concept"),
        composite("code-value-date", "code", "value-date"),
        composite("code-value-quantity", "code", "value-quantity"),
        composite("code-value-string", "code", "value-string"),
        mandatory="code status",
        summary=(
            "identifier basedOn partOf status code subject focus encounter effective[x] issued "
            "performer value[x] hasMember derivedFrom component"
        ),
        patient="subject",
        clinical_date="effective[x]",
    ),
    resource_type(
        "DiagnosticReport",
        "Laboratory, imaging and other reports",
        identifier(),
        token("category"),
        token("code"),
        token("conclusion", "conclusionCode"),
        token("status"),
        date("date", "effective[x]"),
        date("issued"),
        reference("based-on", "basedOn", to="CarePlan MedicationRequest ServiceRequest"),
        reference("encounter", to="Encounter"),
        reference("media", "media.link", to="Media"),
        reference("performer", to="Practitioner Organization CareTeam PractitionerRole"),
        reference("result", to="Observation"),
        reference(
            "results-interpreter",
            "resultsInterpreter",
            to="Practitioner Organization CareTeam PractitionerRole",
        ),
        reference("specimen", to="Specimen"),
        reference("subject", to="Group Device Patient Location"),
        mandatory="code status",
        summary=(
            "identifier status category code subject encounter effective[x] issued performer "
            "resultsInterpreter media"
        ),
        patient="subject",
        clinical_date="effective[x]",
    ),
    resource_type(
        "Specimen",
        "Samples taken",
        identifier(),
        identifier("accession", "accessionIdentifier"),
        token("bodysite", "collection.bodySite"),
        token("container", "container.type"),
        identifier("container-id", "container.identifier"),
        token("status"),
        token("type"),
        date("collected", "collection.collected[x]"),
        reference("collector", "collection.collector", to="Practitioner PractitionerRole"),
        reference("parent", to="Specimen"),
        reference("subject", to="Group Device Patient Location"),
        summary="identifier accessionIdentifier status type subject receivedTime condition",
        patient="subject",
        clinical_date="collection.collected[x]",
    ),
    resource_type(
        "Media",
        "Pictures, films and sound",
        identifier(),
        token("modality"),
        token("site", "bodySite"),
        token("status"),
        token("type"),
        token("view"),
        date("created", "created[x]"),
        reference("based-on", "basedOn", to="CarePlan ServiceRequest"),
        reference("device", to="Device"),
        reference("encounter", to="Encounter"),
        reference("operator", to=f"{AUTHORS} CareTeam"),
        reference(
            "subject", to="Practitioner Group Specimen Device Patient PractitionerRole Location"
        ),
        mandatory="content status",
        summary=(
            "identifier basedOn partOf status type modality view subject encounter created[x] "
            "issued operator reasonCode bodySite deviceName device height width frames duration "
            "content"
        ),
        patient="subject",
        clinical_date="created[x]",
    ),
)
