"""How a file's bytes leave: whole, a range of them, or compressed on the way; never held at once.

Ranges are of the file as it is stored (RFC 9110 section 14): who asks for one gets it uncompressed.
"""

import re
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

from django.core.files.storage import Storage
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from fhirapi.bulk.asked import NDJSON
from fhirapi.bulk.models import ExportFile
from fhirapi.bulk.problems import no_such_range
from fhirapi.bulk.storing import storage

_CHUNK = 256 * 1024
_RANGE = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)
_FAST = 1  # of zlib's levels: NDJSON shrinks to an eighteenth with it
_GZIP = 31  # zlib's window, with gzip's head and end


@dataclass(frozen=True)
class _Span:
    first: int
    last: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1


def sent(request: HttpRequest, file: ExportFile) -> HttpResponse:
    """Raises the 416 outcome for a range that the file does not have."""
    tag = f'"{file.pk}-{file.size}"'
    span = _asked_span(request, file, tag)
    if span is None and _accepts_gzip(request):
        response = _response(request, _zipped(pieces(file)))
        response["Content-Encoding"] = "gzip"
        tag = f'{tag[:-1]}-gzip"'
    else:
        here = span or _Span(0, file.size - 1)
        response = _response(request, _bytes(file.name, here))
        response["Content-Length"] = str(here.length)
    if span:
        response.status_code = 206
        response["Content-Range"] = f"bytes {span.first}-{span.last}/{file.size}"
    response["ETag"] = tag
    response["Accept-Ranges"] = "bytes"
    response["Vary"] = "Accept-Encoding"
    response["Cache-Control"] = "private, no-store"
    return response  # type: ignore[return-value]  # a stream


def pieces(file: ExportFile) -> Iterator[bytes]:
    """All of it, some at a time."""
    return _bytes(file.name, _Span(0, file.size - 1))


def _response(request: HttpRequest, content: Iterator[bytes]) -> HttpResponseBase:
    if request.method == "HEAD":
        return HttpResponse(content_type=NDJSON)
    return StreamingHttpResponse(content, content_type=NDJSON)


def _asked_span(request: HttpRequest, file: ExportFile, tag: str) -> _Span | None:
    """None: the whole file, as for several ranges at once, which need not be answered so."""
    match = _RANGE.fullmatch(request.headers.get("Range", "").replace(" ", ""))
    if match is None or request.method != "GET" or not (match[1] or match[2]):
        return None
    condition = request.headers.get("If-Range")
    if condition is not None and condition.strip() != tag:  # what the client has is of another file
        return None
    if not match[1]:  # the last bytes, so many of them
        first, last = max(0, file.size - int(match[2])), file.size - 1
    else:
        first, last = int(match[1]), min(int(match[2] or file.size - 1), file.size - 1)
        if match[2] and int(match[2]) < int(match[1]):
            return None  # RFC 9110 section 14.1.1: no range at all
    if first > last:
        raise no_such_range(str(file.size))
    return _Span(first, last)


def _accepts_gzip(request: HttpRequest) -> bool:
    """RFC 9110 section 12.5.3"""
    for each in request.headers.get("Accept-Encoding", "").lower().split(","):
        coding, _, quality = each.replace(" ", "").partition(";q=")
        if coding in ("gzip", "x-gzip"):
            return quality.strip("0.") != "" if quality else True
    return False


def _zipped(pieces: Iterator[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(_FAST, zlib.DEFLATED, _GZIP)
    for piece in pieces:
        if packed := packer.compress(piece):
            yield packed
    yield packer.flush()


def _bytes(name: str, span: _Span) -> Iterator[bytes]:
    if span.length <= 0:
        return
    where = storage()
    if hasattr(where, "bucket"):
        yield from _of_bucket(where, name, span)
        return
    left = span.length
    with where.open(name, "rb") as stream:
        stream.seek(span.first)
        while left and (piece := stream.read(min(_CHUNK, left))):
            left -= len(piece)
            yield piece


def _of_bucket(where: Storage, name: str, span: _Span) -> Iterator[bytes]:
    """The storage's own way to read would fetch the whole object first."""
    bucket, folder = where.bucket, where.location.strip("/")  # type: ignore[attr-defined]
    key = f"{folder}/{name}" if folder else name
    found = bucket.Object(key).get(Range=f"bytes={span.first}-{span.last}")
    with closing(found["Body"]) as body:
        yield from body.iter_chunks(_CHUNK)
