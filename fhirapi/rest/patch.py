"""FHIR patch: JSON Patch and FHIRPath Patch. https://hl7.org/fhir/R4/http.html#patch"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from fhirapi.definitions.schema import ResourceType
from fhirapi.patching import fhirpath_patch, json_patch
from fhirapi.rest.body import is_read_here, json_of, resource_from
from fhirapi.rest.changed import change_one, condition_of, told_if_refused, writer_of
from fhirapi.rest.negotiation import OURS
from fhirapi.rest.preconditions import if_match
from fhirapi.rest.view import fhir_view
from fhirapi.write_outcomes import unsupported_patch
from fhirapi.writing.change import Patch, Resource

JSON_PATCH = "application/json-patch+json"
FORMATS = (JSON_PATCH, OURS[0])


@fhir_view("PATCH")
def patch(request: HttpRequest, resource_type: ResourceType, resource_id: str) -> HttpResponse:
    writer = writer_of(request)
    with told_if_refused(writer, "patch", resource_type, resource_id):
        change = Patch(
            resource_type=resource_type,
            patch=_patch_of(request),
            resource_id=resource_id,
            if_match=if_match(request),
        )
    return change_one(request, writer, change)


@fhir_view("PATCH")
def conditional_patch(request: HttpRequest, resource_type: ResourceType) -> HttpResponse:
    writer = writer_of(request)
    with told_if_refused(writer, "patch", resource_type):
        change = Patch(
            resource_type=resource_type,
            patch=_patch_of(request),
            condition=condition_of(request),
            if_match=if_match(request),
        )
    return change_one(request, writer, change)


def _patch_of(request: HttpRequest) -> Callable[[Resource], Resource]:
    """Raises an Outcome: 400, 413, 415."""
    if is_read_here(request, (JSON_PATCH,)):
        return json_patch.patch_of(json_of(request))
    if is_read_here(request, OURS):
        return fhirpath_patch.patch_of(resource_from(json_of(request)))
    raise unsupported_patch(", ".join(FORMATS))
