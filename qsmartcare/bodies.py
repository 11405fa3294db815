"""Takes in the bodies of requests before anything else of them happens, and measures paths.

Whoever reads a body waits for it, and a few senders who never finish could hold all threads. So
no more than a part of a process's threads may wait for bodies at a time, and a smaller one for
those of one address: reads go on whatever happens, and changes of others as well. A proxy in front
that takes in bodies itself leaves nothing to wait for (docs/operations/install.md).
"""

from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING

from django.conf import settings

from fhirapi.audit.record import storable
from fhirapi.limits.asked import NOWHERE
from fhirapi.limits.network import network_of
from qsmartcare import refusals

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


LONGEST_PATH = 2_000
"""Characters, without the query. Longer than any of ours; and patterns of routes, some of which
are Django's own, may look through a path as often as it is long.
"""


class Waiting:
    """How many threads of this process wait for a body at the moment, and for whose."""

    def __init__(self, threads: int) -> None:
        self._most = max(1, threads * 3 // 4)
        self._most_of_one = max(1, threads * 3 // 8)
        self._of: dict[str, int] = {}
        self._lock = Lock()

    def begin(self, place: str) -> bool:
        """False: it must not."""
        with self._lock:
            mine = self._of.get(place, 0)
            if mine >= self._most_of_one or sum(self._of.values()) >= self._most:
                return False
            self._of[place] = mine + 1
            return True

    def end(self, place: str) -> None:
        with self._lock:
            left = self._of[place] - 1
            if left:
                self._of[place] = left
            else:
                del self._of[place]


def gate(app: "WSGIApplication", threads: int) -> "WSGIApplication":
    """The application for requests whose body has come in."""
    waiting = Waiting(threads)

    def answer(environ: "WSGIEnvironment", start: "StartResponse") -> "Iterable[bytes]":
        if len(environ["PATH_INFO"]) > LONGEST_PATH:
            return refusals.too_long_path(environ, start)
        length = _length(environ)
        if length == 0:
            return app(environ, start)
        if length is not None and length > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return too_large(environ, start)
        place = network_of(storable(environ.get("REMOTE_ADDR"))) or NOWHERE
        if not waiting.begin(place):
            return refusals.too_slow_body(environ, start)
        try:
            is_whole = _take_in(environ, length)
        finally:
            waiting.end(place)
        if not is_whole:
            return refusals.cut_off(environ, start)
        if int(environ["CONTENT_LENGTH"]) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return too_large(environ, start)
        return app(environ, start)

    def too_large(environ: "WSGIEnvironment", start: "StartResponse") -> "Iterable[bytes]":
        if refusals.is_refused_unread(environ["PATH_INFO"]):
            return refusals.too_large_body(environ, start)
        return app(environ, start)  # it says what is wrong, or reads an upload by and by

    return answer


def _length(environ: "WSGIEnvironment") -> int | None:
    """None: nobody knows yet (RFC 9112 7.1)."""
    if "HTTP_TRANSFER_ENCODING" in environ:
        return None
    told = environ.get("CONTENT_LENGTH") or "0"
    return int(told) if told.isascii() and told.isdigit() else 0


def _take_in(environ: "WSGIEnvironment", length: int | None) -> bool:
    """False: it broke off, and half of a form may mean something else than the whole.

    Of a body that is too large only as much as is needed to see that it is.

    Django reads as much as Content-Length says: nothing of a body that comes in chunks.
    """
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1 if length is None else length
    body = environ["wsgi.input"].read(most)
    if length is None:
        environ["CONTENT_LENGTH"] = str(len(body))
    environ["wsgi.input"] = BytesIO(body)
    return length is None or len(body) == length
