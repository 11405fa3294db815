"""The guide's liberties with letter case, undone before anything else reads the request."""

from django.http import HttpRequest, QueryDict

from fhirapi.definitions import registry
from fhirapi.definitions.schema import ResourceType
from fhirapi.outcomes import unknown_type


def lower_field_names(request: HttpRequest) -> None:
    """``Client_ID``, ``CLIENT_ID`` and ``client_id`` are the same form field."""
    lowered = QueryDict(mutable=True)
    for name, values in request.POST.lists():
        lowered.setlist(name.strip().lower(), values)
    request.POST = lowered  # type: ignore[assignment]  # the setter takes any


def resource_type(name: str) -> ResourceType:
    """``patient`` and ``Patient`` are the same type. Raises the 404 outcome."""
    found = registry.find_in_any_case(name)
    if found is None:
        raise unknown_type(name)
    return found
