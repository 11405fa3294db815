"""The records of a kind: filters, order, pages. A FHIR search, answered flat."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from fhirapi.outcomes import Outcome
from fhirapi.provider import problems
from fhirapi.provider.filters import UPDATED, search_of
from fhirapi.provider.mapping import belongs, to_flat
from fhirapi.provider.schema import FieldError, Filter, FilterType, Flat, Kind
from fhirapi.provider.view import ApiWriter, allowed, answer, type_of
from fhirapi.rest.view import record_if_forbidden
from fhirapi.search.query import SearchQuery, parse
from fhirapi.search.run import page
from fhirapi.search.sort import is_sortable
from fhirapi.store import exact

DEFAULT_LIMIT = 50
MOST = 200
PARAMETERS = ("limit", "cursor", "sort", "total")
"""Of every list, beside the kind's filters."""


def list_records(request: HttpRequest, writer: ApiWriter, kind: Kind) -> HttpResponse:
    asked = parameters(request)
    query = _query(kind, asked)
    allowed(writer, kind.resource_type, "search-type")
    try:
        found = page(writer.caller, query, asked.get("cursor"), writer.access)
    except Outcome as outcome:
        record_if_forbidden(writer.caller, outcome, kind.resource_type)
        raise
    told: dict[str, Any] = {"data": list(_records(kind, found.matches))}
    if found.cursor:
        told["next"] = _next(kind, asked, found.cursor)
        told["next_cursor"] = found.cursor
    if found.total is not None:
        told["total"] = found.total
    return answer(told)


def parameters(request: HttpRequest) -> dict[str, str]:
    """Raises the 400 problem for one that is given twice, or that no text can be."""
    found: dict[str, str] = {}
    for name, values in request.GET.lists():
        if len(values) > 1:
            detail = "It is given twice; several values are separated by commas."
            raise problems.bad_parameters(FieldError(name[:64], "repeated", detail))
        if "\x00" in values[0]:
            raise problems.bad_parameters(FieldError(name[:64], "format", "It holds a NUL."))
        found[name] = values[0]
    return found


def limit_of(asked: Mapping[str, str], most: int = MOST) -> int:
    text = asked.get("limit", str(DEFAULT_LIMIT))
    if not (text.isascii() and text.isdigit() and len(text) < 5 and 1 <= int(text) <= most):
        detail = f"Expected is a number from 1 to {most}."
        raise problems.bad_parameters(FieldError("limit", "format", detail))
    return int(text)


def sort_parameters(kind: Kind) -> dict[str, str]:
    """What a list can be sorted by, and FHIR's parameter: its dates and plain texts."""
    resource_type = type_of(kind)
    return {
        _sort_name(each): each.parameter
        for each in (*kind.filters, *UPDATED)
        if each.type in (FilterType.DATE, FilterType.TEXT)
        and (parameter := resource_type.parameter(each.parameter))
        and is_sortable(parameter)
    }


def _sort_name(filter_: Filter) -> str:
    if filter_ in UPDATED:
        return "updated_at"
    return filter_.name.removesuffix("_from").removesuffix("_to")


def _query(kind: Kind, asked: Mapping[str, str]) -> SearchQuery:
    """Raises the 400 problem for what is no filter, or no value of one."""
    filters = {name: value for name, value in asked.items() if name not in PARAMETERS}
    search, errors = search_of(kind, filters)
    if errors:
        raise problems.bad_parameters(*(_named(each) for each in errors))
    if sort := asked.get("sort"):
        search.append(("_sort", _sort(kind, sort)))
    query = parse(type_of(kind), search, strict=True)
    query.count = limit_of(asked)  # past ``applied``: it may be another on the next page
    query.has_total = _flag(asked, "total")
    return query


def _named(error: FieldError) -> FieldError:
    return FieldError(error.field[:64], error.code, error.detail)


def _sort(kind: Kind, text: str) -> str:
    known = sort_parameters(kind)
    words = []
    for each in text.split(","):
        name = each.strip().removeprefix("-")
        if name not in known:
            detail = f"Expected are names of {', '.join(sorted(known))}; with - before: downwards."
            raise problems.bad_parameters(FieldError("sort", "enum", detail))
        words.append(("-" if each.strip().startswith("-") else "") + known[name])
    return ",".join(words)


def _flag(asked: Mapping[str, str], name: str) -> bool:
    text = asked.get(name, "false")
    if text not in ("true", "false"):
        raise problems.bad_parameters(FieldError(name, "enum", "Expected is true or false."))
    return text == "true"


def _records(kind: Kind, matches: bytes | None) -> Iterator[Flat]:
    for entry in exact.parse(f"[{(matches or b'').decode()}]"):
        resource = entry["resource"]
        if belongs(kind, resource):
            yield to_flat(kind, resource)


def _next(kind: Kind, asked: Mapping[str, str], cursor: str) -> str:
    query = urlencode({**asked, "cursor": cursor})
    return f"{settings.PROVIDER_BASE_URL}/{kind.name}?{query}"
