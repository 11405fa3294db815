"""``AuditEvent``: read and search. https://hl7.org/fhir/R4/http.html"""

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from fhirapi.definitions.derived import AUDIT_EVENT
from fhirapi.outcomes import not_found, unsupported_media_type
from fhirapi.rest.audit_events import reading
from fhirapi.rest.audit_events.query import EventQuery, parse, patients_of
from fhirapi.rest.audit_events.reading import Event
from fhirapi.rest.audit_events.resource import audit_event
from fhirapi.rest.negotiation import wants_strict
from fhirapi.rest.search import FORMS, pairs
from fhirapi.rest.view import answer, authenticated, fhir_view, refused, require
from fhirapi.search.bundle import bundle, ignored_entry, link
from fhirapi.search.page import Position, from_text, to_text
from fhirapi.store.read import TokenRefused

_NAME = AUDIT_EVENT.name
_IDS = 19
"""Characters of an id that may be one of the trail's."""


@fhir_view("GET", "HEAD")
def search(request: HttpRequest) -> HttpResponse:
    return _search(request, pairs(request.GET))


@fhir_view("POST")
def search_by_post(request: HttpRequest) -> HttpResponse:
    if request.content_type not in FORMS:
        raise unsupported_media_type()
    return _search(request, [*pairs(request.GET), *pairs(request.POST)])


@fhir_view("GET", "HEAD")
def search_compartment(request: HttpRequest, patient_id: str) -> HttpResponse:
    return _search(request, [*pairs(request.GET), ("patient", patient_id)])


@fhir_view("GET", "HEAD")
def read(request: HttpRequest, resource_id: str) -> HttpResponse:
    caller, claims = authenticated(request)
    constraint = require(caller, claims, _NAME, "read")
    if not resource_id.isascii() or not resource_id.isdigit() or len(resource_id) >= _IDS:
        raise not_found(_NAME, resource_id)
    try:
        found = reading.read(caller, int(resource_id), constraint)
    except TokenRefused:
        raise refused(caller) from None
    if found is None:
        raise not_found(_NAME, resource_id)
    return answer(orjson.dumps(audit_event(found)), request)


def _search(request: HttpRequest, asked: list[tuple[str, str]]) -> HttpResponse:
    caller, claims = authenticated(request)
    constraint = require(caller, claims, _NAME, "search-type")
    query = parse(asked, strict=wants_strict(request))
    patients = patients_of(query, caller.patient_id if caller.is_of_one_patient else None)
    cursor = next((value for name, value in asked if name == "_page"), None)
    position = from_text(cursor, (_NAME, query.applied)) if cursor else None
    before = position.row_id if position else None
    try:
        found = reading.search(caller, query, patients, constraint, before)
    except TokenRefused:
        raise refused(caller) from None
    return answer(_bundle(query, found, cursor), request)


def _bundle(query: EventQuery, found: list[Event], cursor: str | None) -> bytes:
    links = [link("self", _NAME, query.applied, cursor)]
    if len(found) > query.count:
        found = found[: query.count]
        following = to_text(Position([], found[-1].id), (_NAME, query.applied))
        links.append(link("next", _NAME, query.applied, following))
    entries = [orjson.dumps(_entry(each)) for each in found]
    return bundle("searchset", links, [*entries, ignored_entry(query.ignored)])


def _entry(event: Event) -> dict[str, object]:
    return {
        "fullUrl": f"{settings.FHIR_BASE_URL}/{_NAME}/{event.id}",
        "resource": audit_event(event),
        "search": {"mode": "match"},
    }
