"""Practices, places, services and devices."""

from fhirapi.definitions.builders import identifier, reference, resource_type, string, token, uri

ORGANIZATIONS = (
    resource_type(
        "Organization",
        "Practices, laboratories and insurers",
        identifier(),
        token("active"),
        token("address-use", "address.use"),
        token("type"),
        string("address"),
        string("address-city", "address.city"),
        string("address-country", "address.country"),
        string("address-postalcode", "address.postalCode"),
        string("address-state", "address.state"),
        string("name", "name", "alias"),
        reference("endpoint", to="Endpoint"),
        reference("partof", "partOf", to="Organization"),
        summary="identifier active type name partOf",
        is_shared=True,
    ),
    resource_type(
        "Location",
        "Places where care is given",
        identifier(),
        token("address-use", "address.use"),
        token("operational-status", "operationalStatus"),
        token("status"),
        token("type"),
        string("address"),
        string("address-city", "address.city"),
        string("address-country", "address.country"),
        string("address-postalcode", "address.postalCode"),
        string("address-state", "address.state"),
        string("name", "name", "alias"),
        reference("endpoint", to="Endpoint"),
        reference("organization", "managingOrganization", to="Organization"),
        reference("partof", "partOf", to="Location"),
        summary=(
            "identifier status operationalStatus name description mode type physicalType "
            "managingOrganization"
        ),
        is_shared=True,
    ),
    resource_type(
        "HealthcareService",
        "What a practice offers",
        identifier(),
        token("active"),
        token("characteristic"),
        token("program"),
        token("service-category", "category"),
        token("service-type", "type"),
        token("specialty"),
        string("name"),
        reference("coverage-area", "coverageArea", to="Location"),
        reference("endpoint", to="Endpoint"),
        reference("location", to="Location"),
        reference("organization", "providedBy", to="Organization"),
        summary=(
            "identifier active providedBy category type specialty location name comment photo"
        ),
        is_shared=True,
    ),
    resource_type(
        "Endpoint",
        "Technical addresses of organizations",
        identifier(),
        token("connection-type", "connectionType"),
        token("payload-type", "payloadType"),
        token("status"),
        string("name"),
        reference("organization", "managingOrganization", to="Organization"),
        summary=(
            "identifier status connectionType name managingOrganization period payloadType "
            "payloadMimeType address"
        ),
        is_shared=True,
    ),
    resource_type(
        "Device",
        "Implants and other devices",
        identifier(),
        token("status"),
        token("type"),
        string("device-name", "deviceName.name", "type.coding.display", "type.text"),
        string("manufacturer"),
        string("model", "modelNumber"),
        string("udi-carrier", "udiCarrier.carrierHRF"),
        string("udi-di", "udiCarrier.deviceIdentifier"),
        uri("url"),
        reference("location", to="Location"),
        reference("organization", "owner", to="Organization"),
        summary="udiCarrier status safety",
        patient="patient",
    ),
)
