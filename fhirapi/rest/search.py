"""FHIR search by type, GET and POST. https://hl7.org/fhir/R4/http.html#search"""

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse, QueryDict

from fhirapi.definitions.schema import ResourceType
from fhirapi.outcomes import Outcome, unsupported_media_type
from fhirapi.rest.negotiation import wants_strict
from fhirapi.rest.view import (
    answer,
    authenticated,
    fhir_view,
    record_if_forbidden,
    refused,
    require,
)
from fhirapi.search.query import parse
from fhirapi.search.run import run
from fhirapi.store.read import TokenRefused

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data", "")


@fhir_view("GET", "HEAD")
def search(request: HttpRequest, resource_type: ResourceType) -> HttpResponse:
    return search_type(request, resource_type, pairs(request.GET))


@fhir_view("POST")
def search_by_post(request: HttpRequest, resource_type: ResourceType) -> HttpResponse:
    if request.content_type not in FORMS:
        raise unsupported_media_type()
    return search_type(request, resource_type, [*pairs(request.GET), *pairs(request.POST)])


def search_type(
    request: HttpRequest, resource_type: ResourceType, asked: Iterable[tuple[str, str]]
) -> HttpResponse:
    """The handler itself; the guide's addresses call it too. Raises an Outcome."""
    caller, claims = authenticated(request)
    require(caller, claims, resource_type.name, "search-type")
    asked = list(asked)
    query = parse(resource_type, asked, strict=wants_strict(request))
    cursor = next((value for name, value in asked if name == "_page"), None)
    try:
        bundle = run(caller, query, cursor, claims.access)
    except TokenRefused:
        raise refused(caller) from None
    except Outcome as outcome:  # a chain may lead out of the scope
        record_if_forbidden(caller, outcome, resource_type.name)
        raise
    return answer(bundle, request)


def pairs(parameters: QueryDict) -> list[tuple[str, str]]:
    return [(name, value) for name, values in parameters.lists() for value in values]
