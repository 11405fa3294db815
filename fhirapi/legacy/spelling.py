"""The guide's liberties with letter case, undone before anything else reads the request."""

from django.http import HttpRequest, QueryDict

from fhirapi.definitions import registry
from fhirapi.definitions.schema import ResourceType
from fhirapi.outcomes import unknown_type


class RepeatedField(ValueError):
    """A form names a field twice (RFC 6749 3.2 forbids it)."""


def lower_field_names(request: HttpRequest) -> None:
    """``Client_ID``, ``CLIENT_ID`` and ``client_id`` are the same form field."""
    if all(_is_clean(name) and len(values) == 1 for name, values in request.POST.lists()):
        return  # a copy takes longer than a look
    lowered = QueryDict(mutable=True)
    for name, values in request.POST.lists():
        clean = name.strip().lower()
        if clean in lowered or len(values) > 1:
            raise RepeatedField(clean)
        lowered.setlist(clean, values)
    request.POST = lowered  # type: ignore[assignment]  # the setter takes any


def _is_clean(name: str) -> bool:
    return name == name.strip().lower()


def resource_type(name: str) -> ResourceType:
    """``patient`` and ``Patient`` are the same type. Raises the 404 outcome."""
    found = registry.find_in_any_case(name)
    if found is None:
        raise unknown_type(name)
    return found
