"""FHIR history of a resource and of a type. https://hl7.org/fhir/R4/http.html#history"""

from django.http import HttpRequest, HttpResponse

from fhirapi.definitions.schema import ResourceType
from fhirapi.outcomes import not_found
from fhirapi.rest.operation import Parameters, of_query
from fhirapi.rest.view import answer, authenticated, fhir_view, refused, require
from fhirapi.search.bundle import bundle, link
from fhirapi.search.page import Position, from_text, to_text
from fhirapi.store.history import HistoryPage, HistoryQuery
from fhirapi.store.history import history as stored
from fhirapi.store.read import TokenRefused

_PARAMETERS = frozenset({"_since", "_at", "_count"})


@fhir_view("GET", "HEAD")
def history_instance(
    request: HttpRequest, resource_type: ResourceType, resource_id: str
) -> HttpResponse:
    return _history(request, resource_type, resource_id, "history-instance")


@fhir_view("GET", "HEAD")
def history_type(request: HttpRequest, resource_type: ResourceType) -> HttpResponse:
    return _history(request, resource_type, None, "history-type")


def _history(
    request: HttpRequest, resource_type: ResourceType, resource_id: str | None, interaction: str
) -> HttpResponse:
    caller, claims = authenticated(request)
    constraint = require(caller, claims, resource_type.name, interaction)
    asked = of_query(request, "_history", _PARAMETERS)
    instance = f"/{resource_id}" if resource_id else ""
    address = f"{resource_type.name}{instance}/_history"
    try:
        found = stored(caller, _query(asked, address, resource_type, resource_id), constraint)
    except TokenRefused:
        raise refused(caller) from None
    if not found.is_found:
        raise not_found(resource_type.name, resource_id or "")
    return answer(_bundle(found, asked, address), request)


def _query(
    asked: Parameters, address: str, resource_type: ResourceType, resource_id: str | None
) -> HistoryQuery:
    since, at = asked.date("_since"), asked.date("_at")
    position = from_text(asked.cursor, (address, asked.pairs)) if asked.cursor else None
    return HistoryQuery(
        resource_type,
        resource_id,
        asked.count,
        since=since.start if since else None,
        current_in=(at.start, at.end) if at else None,
        after=(position.values[0], position.values[1], position.row_id) if position else None,
    )


def _bundle(found: HistoryPage, asked: Parameters, address: str) -> bytes:
    links = [link("self", address, asked.pairs, asked.cursor)]
    if found.has_more and found.last:
        *values, version_id = found.last
        cursor = to_text(Position(values, int(version_id)), (address, asked.pairs))
        links.append(link("next", address, asked.pairs, cursor))
    return bundle(
        "history", links, [found.entries.encode() if found.entries else None], total=found.total
    )
