"""The parts of a FHIR address that routes take apart: importing this makes them known."""

from django.urls import register_converter

from fhirapi.definitions import registry
from fhirapi.definitions.schema import ResourceType


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


class AnythingConverter:
    """The rest of an address, whatever is in it: Django's own <path> stops at the end of a line."""

    regex = r"[\s\S]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(AnythingConverter, "anything")
register_converter(ResourceTypeConverter, "fhirtype")
register_converter(ResourceIdConverter, "fhirid")
