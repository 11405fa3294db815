"""FHIR read. https://hl7.org/fhir/R4/http.html#read"""

from django.http import HttpRequest, HttpResponse

from fhirapi.definitions.schema import ResourceType
from fhirapi.outcomes import gone, not_found
from fhirapi.rest.view import answer, authenticated, fhir_view, refused, require
from fhirapi.store.read import TokenRefused
from fhirapi.store.read import read as stored


@fhir_view("GET", "HEAD")
def read(request: HttpRequest, resource_type: ResourceType, resource_id: str) -> HttpResponse:
    return read_one(request, resource_type, resource_id)


def read_one(request: HttpRequest, resource_type: ResourceType, resource_id: str) -> HttpResponse:
    """The handler itself; the guide's addresses call it too. Raises an Outcome."""
    caller, claims = authenticated(request)
    require(caller, claims, resource_type.name, "read")
    try:
        found = stored(caller, resource_type.name, resource_id, is_shared=resource_type.is_shared)
    except TokenRefused:
        raise refused(caller) from None
    if found is None:
        raise not_found(resource_type.name, resource_id)
    if found.is_deleted:
        raise gone(resource_type.name, resource_id)
    etag = f'W/"{found.version_id}"'
    if request.META.get("HTTP_IF_NONE_MATCH") == etag:
        response = HttpResponse(status=304)
    else:
        response = answer(found.content, request)
    response["ETag"] = etag
    response["Last-Modified"] = found.last_modified
    return response
