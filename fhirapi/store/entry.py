"""The index entry of a resource that others wrote, which may not have FHIR's shape."""

from typing import Any

from django.conf import settings

from fhirapi.definitions.schema import ResourceType
from fhirapi.searchparams.index import IndexEntry, index
from fhirapi.store.patient_line import patient_line


class Malformed(ValueError):
    """An element that is searched has another shape than FHIR gives it."""


def entry_of(resource_type: ResourceType, resource: dict[str, Any]) -> IndexEntry:
    """Raises Malformed, with a text that repeats nothing of the resource."""
    try:
        if resource_type.name == "Patient":
            patient_line(resource)
        return index(resource_type, resource, settings.FHIR_BASE_URL)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        raise Malformed("An element does not have the shape that FHIR gives it.") from None
