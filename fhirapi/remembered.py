"""What every request needs and hardly ever changes: kept by each process, read again now and then.

So it costs the hot path no statement, and a change made anywhere reaches every process by itself.
"""

import logging
import threading
from collections.abc import Callable
from math import inf
from time import monotonic
from typing import Generic, TypeVar

import psycopg
from django.db import Error as DjangoError

Value = TypeVar("Value")
_AGAIN_AT_MOST_EVERY = 1.0  # second: whoever makes up names must not make us ask for each
log = logging.getLogger(__name__)


class Remembered(Generic[Value]):
    def __init__(self, read: Callable[[], Value], *, seconds: float) -> None:
        self._read = read
        self._seconds = seconds
        self._lock = threading.Lock()
        self._values: tuple[Value, ...] = ()
        self._read_at = -inf
        self._due = 0.0
        self._wanted = self._known = object()
        """Another one since something was forgotten: what was being read then is too old."""

    def value(self) -> Value:
        """As it was read ``seconds`` ago at most; for longer only while the database is away."""
        if self._known is not self._wanted or monotonic() >= self._due:
            self._renew(self._seconds)
        return self._values[0]

    def newer(self) -> Value:
        """For whoever misses something in the value: as it is now, or was a second ago."""
        self._renew(_AGAIN_AT_MOST_EVERY)
        return self._values[0]

    def forget(self) -> None:
        """The value is read again when it is next needed; other threads may hold it meanwhile."""
        self._wanted = object()

    def _renew(self, age: float) -> None:
        # One thread reads; the others go on with what there is, if there is anything.
        if not self._lock.acquire(blocking=not self._values):
            return
        try:
            is_known = self._values and self._known is self._wanted
            if not is_known or monotonic() >= self._read_at + age:
                self._read_now()
        finally:
            self._lock.release()

    def _read_now(self) -> None:
        wanted = self._wanted
        try:
            self._values = (self._read(),)
        except (psycopg.Error, DjangoError):  # of our own SQL; of opening a connection
            if not self._values:
                raise
            log.warning("what is remembered could not be read again", exc_info=True)
        self._known = wanted
        self._read_at = monotonic()
        self._due = self._read_at + self._seconds
