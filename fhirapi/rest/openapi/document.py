"""The whole description, put together."""

from collections.abc import Iterable

from fhirapi.definitions import registry
from fhirapi.definitions.schema import ResourceType
from fhirapi.rest.openapi import further, interactions
from fhirapi.rest.openapi.parts import HEADERS, Json, responses
from fhirapi.rest.openapi.schemas import schemas
from fhirapi.rest.openapi.searching import components
from fhirapi.rest.openapi.security import schemes
from fhirapi.synthetic import examples

_WORDS = (
    "FHIR R4 (4.0.1) as JSON. What a request sees are the patients and resource types that its "
    "token opens; every access to a record is in an audit trail that patients can read. Every "
    "failure is an OperationOutcome. Writing needs an access key that may, or an app of an "
    "approved partner, with user/ or system/ scopes. The CapabilityStatement says the same in "
    "FHIR's words: both are made from the declarations by which the server works."
)


def description(base: str) -> Json:
    """``base``: the FHIR base URL."""
    every = list(registry.every())
    paths: Json = {}
    for each in every:
        paths |= interactions.paths(each)
    for each in registry.derived():
        paths |= interactions.paths_of_derived(each)
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": "QSmartCare FHIR API",
            "version": "0.1.0",
            "summary": "FHIR R4, US Core, SMART App Launch and Bulk Data",
            "description": _WORDS,
        },
        "servers": [{"url": base}],
        "tags": [
            {"name": "System", "description": "What belongs to no type."},
            *({"name": each.name, "description": each.words} for each in registry.readable()),
        ],
        "paths": paths | further.paths(),
        "components": {
            "securitySchemes": schemes(base),
            "parameters": components(),
            "headers": HEADERS,
            "responses": responses(),
            "examples": _examples(every),
            "schemas": schemas(each.name for each in registry.readable()),
        },
    }


def _examples(every: Iterable[ResourceType]) -> Json:
    """A resource of each type, and a page on which it is found."""
    found: Json = {}
    for each in every:
        if resource := examples.of_type(each.name):
            entry = {"resource": resource, "search": {"mode": "match"}}
            page = {"resourceType": "Bundle", "type": "searchset", "total": 1, "entry": [entry]}
            found[each.name] = {"value": resource}
            found[f"{each.name}.page"] = {"value": page}
    return found
