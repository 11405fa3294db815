"""The FHIR base's routes; the types come from the registry."""

from django.http import HttpRequest, HttpResponse
from django.urls import path, register_converter

from fhirapi.definitions import registry
from fhirapi.definitions.schema import ResourceType
from fhirapi.outcomes import unknown_type
from fhirapi.rest.capabilities import metadata
from fhirapi.rest.read import read
from fhirapi.rest.search import search, search_by_post
from fhirapi.rest.view import fhir_view


class ResourceTypeConverter:
    regex = "[A-Z][A-Za-z]+"

    def to_python(self, value: str) -> ResourceType:
        if found := registry.find(value):
            return found
        raise ValueError(value)

    def to_url(self, value: ResourceType) -> str:
        return value.name


class ResourceIdConverter:
    regex = r"[A-Za-z0-9\-.]{1,64}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(ResourceTypeConverter, "fhirtype")
register_converter(ResourceIdConverter, "fhirid")


@fhir_view("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
def _nothing_here(request: HttpRequest, rest: str) -> HttpResponse:
    raise unknown_type(rest.partition("/")[0])


urlpatterns = [
    path("<fhirtype:resource_type>/<fhirid:resource_id>", read),
    path("<fhirtype:resource_type>", search),
    path("<fhirtype:resource_type>/", search),
    path("<fhirtype:resource_type>/_search", search_by_post),
    path("metadata", metadata),
]
nothing_else = [path("", metadata), path("<path:rest>", _nothing_here)]
"""The last route below the FHIR base: an OperationOutcome instead of a page."""
