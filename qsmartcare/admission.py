"""Who is let in: as many at once as there are threads for them, and nobody who waited too long.

granian hands requests to its threads from one queue, first come, first served, and does not tell
how long that is. So a small request of our own, the pulse, goes through it all the time. While it
is overdue, everything that comes out of the queue has waited for longer than the limit: it is told
to come again, which takes no time, and the rest is answered as quickly as ever.

One thread more than there are places: it answers /healthz and turns requests away when all others
wait for a database that says nothing.
"""

import logging
import socket
import threading
from collections import deque
from itertools import cycle
from math import inf
from queue import Empty, SimpleQueue
from secrets import token_urlsafe
from time import monotonic, sleep
from typing import TYPE_CHECKING

from fhirapi import outcomes
from qsmartcare.unavailable import Unavailable, turn_away

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

HEALTH = "/healthz"
_BETWEEN = 0.05  # seconds between a pulse that was answered and the next
_GIVEN_UP = 60.0  # seconds after which another pulse is tried
_TOLD_EVERY = 10.0  # seconds between lines in the log
_WHY = Unavailable(outcomes.overloaded(), "More is asked than can be answered.", "503_busy.html")
log = logging.getLogger(__name__)


class Admission:
    """Of one web process.

    ``places``: how many requests are worked on at once. ``longest_wait``: seconds in the queue.
    """

    def __init__(self, places: int, longest_wait: float) -> None:
        self.is_leaving = False
        """Another process takes over: every answer ends its connection, so that none is cut."""
        self._places: SimpleQueue[None] = SimpleQueue()
        for _ in range(places):
            self._places.put(None)
        self._half = places // 2
        self._longest_wait = longest_wait
        self._overdue_at = inf
        self._sent_at = 0.0
        self._secret = token_urlsafe()
        self.is_measured = False
        """The pulse goes through our own queue: the system chooses which process it reaches."""
        # They come back one after the other, not all in the same second.
        self._seconds = cycle((2, 4, 6, 3, 5))
        self._turned_away: deque[None] = deque()

    def gate(self, app: "WSGIApplication", is_api: "Callable[[str], bool]") -> "WSGIApplication":
        places = self._places

        def answer(environ: "WSGIEnvironment", start: "StartResponse") -> "Iterable[bytes]":
            if self.is_leaving:
                start = _closing(start)
            path = environ["PATH_INFO"]
            if path == HEALTH:
                return self._healthz(app, environ, start)
            try:
                places.get_nowait()
            except Empty:
                if not self._waits_for_place():
                    return self._turn_away(environ, start, is_api=is_api(path))
            try:
                if monotonic() > self._overdue_at and self._is_busy() and path != "/readyz":
                    return self._turn_away(environ, start, is_api=is_api(path))
                return app(environ, start)
            finally:
                places.put(None)

        return answer

    @property
    def is_overdue(self) -> bool:
        return monotonic() > self._overdue_at

    def _is_busy(self) -> bool:
        """A pulse is late on a machine that slept, too: then there are places."""
        return self._places.qsize() < self._half or not self._half

    def _waits_for_place(self) -> bool:
        if self.is_overdue:
            return False
        try:
            self._places.get(timeout=self._longest_wait)
        except Empty:
            return False
        return True

    def _turn_away(
        self, environ: "WSGIEnvironment", start: "StartResponse", *, is_api: bool
    ) -> "Iterable[bytes]":
        self._turned_away.append(None)
        return turn_away(_WHY, next(self._seconds), environ, start, is_api=is_api)

    def _healthz(
        self, app: "WSGIApplication", environ: "WSGIEnvironment", start: "StartResponse"
    ) -> "Iterable[bytes]":
        if environ.get("HTTP_X_PULSE") != self._secret:
            return app(environ, start)
        # What is behind it may be nearly as old: where that is too much, the queue is emptied.
        if monotonic() - self._sent_at < 2 * self._longest_wait:
            self._overdue_at = inf
        self.is_measured = True
        start("204 No Content", [])
        return []

    # --- The pulse -----------------------------------------------------------------------------

    def watch(self, host: str, port: int) -> None:
        """Measures the queue of the process that listens there, in a thread, from now on."""
        place = ({"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port)  # noqa: S104
        threading.Thread(target=self._beat, args=[place], name="pulse", daemon=True).start()

    def _beat(self, place: tuple[str, int]) -> None:
        while not self.is_leaving:
            try:
                with socket.create_connection(place, _GIVEN_UP) as connection:
                    self._beat_on(connection)
            except OSError:  # it does not listen yet, or nothing came for so long
                sleep(1)
            self._overdue_at = inf
            self._tell()

    def _beat_on(self, connection: socket.socket) -> None:
        """Returns at once if another process got the connection."""
        self.is_measured = False
        self._send(connection)
        told_at = monotonic()
        while self.is_measured and not self.is_leaving:
            if not self.is_overdue:
                sleep(_BETWEEN)
                self._overdue_at = monotonic() + self._longest_wait
            self._send(connection)
            if monotonic() > told_at + _TOLD_EVERY:
                told_at = monotonic()
                self._tell()

    def _send(self, connection: socket.socket) -> None:
        head = f"GET {HEALTH} HTTP/1.1\r\nHost: localhost\r\nX-Pulse: {self._secret}\r\n\r\n"
        self._sent_at = monotonic()
        connection.sendall(head.encode())
        if not connection.recv(4096):
            raise ConnectionError

    def _tell(self) -> None:
        if count := len(self._turned_away):
            for _ in range(count):
                self._turned_away.popleft()
            log.warning("%d requests were turned away: more came than could be answered", count)


def _closing(start: "StartResponse") -> "StartResponse":
    """RFC 9112 9.6: whoever hears ``close`` sends the next request on another connection."""

    def answer(status: str, headers: list[tuple[str, str]], *more: object) -> object:
        return start(status, [*headers, ("Connection", "close")], *more)  # type: ignore[arg-type]

    return answer  # type: ignore[return-value]
