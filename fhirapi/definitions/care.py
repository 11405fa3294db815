"""What is planned and ordered, and who takes part."""

from fhirapi.definitions.builders import (
    ANY,
    AUTHORS,
    PEOPLE,
    date,
    identifier,
    reference,
    resource_type,
    token,
    uri,
)

CARE = (
    resource_type(
        "CarePlan",
        "Care plans",
        identifier(),
        token("activity-code", "activity.detail.code"),
        token("category"),
        token("intent"),
        token("status"),
        uri("instantiates-uri", "instantiatesUri"),
        date("activity-date", "activity.detail.scheduled[x]"),
        date("date", "period"),
        reference(
            "activity-reference",
            "activity.reference",
            to="Appointment MedicationRequest Task ServiceRequest",
        ),
        reference("based-on", "basedOn", to="CarePlan"),
        reference("care-team", "careTeam", to="CareTeam"),
        reference("condition", "addresses", to="Condition"),
        reference("encounter", to="Encounter"),
        reference("goal", to="Goal"),
        reference("instantiates-canonical", "instantiatesCanonical", to=""),
        reference("part-of", "partOf", to="CarePlan"),
        reference(
            "performer", "activity.detail.performer", to=f"{AUTHORS} CareTeam HealthcareService"
        ),
        reference("replaces", to="CarePlan"),
        reference("subject", to="Group Patient"),
        mandatory="intent status subject",
        summary=(
            "identifier instantiatesCanonical instantiatesUri basedOn replaces partOf status "
            "intent category title description subject encounter period created author "
            "addresses"
        ),
        patient="subject",
        clinical_date="period",
    ),
    resource_type(
        "CareTeam",
        "Who is in the patient's care team",
        identifier(),
        token("category"),
        token("role", "participant.role"),
        token("status"),
        date("date", "period"),
        reference("encounter", to="Encounter"),
        reference("participant", "participant.member", to=f"{PEOPLE} CareTeam"),
        reference("subject", to="Group Patient"),
        summary="identifier status category name subject encounter period managingOrganization",
        patient="subject",
        clinical_date="period",
    ),
    resource_type(
        "Goal",
        "Goals of treatment",
        identifier(),
        token("description"),
        token("achievement-status", "achievementStatus"),
        token("category"),
        token("lifecycle-status", "lifecycleStatus"),
        date("start-date", "startDate"),
        date("target-date", "target.dueDate"),
        reference("subject", to="Group Organization Patient"),
        mandatory="description lifecycleStatus subject",
        summary=(
            "lifecycleStatus achievementStatus category priority description subject start[x] "
            "statusDate expressedBy"
        ),
        patient="subject",
        clinical_date="startDate",
    ),
    resource_type(
        "ServiceRequest",
        "Orders and referrals",
        identifier(),
        token("body-site", "bodySite"),
        token("category"),
        token("code"),
        token("intent"),
        token("order-detail", "orderDetail"),
        token("performer-type", "performerType"),
        token("priority"),
        identifier("requisition"),
        token("status"),
        uri("instantiates-uri", "instantiatesUri"),
        date("authored", "authoredOn"),
        date("occurrence", "occurrence[x]"),
        reference("based-on", "basedOn", to="CarePlan MedicationRequest ServiceRequest"),
        reference("encounter", to="Encounter"),
        reference("instantiates-canonical", "instantiatesCanonical", to=""),
        reference("performer", to=f"{AUTHORS} CareTeam HealthcareService"),
        reference("replaces", to="ServiceRequest"),
        reference("requester", to=AUTHORS),
        reference("specimen", to="Specimen"),
        reference("subject", to="Group Device Patient Location"),
        mandatory="intent status subject",
        summary=(
            "identifier instantiatesCanonical instantiatesUri basedOn replaces requisition "
            "status intent category priority doNotPerform code orderDetail quantity[x] subject "
            "encounter occurrence[x] asNeeded[x] authoredOn requester performerType performer "
            "locationCode locationReference reasonCode reasonReference specimen bodySite "
            "patientInstruction"
        ),
        patient="subject",
        clinical_date="authoredOn",
    ),
    resource_type(
        "Task",
        "Tasks that belong to the patient's care",
        identifier(),
        token("business-status", "businessStatus"),
        token("code"),
        identifier("group-identifier", "groupIdentifier"),
        token("intent"),
        token("performer", "performerType"),
        token("priority"),
        token("status"),
        date("authored-on", "authoredOn"),
        date("modified", "lastModified"),
        date("period", "executionPeriod"),
        reference("based-on", "basedOn", to=ANY),
        reference("encounter", to="Encounter"),
        reference("focus", to=ANY),
        reference("owner", to=f"{AUTHORS} CareTeam HealthcareService"),
        reference("part-of", "partOf", to="Task"),
        reference("requester", to=AUTHORS),
        reference("subject", "for", to=ANY),
        mandatory="intent status",
        summary=(
            "instantiatesCanonical instantiatesUri basedOn groupIdentifier partOf status "
            "statusReason businessStatus intent code description focus for encounter "
            "executionPeriod lastModified requester owner location"
        ),
        patient="for",
        clinical_date="authoredOn",
    ),
    resource_type(
        "Communication",
        "Messages about the patient's care",
        identifier(),
        token("category"),
        token("medium"),
        token("status"),
        uri("instantiates-uri", "instantiatesUri"),
        date("received"),
        date("sent"),
        reference("based-on", "basedOn", to=ANY),
        reference("encounter", to="Encounter"),
        reference("instantiates-canonical", "instantiatesCanonical", to=""),
        reference("part-of", "partOf", to=ANY),
        reference("recipient", to=f"{AUTHORS} Group CareTeam HealthcareService"),
        reference("sender", to=f"{AUTHORS} HealthcareService"),
        reference("subject", to="Group Patient"),
        mandatory="status",
        summary=(
            "identifier instantiatesCanonical instantiatesUri basedOn partOf status "
            "statusReason priority subject encounter reasonCode reasonReference"
        ),
        patient="subject",
        clinical_date="sent",
    ),
)
