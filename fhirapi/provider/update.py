"""A record changed: as a whole (PUT), or some of its fields (PATCH, RFC 7396)."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from fhirapi.outcomes import not_found
from fhirapi.provider import problems
from fhirapi.provider.body import MERGE_PATCH, json_object, merged
from fhirapi.provider.checking import check
from fhirapi.provider.create import told
from fhirapi.provider.idempotency import once
from fhirapi.provider.mapping import belongs, to_fhir, to_flat, whole
from fhirapi.provider.preconditions import Versions, required
from fhirapi.provider.schema import FieldError, Flat, Kind, Resource
from fhirapi.provider.view import JSON, ApiWriter, type_of
from fhirapi.writing.change import Patch, Written
from fhirapi.writing.perform import perform

Merge = Callable[[Resource], Flat]
"""From the resource as it is stored to the flat input that changes it."""


def replace(request: HttpRequest, writer: ApiWriter, kind: Kind, record_id: str) -> HttpResponse:
    versions, flat = required(request), json_object(request)
    require_same_id(flat, record_id)
    written = change(writer, kind, record_id, versions, lambda onto: whole(kind, flat, onto))
    return told(kind, written, status=200)


def patch(request: HttpRequest, writer: ApiWriter, kind: Kind, record_id: str) -> HttpResponse:
    versions, flat = required(request), json_object(request, MERGE_PATCH, JSON)
    require_same_id(flat, record_id)

    def store() -> HttpResponse:
        written = change(writer, kind, record_id, versions, lambda onto: merge(kind, flat, onto))
        return told(kind, written, status=200)

    return once(
        request, writer, [request.body, request.META["HTTP_IF_MATCH"].encode()], store, kind
    )


def require_same_id(flat: Flat, record_id: str) -> None:
    if "id" in flat and flat["id"] != record_id:
        raise problems.invalid([FieldError("id", "fixed", "It is not the one in the address.")])


def merge(kind: Kind, flat: Flat, onto: Resource) -> Flat:
    """The fields that a merge patch names, as they will be; null for those that go."""
    result = merged(to_flat(kind, onto), flat)
    return {name: result.get(name) for name in flat}


def change(
    writer: ApiWriter, kind: Kind, record_id: str, versions: Versions | None, make: Merge
) -> Written:
    """Raises an Outcome or a problem; ``versions``: one of which the record has to have."""

    def changed(onto: Resource) -> Resource:
        if not belongs(kind, onto):
            raise not_found(kind.resource_type, record_id)
        if versions is not None:
            versions.require(kind, onto)
        flat = make(onto)
        if errors := check(kind, flat, is_new=False, onto=onto):
            raise problems.invalid(errors)
        return to_fhir(kind, flat, onto=onto)

    patch_ = Patch(resource_type=type_of(kind), patch=changed, resource_id=record_id)
    [written] = perform(writer, [patch_])
    return written
