"""Search within a patient's compartment. https://hl7.org/fhir/R4/http.html#vsearch"""

from django.http import HttpRequest, HttpResponse

from fhirapi.definitions.schema import ResourceType
from fhirapi.outcomes import not_in_compartment
from fhirapi.rest.search import pairs, search_type
from fhirapi.rest.view import fhir_view


@fhir_view("GET", "HEAD")
def search_compartment(
    request: HttpRequest, patient_id: str, resource_type: ResourceType
) -> HttpResponse:
    """``Patient/1/Observation?code=x`` is ``Observation?patient=1&code=x``."""
    if resource_type.parameter("patient") is None:
        raise not_in_compartment(resource_type.name)
    return search_type(request, resource_type, [("patient", patient_id), *pairs(request.GET)])
