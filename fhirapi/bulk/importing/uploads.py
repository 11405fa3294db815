"""Files that an app sends here, to name their address as an input of an import."""

import uuid
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from fhirapi.bulk.importing.models import Upload
from fhirapi.bulk.importing.problems import (
    no_such_upload,
    too_many_uploads,
    upload_cut_off,
    upload_too_large,
    upload_without_length,
)
from fhirapi.bulk.importing.writers import grant_of, require_writer
from fhirapi.bulk.storing import delete_files, storage, write
from fhirapi.rest.view import answer, authenticated, empty, fhir_view

if TYPE_CHECKING:
    from hashlib import _Hash as Hash

_MOST = 1_000  # of one client, kept at a time
_PIECE = 256 * 1024


@fhir_view("POST")
def upload(request: HttpRequest) -> HttpResponse:
    """The body is the file: NDJSON, or that compressed with gzip."""
    client_id, grant_id = _owner(request)
    length = _length(request)
    if Upload.objects.filter(client_id=client_id).count() >= _MOST:
        raise too_many_uploads(_MOST)
    name, digest = _taken(request, length)
    made = Upload.objects.create(
        client_id=client_id,
        data_access_grant_id=grant_id,
        name=name,
        size=length,
        sha256=digest,
        expires_at=timezone.now() + timedelta(hours=settings.IMPORT_HOURS),
    )
    response = answer(orjson.dumps(_told(made)), request, status=201)
    response["Content-Type"] = "application/json"
    response["Location"] = url_of(made)
    return response


@fhir_view("DELETE")
def delete_upload(request: HttpRequest, upload_id: int) -> HttpResponse:
    client_id, grant_id = _owner(request)
    own = Upload.objects.filter(client_id=client_id, data_access_grant_id=grant_id)
    found = own.filter(pk=upload_id).first()
    if found is None:
        raise no_such_upload()
    storage().delete(found.name)
    found.delete()
    return empty(204)


def _owner(request: HttpRequest) -> tuple[str, int]:
    """The client, and the approval on which it stands. Raises the 401 and 403 outcomes."""
    caller, claims = authenticated(request)
    require_writer(caller)
    return claims.client_id, grant_of(caller)


def url_of(found: Upload) -> str:
    return f"{_base()}{found.pk}"


def is_ours(url: str) -> bool:
    """Whether it looks like the address of an upload, whoever's."""
    return url.startswith(_base())


def of_url(url: str, client_id: str, grant_id: int) -> Upload | None:
    """The upload at this address, if it is one of the client on this approval and still there."""
    number = url.removeprefix(_base())
    if not is_ours(url) or not (number.isascii() and number.isdigit()) or len(number) > 18:
        return None
    own = Upload.objects.filter(client_id=client_id, data_access_grant_id=grant_id)
    return own.filter(pk=int(number), expires_at__gt=timezone.now()).first()


def _base() -> str:
    return f"{settings.FHIR_BASE_URL}/bulk/uploads/"


def _told(made: Upload) -> dict[str, object]:
    return {
        "url": url_of(made),
        "size": made.size,
        "sha256": made.sha256,
        "expires": made.expires_at.isoformat(),
    }


def _length(request: HttpRequest) -> int:
    given = request.META.get("CONTENT_LENGTH") or ""
    length = int(given) if given.isascii() and given.isdigit() and len(given) < 19 else 0
    if not length:
        raise upload_without_length()
    if length > settings.IMPORT_FILE_MB * 1_000_000:
        raise upload_too_large(settings.IMPORT_FILE_MB)
    return length


def _taken(request: HttpRequest, length: int) -> tuple[str, str]:
    """Piece by piece into the storage: its name there, and its digest. Raises the 400 outcome."""
    digest = sha256()
    folder = f"uploads/{uuid.uuid4().hex}"
    try:
        name, size = write(f"{folder}/upload", _pieces(request, digest))
        if size != length:
            raise upload_cut_off()
    except BaseException:
        delete_files(folder)
        raise
    return name, digest.hexdigest()


def _pieces(request: HttpRequest, digest: "Hash") -> Iterator[bytes]:
    while piece := request.read(_PIECE):
        digest.update(piece)
        yield piece
