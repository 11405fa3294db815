"""FHIR delete, also of what a condition means. https://hl7.org/fhir/R4/http.html#delete"""

from django.http import HttpRequest, HttpResponse

from fhirapi.definitions.schema import ResourceType
from fhirapi.rest.changed import change_one, condition_of, writer_of
from fhirapi.rest.preconditions import if_match
from fhirapi.rest.view import fhir_view
from fhirapi.writing.change import Delete


@fhir_view("DELETE")
def delete(request: HttpRequest, resource_type: ResourceType, resource_id: str) -> HttpResponse:
    writer = writer_of(request)
    change = Delete(
        resource_type=resource_type, resource_id=resource_id, if_match=if_match(request)
    )
    return change_one(request, writer, change)


@fhir_view("DELETE")
def conditional_delete(request: HttpRequest, resource_type: ResourceType) -> HttpResponse:
    """Of one resource; none is no failure, several are. https://hl7.org/fhir/R4/http.html#3.1.0.7.1"""
    writer = writer_of(request)
    change = Delete(
        resource_type=resource_type, condition=condition_of(request), if_match=if_match(request)
    )
    return change_one(request, writer, change)
