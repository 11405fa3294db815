"""``_elements`` and ``_summary`` of a single resource. https://hl7.org/fhir/R4/search.html#elements"""

from django.http import HttpRequest

from fhirapi.definitions.schema import ResourceType
from fhirapi.outcomes import bad_value
from fhirapi.search import subset
from fhirapi.search.query import SearchQuery, parse

_NAMES = ("_elements", "_summary")
_BEFORE, _AFTER = b'{"resource":', b"}"


def asked_parts(request: HttpRequest, resource_type: ResourceType) -> SearchQuery | None:
    """None if the whole resource is asked for. Raises an Outcome for a value that is none."""
    query_string = request.META.get("QUERY_STRING", "")
    if "_elements" not in query_string and "_summary" not in query_string:
        return None
    asked = [(name, value) for name in _NAMES if (value := request.GET.get(name)) is not None]
    query = parse(resource_type, asked)
    if query.summary == "count":
        raise bad_value("_summary", "count is for searches; a read answers the resource.")
    return query if subset.is_asked(query) else None


def cut(content: bytes, query: SearchQuery) -> bytes:
    """The resource with only the parts that were asked for, marked as such."""
    entry = subset.of_entries(_BEFORE + content + _AFTER, query)
    return entry[len(_BEFORE) : -len(_AFTER)]
