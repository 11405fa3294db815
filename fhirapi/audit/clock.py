"""The time of the trail: the database's, told by each process without asking each time.

A record's time is under its mac, so it cannot be left to the database's default; and the clocks of
many machines differ, and are set while they run. So the process counts by a clock that nobody sets,
from what the database said last.
"""

from threading import Lock
from time import monotonic_ns

from fhirapi.sql import Statement

_ASK = Statement("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")
_ASKED_EVERY = 20_000_000  # microseconds; by then the database's clock may have been set
_SAME_MOMENT = 1_000_000
"""So far ahead records that come quickly may run; more means that the clock was set back."""


class Clock:
    """One for the process. Threads may ask at the same time."""

    def __init__(self) -> None:
        self._offset = 0
        self._asked: int | None = None
        self._last = 0
        self._taking = Lock()

    def take(self, count: int) -> int:
        """Microseconds since 1970: the first of so many, each of which is given once only, so that
        no two records of a process are the same.
        """
        ticks = monotonic_ns() // 1000
        if self._asked is None or ticks - self._asked > _ASKED_EVERY:
            ticks = self._ask()
        with self._taking:
            first = ticks + self._offset
            if 0 <= self._last - first < _SAME_MOMENT:
                first = self._last + 1
            self._last = first + count - 1
        return first

    def _ask(self) -> int:
        row = _ASK.fetch_one({})
        ticks = monotonic_ns() // 1000
        self._offset = int(row[0] or 0) - ticks if row else 0
        self._asked = ticks
        return ticks


clock = Clock()
