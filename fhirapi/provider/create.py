"""A new record of a kind."""

from django.http import HttpRequest, HttpResponse

from fhirapi.provider import problems
from fhirapi.provider.body import json_object
from fhirapi.provider.checking import check
from fhirapi.provider.idempotency import once
from fhirapi.provider.mapping import to_fhir, to_flat
from fhirapi.provider.preconditions import tag
from fhirapi.provider.schema import Flat, Kind, Resource
from fhirapi.provider.view import ApiWriter, address_of, answer, type_of
from fhirapi.store import exact
from fhirapi.writing.change import Create, Written
from fhirapi.writing.perform import perform


def create(request: HttpRequest, writer: ApiWriter, kind: Kind) -> HttpResponse:
    flat = json_object(request)

    def store() -> HttpResponse:
        change = Create(resource_type=type_of(kind), resource=new_resource(kind, flat))
        [written] = perform(writer, [change])
        return told(kind, written, status=201)

    return once(request, writer, [request.body], store, kind)


def new_resource(kind: Kind, flat: Flat) -> Resource:
    """Raises the 422 problem."""
    if errors := check(kind, flat, is_new=True):
        raise problems.invalid(errors)
    return to_fhir(kind, flat)


def told(kind: Kind, written: Written, status: int) -> HttpResponse:
    """The record as it is stored now."""
    response = answer(to_flat(kind, exact.parse(written.content)), status)
    response.headers["ETag"] = tag(written.version_id)
    if status == 201:
        response.headers["Location"] = address_of(kind, written.resource_id)
    return response
