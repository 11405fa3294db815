"""FHIR vread: a resource as it was in one version. https://hl7.org/fhir/R4/http.html#vread"""

from django.http import HttpRequest, HttpResponse

from fhirapi.definitions.schema import ResourceType
from fhirapi.outcomes import gone, version_not_found
from fhirapi.rest.etags import versioned
from fhirapi.rest.parts import asked_parts, cut
from fhirapi.rest.preconditions import number_of
from fhirapi.rest.view import answer, authenticated, fhir_view, refused, require
from fhirapi.store.history import vread as stored
from fhirapi.store.read import TokenRefused


@fhir_view("GET", "HEAD")
def vread(
    request: HttpRequest, resource_type: ResourceType, resource_id: str, version_id: str
) -> HttpResponse:
    caller, claims = authenticated(request)
    constraint = require(caller, claims, resource_type.name, "vread")
    parts = asked_parts(request, resource_type)
    name = resource_type.name
    try:
        found = stored(caller, resource_type, resource_id, number_of(version_id), constraint)
    except TokenRefused:
        raise refused(caller) from None
    if found is None:
        raise version_not_found(name, resource_id, version_id)
    if found.is_deleted:
        raise gone(name, resource_id)
    content = cut(found.content, parts) if parts else found.content
    return versioned(request, found, lambda: answer(content, request))
