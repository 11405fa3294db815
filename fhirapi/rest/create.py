"""FHIR create. https://hl7.org/fhir/R4/http.html#create"""

from django.http import HttpRequest, HttpResponse

from fhirapi.definitions.schema import ResourceType
from fhirapi.outcomes import bad_request
from fhirapi.rest.binary import written_resource
from fhirapi.rest.changed import change_one, told_if_refused, writer_of
from fhirapi.rest.view import fhir_view
from fhirapi.search.matching import pairs_of
from fhirapi.writing.change import Condition, Create

_PASSED_OVER = frozenset({"_format", "_pretty"})


@fhir_view("POST")
def create(request: HttpRequest, resource_type: ResourceType) -> HttpResponse:
    writer = writer_of(request)
    if not _PASSED_OVER.issuperset(request.GET):  # some clients would have it so
        raise bad_request("The condition of a create is sent in the header If-None-Exist.")
    with told_if_refused(writer, "create", resource_type):
        change = Create(
            resource_type=resource_type,
            resource=written_resource(request, resource_type),
            if_none_exist=_condition(request.headers.get("If-None-Exist")),
        )
    return change_one(request, writer, change)


def _condition(header: str | None) -> Condition | None:
    """https://hl7.org/fhir/R4/http.html#ccreate - an empty one selects nothing, and is refused."""
    return None if header is None else pairs_of(header)
