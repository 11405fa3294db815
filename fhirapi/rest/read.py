"""FHIR read. https://hl7.org/fhir/R4/http.html#read"""

from django.http import HttpRequest, HttpResponse

from fhirapi.definitions.schema import ResourceType
from fhirapi.outcomes import gone, not_found
from fhirapi.rest.binary import answer_binary
from fhirapi.rest.etags import versioned
from fhirapi.rest.negotiation import require_json
from fhirapi.rest.parts import asked_parts, cut
from fhirapi.rest.view import answer, authenticated, fhir_view, refused, require
from fhirapi.search.opened import opened_content
from fhirapi.store.read import Stored, TokenRefused
from fhirapi.store.read import read as stored


@fhir_view("GET", "HEAD", is_json=False)
def read(request: HttpRequest, resource_type: ResourceType, resource_id: str) -> HttpResponse:
    if resource_type.name == "Binary":  # the one type that is not only read as JSON
        found = find(request, resource_type, resource_id)
        return versioned(request, found, lambda: answer_binary(request, resource_id, found.content))
    require_json(request)
    return read_one(request, resource_type, resource_id)


def read_one(request: HttpRequest, resource_type: ResourceType, resource_id: str) -> HttpResponse:
    """The handler itself; the guide's addresses call it too. Raises an Outcome."""
    parts = asked_parts(request, resource_type)
    found = find(request, resource_type, resource_id)
    content = cut(found.content, parts) if parts else found.content
    return versioned(request, found, lambda: answer(content, request))


def find(request: HttpRequest, resource_type: ResourceType, resource_id: str) -> Stored:
    """The current version, if the caller may see it. Raises an Outcome."""
    caller, claims = authenticated(request)
    constraint = require(caller, claims, resource_type.name, "read")
    opened = opened_content(resource_type, constraint, claims.access)
    try:
        found = stored(caller, resource_type, resource_id, opened)
    except TokenRefused:
        raise refused(caller) from None
    if found is None:
        raise not_found(resource_type.name, resource_id)
    if found.is_deleted:
        raise gone(resource_type.name, resource_id)
    return found
