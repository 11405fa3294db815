"""The CapabilityStatement, made from the declarations. https://hl7.org/fhir/R4/capabilitystatement.html"""

from functools import lru_cache
from hashlib import sha256
from typing import Any

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from fhirapi.definitions import operations, profiles, registry
from fhirapi.definitions.builders import COLUMN_PATHS
from fhirapi.definitions.canonicals import definition
from fhirapi.definitions.operations import Operation
from fhirapi.definitions.schema import ParameterType, ResourceType, SearchParameter
from fhirapi.outcomes import bad_operation_parameter
from fhirapi.rest.etags import is_known_version, not_modified
from fhirapi.rest.negotiation import FHIR_JSON
from fhirapi.rest.operation import definition_of
from fhirapi.rest.patch import FORMATS
from fhirapi.rest.view import answer, fhir_view
from fhirapi.smart.addresses import is_offered

_DATE = "2026-11-29"  # of the last change of what this statement says
_OAUTH_URIS = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"
_SECURITY = "http://terminology.hl7.org/CodeSystem/restful-security-service"
_US_CORE = "http://hl7.org/fhir/us/core"
_OAUTH_NAMES = ("authorize", "token", "register", "manage", "introspect", "revoke")
_BULK = "http://hl7.org/fhir/uv/bulkdata"
_INTERACTIONS = (
    "read", "vread", "update", "patch", "delete", "history-instance", "history-type", "create",
    "search-type",
)  # fmt: skip
_OF_DERIVED = ("read", "search-type")
_OF_SYSTEM = ("transaction", "batch")
_WRITING = {
    "versioning": "versioned",  # If-Match is heeded, not demanded
    "readHistory": True,
    "updateCreate": True,
    "conditionalCreate": True,
    "conditionalRead": "full-support",
    "conditionalUpdate": True,
    "conditionalDelete": "single",
    "referencePolicy": ["literal", "local"],
}
_MODES = ("full", "normative", "terminology")
_KEPT = 300  # seconds that a client or proxy may keep the answer


@fhir_view("GET", "HEAD")
def metadata(request: HttpRequest) -> HttpResponse:
    """https://hl7.org/fhir/R4/http.html#capabilities - normative may be answered in full."""
    mode = request.GET.get("mode", "full")
    if mode not in _MODES:
        raise bad_operation_parameter("mode", f"one of {', '.join(_MODES)} is expected.")
    return published(request, _terminology() if mode == "terminology" else _statement())


def published(request: HttpRequest, content: bytes, media_type: str = FHIR_JSON) -> HttpResponse:
    """A document for everybody, of any origin, that may be kept for a while."""
    tag = sha256(content).hexdigest()[:16]
    is_known = is_known_version(request.META, tag)
    response = not_modified() if is_known else answer(content, request)
    if not is_known:
        response.headers["Content-Type"] = media_type
    response.headers["ETag"] = f'W/"{tag}"'
    response.headers["Cache-Control"] = f"public, max-age={_KEPT}"
    response.headers["Vary"] = "Accept"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@lru_cache(maxsize=1)
def _statement() -> bytes:
    return orjson.dumps(
        {
            "resourceType": "CapabilityStatement",
            **_head("CapabilityStatement"),
            "instantiates": [
                f"{_US_CORE}/CapabilityStatement/us-core-server|{version}"
                for version in profiles.VERSIONS
            ]
            + [f"{_BULK}/CapabilityStatement/bulk-data"],
            "fhirVersion": "4.0.1",
            "format": ["application/fhir+json", "json"],
            "patchFormat": list(FORMATS),
            "implementationGuide": [
                f"{_US_CORE}/ImplementationGuide/hl7.fhir.us.core|{version}"
                for version in profiles.VERSIONS
            ],
            "rest": [
                {
                    "mode": "server",
                    "documentation": "Read and search within the patients that a token opens; "
                    "write with a provider's key that may, or as an approved partner.",
                    "security": _security(),
                    "resource": [
                        *map(_resource, registry.every()),
                        *map(_derived, registry.derived()),
                    ],
                    "interaction": [{"code": code} for code in _OF_SYSTEM],
                    "operation": _named(operations.of_system()),
                    "compartment": ["http://hl7.org/fhir/CompartmentDefinition/patient"],
                }
            ],
        }
    )


