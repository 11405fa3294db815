"""``$everything``: a patient's whole record, page by page.

https://hl7.org/fhir/R4/patient-operation-everything.html
"""

from django.http import HttpRequest, HttpResponse

from fhirapi.definitions import registry
from fhirapi.definitions.schema import ResourceType
from fhirapi.outcomes import bad_operation_parameter, not_found
from fhirapi.rest.operation import Parameters, of_query_and_body
from fhirapi.rest.view import answer, authenticated, fhir_view, refused, require
from fhirapi.search.binder import Binder
from fhirapi.search.bundle import bundle, ignored_entry, link
from fhirapi.search.opened import NOTHING, of_types, opened_row
from fhirapi.search.page import Position, from_text, to_text
from fhirapi.smart.access.decision import Access, both
from fhirapi.smart.tokens.jwt import Claims
from fhirapi.store.constraint import OPEN, Constraint
from fhirapi.store.everything import EverythingPage, EverythingQuery, Opened
from fhirapi.store.everything import everything as stored
from fhirapi.store.read import TokenRefused

_PARAMETERS = frozenset({"_since", "start", "end", "_type", "_count"})


@fhir_view("GET", "HEAD", "POST")
def everything(request: HttpRequest, resource_id: str) -> HttpResponse:
    return _everything(request, resource_id)


@fhir_view("GET", "HEAD", "POST")
def everything_of_all(request: HttpRequest) -> HttpResponse:
    return _everything(request, None)


def _everything(request: HttpRequest, patient_id: str | None) -> HttpResponse:
    caller, claims = authenticated(request)
    require(caller, claims, "Patient", "read")
    if patient_id is None:
        require(caller, claims, "Patient", "search-type")
    asked = of_query_and_body(request, "$everything", _PARAMETERS)
    address = f"Patient/{patient_id}/$everything" if patient_id else "Patient/$everything"
    try:
        found = stored(caller, _query(claims, asked, address, patient_id))
    except TokenRefused:
        raise refused(caller) from None
    if not found.is_found:
        raise not_found("Patient", patient_id or "")
    return answer(_bundle(found, asked, address), request)


def _query(
    claims: Claims, asked: Parameters, address: str, patient_id: str | None
) -> EverythingQuery:
    opened = _opened(claims.access, _types(asked), is_of_one=patient_id is not None)
    since, start, end = asked.date("_since"), asked.date("start"), asked.date("end")
    position = from_text(asked.cursor, (address, asked.pairs)) if asked.cursor else None
    return EverythingQuery(
        patient_id,
        opened,
        asked.count,
        "&".join(["$everything", *sorted({name for name, _ in asked.pairs})]),
        since=since.start if since else None,
        start=start.start if start else None,
        end=end.end if end else None,
        after=(position.values[0], position.values[1], position.row_id) if position else None,
    )


def _types(asked: Parameters) -> list[ResourceType]:
    names = asked.all("_type")
    for name in names:
        if registry.find(name) is None:
            raise bad_operation_parameter("_type", f"there is no resource type '{name[:64]}' here.")
    return [each for each in registry.every() if not names or each.name in names]


def _opened(access: Access, types: list[ResourceType], *, is_of_one: bool) -> Opened:
    binder = Binder(access)
    own = [(each, _listed(access, each, is_of_one)) for each in types if each.patient]
    added = [(each, access.constraint(each.name, "read")) for each in types if each.is_shared]
    is_all = all(constraint == OPEN for _, constraint in added)
    return Opened(
        patient=_patient(binder),
        own=of_types(own, "s", binder),
        shared=[each.name for each, constraint in added if constraint],
        beside="" if is_all else of_types(added, "c", binder, is_content=True),
        values=binder.parameters,
    )


def _patient(binder: Binder) -> str:
    patient = registry.find("Patient")
    return opened_row(patient, "read", "s", binder) if patient else NOTHING


def _listed(access: Access, resource_type: ResourceType, is_of_one: bool) -> Constraint:
    """The operation finds resources: reading is not enough, but for the Patient who is named."""
    read = access.constraint(resource_type.name, "read")
    if resource_type.name == "Patient" and is_of_one:
        return read
    return both(read, access.constraint(resource_type.name, "search-type"))


def _bundle(found: EverythingPage, asked: Parameters, address: str) -> bytes:
    links = [link("self", address, asked.pairs, asked.cursor)]
    if found.has_more and found.last:
        *values, row_id = found.last
        cursor = to_text(Position(values, int(row_id)), (address, asked.pairs))
        links.append(link("next", address, asked.pairs, cursor))
    parts = [found.matches, found.included, ignored_entry(asked.ignored)]
    return bundle("searchset", links, parts, total=found.total)
