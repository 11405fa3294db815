"""``_typeFilter``: queries that the resources of a type have to fulfil, one of them at least.

https://hl7.org/fhir/uv/bulkdata/STU2/export.html#_typefilter-experimental-query-parameter - read
and compiled by what reads and compiles a search.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import unquote

from fhirapi.definitions import registry
from fhirapi.definitions.schema import ResourceType
from fhirapi.outcomes import bad_operation_parameter
from fhirapi.search.binder import Binder
from fhirapi.search.query import SearchQuery, parse
from fhirapi.smart.access.decision import Access

# A comma is between two queries where a type follows it; others stand within a value.
_BETWEEN = re.compile(r",\s*(?=[A-Z][A-Za-z]*\?)", re.ASCII)
_OF_RESULTS = re.compile(r"_(count|sort|include|revinclude|total|summary|elements|contained)\b")
_MOST = 50


def split(values: Iterable[str]) -> Iterator[str]:
    """The queries of a parameter that is repeated, or has commas, or both."""
    for value in values:
        yield from filter(None, map(str.strip, _BETWEEN.split(value)))


def checked(text: str, types: Sequence[str], access: Access) -> str:
    """Raises the outcome for a query that cannot be asked here, or not by this token."""
    name, question, asked = text.partition("?")
    resource_type = registry.find(name)
    if resource_type is None or not question:
        raise bad_operation_parameter("_typeFilter", "queries are expected: Observation?code=1-8.")
    if types and name not in types:
        raise bad_operation_parameter("_typeFilter", f"{name} is not among the asked types.")
    condition(resource_type, [asked], "s", Binder(access))
    return text


def condition(resource_type: ResourceType, asked: Sequence[str], row: str, binder: Binder) -> str:
    """That the search row fulfils one of the queries."""
    if len(asked) > _MOST:
        raise bad_operation_parameter("_typeFilter", f"at most {_MOST} queries of a type.")
    ways = [_condition(_parsed(resource_type, text), row, binder) for text in asked]
    return f"({' OR '.join(ways)})" if ways else "true"


def _condition(query: SearchQuery, row: str, binder: Binder) -> str:
    conditions = [criterion.sql(row, binder) for criterion in query.criteria]
    return f"({' AND '.join(conditions)})" if conditions else "true"


def _parsed(resource_type: ResourceType, text: str) -> SearchQuery:
    pairs = []
    for part in text.split("&"):
        name, _, value = part.partition("=")
        if _OF_RESULTS.match(name):
            raise bad_operation_parameter(
                "_typeFilter", "a parameter that says how results look cannot be used."
            )
        # unquote leaves a plus alone: it was decoded once already, as a part of the query.
        pairs.append((unquote(name), unquote(value)))
    return parse(resource_type, [pair for pair in pairs if pair[0]], strict=True)
