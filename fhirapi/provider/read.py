"""One record of a kind."""

from typing import NamedTuple

from django.http import HttpRequest, HttpResponse

from fhirapi.outcomes import gone, not_found
from fhirapi.provider.mapping import belongs, to_flat
from fhirapi.provider.preconditions import tag
from fhirapi.provider.schema import Kind, Resource
from fhirapi.provider.view import ApiWriter, allowed, answer, type_of
from fhirapi.rest.etags import is_known_version, not_modified
from fhirapi.search.opened import opened_content
from fhirapi.store import exact
from fhirapi.store.changes import latest_content
from fhirapi.store.read import Stored
from fhirapi.store.read import read as stored


class Found(NamedTuple):
    resource: Resource
    stored: Stored


def read(request: HttpRequest, writer: ApiWriter, kind: Kind, record_id: str) -> HttpResponse:
    found = find(writer, kind, record_id)
    version, changed = found.stored.version_id, found.stored.last_modified
    if is_known_version(request.META, str(version), changed):
        response = not_modified()
    else:
        response = answer(to_flat(kind, found.resource))
    response.headers["ETag"], response.headers["Last-Modified"] = tag(version), changed
    return response


def find(writer: ApiWriter, kind: Kind, record_id: str) -> Found:
    """Audited. Raises an Outcome: 403, 404 (a record of another kind, too), 410."""
    resource_type = type_of(kind)
    opened = opened_content(
        resource_type, allowed(writer, kind.resource_type, "read"), writer.access
    )
    found = stored(writer.caller, resource_type, record_id, opened)
    if found is None:
        raise not_found(kind.resource_type, record_id)
    if found.is_deleted:
        raise was_deleted(kind, record_id)
    resource = exact.parse(found.content.decode())
    if not belongs(kind, resource):
        raise not_found(kind.resource_type, record_id)
    return Found(resource, found)


def was_deleted(kind: Kind, record_id: str) -> Exception:
    """410 for what was a record of the kind; of another kind there never was one here."""
    return (gone if was_of(kind, record_id) else not_found)(kind.resource_type, record_id)


def was_of(kind: Kind, record_id: str) -> bool:
    """Of a record that is deleted now."""
    if not kind.always:
        return True
    content = latest_content(kind.resource_type, record_id)
    return content is not None and belongs(kind, exact.parse(content))
