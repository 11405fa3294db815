"""FHIR update, also of what a condition means. https://hl7.org/fhir/R4/http.html#update"""

from django.http import HttpRequest, HttpResponse

from fhirapi.definitions.schema import ResourceType
from fhirapi.rest.binary import written_resource
from fhirapi.rest.changed import change_one, condition_of, told_if_refused, writer_of
from fhirapi.rest.preconditions import if_match, only_new
from fhirapi.rest.view import fhir_view
from fhirapi.write_outcomes import missing_id
from fhirapi.writing.change import Update


@fhir_view("PUT")
def update(request: HttpRequest, resource_type: ResourceType, resource_id: str) -> HttpResponse:
    writer = writer_of(request)
    with told_if_refused(writer, "update", resource_type, resource_id):
        resource = written_resource(request, resource_type, resource_id)
        if "id" not in resource:
            raise missing_id()
        change = Update(
            resource_type=resource_type,
            resource=resource,
            resource_id=resource_id,
            if_match=if_match(request),
            only_new=only_new(request),
        )
    return change_one(request, writer, change)


@fhir_view("PUT")
def conditional_update(request: HttpRequest, resource_type: ResourceType) -> HttpResponse:
    """https://hl7.org/fhir/R4/http.html#cond-update"""
    writer = writer_of(request)
    with told_if_refused(writer, "update", resource_type):
        change = Update(
            resource_type=resource_type,
            resource=written_resource(request, resource_type),
            condition=condition_of(request),
            if_match=if_match(request),
            only_new=only_new(request),
        )
    return change_one(request, writer, change)
