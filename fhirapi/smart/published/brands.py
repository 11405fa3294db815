"""Whose server this is, as apps show it to people who look for their practice.

https://hl7.org/fhir/smart-app-launch/brands.html, and the service base URLs of 45 CFR 170.404(b)(2)
"""

import time
from datetime import UTC, datetime
from typing import Any

import orjson
from django.conf import settings

from fhirapi.smart.published.practices import Practice, practices
from fhirapi.smart.published.public import public_document

_BRAND = "http://hl7.org/fhir/StructureDefinition/organization-brand"
_PORTAL = "http://hl7.org/fhir/StructureDefinition/organization-portal"
_VERSION = "http://hl7.org/fhir/StructureDefinition/endpoint-fhir-version"
_TYPES = "http://terminology.hl7.org/CodeSystem/organization-type"
_PROVIDER = {"coding": [{"system": _TYPES, "code": "prov", "display": "Healthcare Provider"}]}
_CONNECTIONS = "http://terminology.hl7.org/CodeSystem/endpoint-connection-type"
_PAYLOADS = "http://terminology.hl7.org/CodeSystem/endpoint-payload-type"
_ENDPOINT, _OWNER = "Endpoint/fhir-r4", "Organization/qsmartcare"
_SHOWN = ("identifier", "name", "alias", "telecom", "address")
_UNKNOWN_TIME = datetime(2026, 11, 24, tzinfo=UTC)  # while there is no practice
_KEPT = 60.0


def identifier() -> dict[str, str]:
    """Names the brand in discovery and in the Bundle."""
    return {"system": "urn:ietf:rfc:3986", "value": settings.BASE_URL}


_made: tuple[float, bytes] = (0.0, b"")


@public_document("application/fhir+json")
def brands() -> bytes:
    """Kept for a minute: the practice moves less often than this is read."""
    global _made
    made_at, content = _made
    if not content or time.monotonic() - made_at > _KEPT:
        content = orjson.dumps(_bundle(practices()))
        _made = time.monotonic(), content
    return content


def _bundle(places: list[Practice]) -> dict[str, Any]:
    changed = max((each.last_updated for each in places), default=_UNKNOWN_TIME)
    affiliates = [_affiliate(orjson.loads(each.content)) for each in places]
    return {
        "resourceType": "Bundle",
        "id": "brands",
        "type": "collection",
        "timestamp": changed.isoformat(timespec="milliseconds"),
        "entry": [_entry(each) for each in (_endpoint(), _owner(), *affiliates)],
    }


def _entry(resource: dict[str, Any]) -> dict[str, Any]:
    address = f"{settings.FHIR_BASE_URL}/{resource['resourceType']}/{resource['id']}"
    return {"fullUrl": address, "resource": resource}


def _endpoint() -> dict[str, Any]:
    return {
        "resourceType": "Endpoint",
        "id": _ENDPOINT.partition("/")[2],
        "extension": [{"url": _VERSION, "valueCode": "4.0.1"}],
        "status": "active",
        "connectionType": {"system": _CONNECTIONS, "code": "hl7-fhir-rest"},
        "name": "QSmartCare FHIR API",
        "managingOrganization": {"reference": _OWNER},
        "contact": [{"system": "url", "value": f"{settings.BASE_URL}/api-documentation.html"}],
        "payloadType": [{"coding": [{"system": _PAYLOADS, "code": "none"}]}],
        "address": settings.FHIR_BASE_URL,
    }


def _owner() -> dict[str, Any]:
    """The brand whose portal all practices share."""
    logo = f"{settings.BASE_URL}{settings.STATIC_URL}img/mark.svg"
    portal = [
        {"url": "portalName", "valueString": "QSmartCare Developer Portal"},
        {"url": "portalUrl", "valueUrl": f"{settings.BASE_URL}/patient/index.html"},
        {"url": "portalEndpoint", "valueReference": {"reference": _ENDPOINT}},
    ]
    return {
        "resourceType": "Organization",
        "id": _OWNER.partition("/")[2],
        "extension": [
            {"url": _BRAND, "extension": [{"url": "brandLogo", "valueUrl": logo}]},
            {"url": _PORTAL, "extension": portal},
        ],
        "identifier": [identifier()],
        "active": True,
        "type": [_PROVIDER],
        "name": "QSmartCare",
        "telecom": [{"system": "url", "value": settings.BASE_URL}],
        "endpoint": [{"reference": _ENDPOINT}],
    }


def _affiliate(stored: dict[str, Any]) -> dict[str, Any]:
    return {
        "resourceType": "Organization",
        "id": stored["id"],
        "active": stored.get("active", True),
        "type": [_PROVIDER],
        **{name: stored[name] for name in _SHOWN if name in stored},
        "partOf": {"reference": _OWNER},
        "endpoint": [{"reference": _ENDPOINT}],
    }