@lru_cache(maxsize=1)
def _terminology() -> bytes:
    """https://hl7.org/fhir/R4/terminologycapabilities.html - no terminology is served."""
    return orjson.dumps(
        {"resourceType": "TerminologyCapabilities", **_head("TerminologyCapabilities")}
    )


def _head(kind: str) -> dict[str, Any]:
    return {
        "id": kind.lower(),
        "url": f"{settings.FHIR_BASE_URL}/metadata",
        "version": "0.1.0",
        "name": f"QSmartCare{kind}",
        "title": "QSmartCare FHIR API",
        "status": "active",
        "date": _DATE,
        "publisher": "QSmartCare",
        "description": "What QSmartCare's FHIR API offers.",
        "kind": "instance",
        "software": {"name": "QSmartCare FHIR API", "version": "0.1.0"},
        "implementation": {"description": "Patient Access API", "url": settings.FHIR_BASE_URL},
    }


def _resource(resource_type: ResourceType) -> dict[str, Any]:
    name = resource_type.name
    members: dict[str, Any] = {
        "type": name,
        "documentation": resource_type.words,
        "supportedProfile": list(profiles.canonicals(name)),
        "interaction": [{"code": code} for code in _INTERACTIONS],
        **_WRITING,
        "searchInclude": [f"{name}:{each.code}" for each in _references(resource_type)],
        "searchRevInclude": _reverse_includes(name),
        "searchParam": [_parameter(name, each) for each in resource_type.search],
        "operation": _named(operations.of_type(name)),
    }
    return {name: value for name, value in members.items() if value != []}


def _derived(resource_type: ResourceType) -> dict[str, Any]:
    """Made when it is asked for: there is nothing to write, and no version but this one."""
    name = resource_type.name
    return {
        "type": name,
        "documentation": resource_type.words,
        "interaction": [{"code": code} for code in _OF_DERIVED],
        "versioning": "no-version",
        "readHistory": False,
        "searchParam": [_parameter(name, each) for each in resource_type.search],
    }


def _named(offered: list[Operation]) -> list[dict[str, str]]:
    return [{"name": each.name, "definition": definition_of(each)} for each in offered]


def _references(resource_type: ResourceType) -> list[SearchParameter]:
    return [each for each in resource_type.search if each.type is ParameterType.REFERENCE]


def _reverse_includes(name: str) -> list[str]:
    return [
        f"{source.name}:{parameter.code}"
        for source in registry.every()
        for parameter in _references(source)
        if name in parameter.targets
    ]


def _parameter(type_name: str, parameter: SearchParameter) -> dict[str, str]:
    published = definition(type_name, parameter.code)
    return {
        "name": parameter.code,
        **({"definition": published} if published else {}),
        "type": parameter.type.value,
        "documentation": _words(type_name, parameter),
    }


def _words(type_name: str, parameter: SearchParameter) -> str:
    paths = parameter.paths or (COLUMN_PATHS.get(parameter.code, parameter.code.replace("-", " ")),)
    where = ", ".join(f"{type_name}.{path}" for path in paths)
    return f"{where}: {' or '.join(parameter.targets)}" if parameter.targets else where


def _security() -> dict[str, Any]:
    uris = [
        {"url": name, "valueUri": f"{settings.FHIR_BASE_URL}/oauth2/{name}"}
        for name in _OAUTH_NAMES
        if is_offered(f"oauth2/{name}")
    ]
    return {
        "extension": [{"url": _OAUTH_URIS, "extension": uris}],
        "cors": True,
        "service": [{"coding": [{"system": _SECURITY, "code": "SMART-on-FHIR"}]}],
    }
