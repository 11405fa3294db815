"""The CapabilityStatement, made from the declarations. https://hl7.org/fhir/R4/capabilitystatement.html"""

from functools import lru_cache
from typing import Any

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from fhirapi.definitions import registry
from fhirapi.definitions.schema import ResourceType
from fhirapi.rest.view import answer, fhir_view

_DATE = "2026-11-23"  # of the last change of what this statement says
_OAUTH_URIS = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"
_SECURITY = "http://terminology.hl7.org/CodeSystem/restful-security-service"


@fhir_view("GET", "HEAD")
def metadata(request: HttpRequest) -> HttpResponse:
    return answer(_statement(), request)


@lru_cache(maxsize=1)
def _statement() -> bytes:
    return orjson.dumps(
        {
            "resourceType": "CapabilityStatement",
            "status": "active",
            "date": _DATE,
            "publisher": "QSmartCare",
            "kind": "instance",
            "software": {"name": "QSmartCare FHIR API", "version": "0.1.0"},
            "implementation": {
                "description": "Patient Access API",
                "url": settings.FHIR_BASE_URL,
            },
            "fhirVersion": "4.0.1",
            "format": ["application/fhir+json", "json"],
            "rest": [
                {
                    "mode": "server",
                    "security": _security(),
                    "resource": [_resource(each) for each in registry.every()],
                }
            ],
        }
    )


def _resource(resource_type: ResourceType) -> dict[str, Any]:
    parameters = [{"name": each.code, "type": each.type.value} for each in resource_type.search]
    return {
        "type": resource_type.name,
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "versioning": "versioned",
        "readHistory": False,
        "searchParam": parameters,
    }


def _security() -> dict[str, Any]:
    oauth2 = f"{settings.FHIR_BASE_URL}/oauth2"
    return {
        "extension": [
            {
                "url": _OAUTH_URIS,
                "extension": [
                    {"url": "token", "valueUri": f"{oauth2}/token"},
                    {"url": "revoke", "valueUri": f"{oauth2}/revoke"},
                ],
            }
        ],
        "cors": False,
        "service": [{"coding": [{"system": _SECURITY, "code": "SMART-on-FHIR"}]}],
    }
