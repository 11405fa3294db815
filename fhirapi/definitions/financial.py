"""Insurance and bills."""

from fhirapi.definitions.builders import (
    PEOPLE,
    date,
    identifier,
    reference,
    resource_type,
    string,
    token,
)

FINANCIAL = (
    resource_type(
        "Coverage",
        "Insurance",
        identifier(),
        token("class-type", "class.type"),
        token("status"),
        token("type"),
        string("class-value", "class.value"),
        string("dependent"),
        reference("beneficiary", to="Patient"),
        reference("payor", to="Organization Patient RelatedPerson"),
        reference("policy-holder", "policyHolder", to="Organization Patient RelatedPerson"),
        reference("subscriber", to="Patient RelatedPerson"),
        mandatory="beneficiary payor status",
        summary=(
            "identifier status type policyHolder subscriber subscriberId beneficiary dependent "
            "period payor order network"
        ),
        patient="beneficiary",
        clinical_date="period",
    ),
    resource_type(
        "Claim",
        "Claims to insurers",
        identifier(),
        token("priority"),
        token("status"),
        token("use"),
        date("created"),
        reference(
            "care-team", "careTeam.provider", to="Practitioner Organization PractitionerRole"
        ),
        reference("detail-udi", "item.detail.udi", to="Device"),
        reference("encounter", "item.encounter", to="Encounter"),
        reference("enterer", to="Practitioner PractitionerRole"),
        reference("facility", to="Location"),
        reference("insurer", to="Organization"),
        reference("item-udi", "item.udi", to="Device"),
        reference("payee", "payee.party", to=PEOPLE),
        reference("procedure-udi", "procedure.udi", to="Device"),
        reference("provider", to="Practitioner Organization PractitionerRole"),
        reference("subdetail-udi", "item.detail.subDetail.udi", to="Device"),
        mandatory="created insurance patient priority provider status type use",
        summary=(
            "status type use patient billablePeriod created insurer provider priority insurance"
        ),
        patient="patient",
        clinical_date="created",
    ),
    resource_type(
        "ExplanationOfBenefit",
        "What insurers paid, and why",
        identifier(),
        token("status"),
        string("disposition"),
        date("created"),
        reference(
            "care-team", "careTeam.provider", to="Practitioner Organization PractitionerRole"
        ),
        reference("claim", to="Claim"),
        reference("coverage", "insurance.coverage", to="Coverage"),
        reference("detail-udi", "item.detail.udi", to="Device"),
        reference("encounter", "item.encounter", to="Encounter"),
        reference("enterer", to="Practitioner PractitionerRole"),
        reference("facility", to="Location"),
        reference("item-udi", "item.udi", to="Device"),
        reference("payee", "payee.party", to=PEOPLE),
        reference("procedure-udi", "procedure.udi", to="Device"),
        reference("provider", to="Practitioner Organization PractitionerRole"),
        reference("subdetail-udi", "item.detail.subDetail.udi", to="Device"),
        mandatory="created insurance insurer outcome patient provider status type use",
        summary=(
            "status type use patient billablePeriod created insurer provider outcome insurance "
            "total"
        ),
        patient="patient",
        clinical_date="created",
    ),
)
