"""A record taken away: its versions stay, as with FHIR's delete."""

from django.http import HttpRequest, HttpResponse

from fhirapi.outcomes import not_found
from fhirapi.provider.preconditions import Versions, if_match
from fhirapi.provider.read import was_deleted, was_of
from fhirapi.provider.schema import Kind
from fhirapi.provider.view import ApiWriter, type_of
from fhirapi.rest.view import empty
from fhirapi.store import exact
from fhirapi.store.changes import latest_content
from fhirapi.writing.change import Delete, Written
from fhirapi.writing.perform import perform_and


def delete(request: HttpRequest, writer: ApiWriter, kind: Kind, record_id: str) -> HttpResponse:
    versions = if_match(request)

    def require(written: list[Written]) -> None:
        """That what has just been deleted was of the kind and version: else nothing was."""
        if written[0].result != "deleted":
            raise was_deleted(kind, record_id)
        if not was_of(kind, record_id):
            raise not_found(kind.resource_type, record_id)
        if versions is not None:
            _require(versions, kind, record_id)

    perform_and(writer, [Delete(resource_type=type_of(kind), resource_id=record_id)], require)
    return empty(204)


def _require(versions: Versions, kind: Kind, record_id: str) -> None:
    content = latest_content(kind.resource_type, record_id)
    versions.require(kind, exact.parse(content or "{}"))
