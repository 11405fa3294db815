"""Buckets in a file that every web process of a machine has mapped into its memory.

A bucket is one number: the moment at which it will be full again, if nobody asks meanwhile. What is
taken moves it into the future; when it lies a whole period ahead, the bucket is empty (the generic
cell rate algorithm, ITU-T I.371 annex A). The clock is the machine's own and the same for all
processes. A bucket that is full says nothing, so its place is free: nothing has to be cleared away.

There is no lock. Where two processes take from one bucket within the same microsecond, one of the
two is not counted: nobody is refused for it (docs/decisions/0033 measures how seldom).
"""

import logging
import mmap
import os
from hashlib import blake2b
from math import ceil
from pathlib import Path
from time import monotonic
from typing import NamedTuple

MINUTE = 60.0
_SLOT = 16  # bytes: whose bucket it is, and when it is full
_TRIED = 8  # places that a name may have; of a full table nobody's limit becomes another's
_MOST_KNOWN = 20_000  # names whose place a process remembers
log = logging.getLogger(__name__)


class Taken(NamedTuple):
    """What has come of taking one from a bucket."""

    wait: int
    """0, or the seconds to wait because there is nothing left."""
    until_full: float
    """Seconds."""


class Table:
    """So many buckets, of this process alone until they are shared."""

    def __init__(self, slots: int) -> None:
        self._slots = slots
        self._use(bytearray(slots * _SLOT))

    def share(self, path: Path) -> None:
        """With every process that does the same. Without disk space each counts for itself."""
        size = self._slots * _SLOT
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                _reserve(descriptor, size)
                self._use(mmap.mmap(descriptor, size))
            finally:
                os.close(descriptor)
        except OSError:
            log.warning("limits are counted in each process by itself", exc_info=True)

    def take(self, name: str, most: int, seconds: float = MINUTE) -> Taken:
        """One of the ``most`` that ``name`` may have in so many seconds.

        One name always goes with one number of seconds.
        """
        now = monotonic()
        known = self._known.get(name)  # as ``_place``, which would cost the hot path a call
        is_there = known is not None and self._names[known[1] - 1] == known[0]
        place = known[1] if known is not None and is_there else self._place(name, now)
        ahead = self._ends[place] - now
        # Further ahead than an empty bucket: by the clock of before the machine was started anew.
        if ahead < 0 or ahead > seconds * 2:
            ahead = 0.0
        after = ahead + seconds / most
        if after > seconds + 1e-6:
            return Taken(ceil(after - seconds), ahead)
        self._ends[place] = now + after
        return Taken(0, after)

    def peek(self, name: str, most: int, seconds: float = MINUTE) -> int:
        """The seconds that ``take`` would say to wait; takes nothing."""
        now = monotonic()
        ahead = self._ends[self._place(name, now)] - now
        after = ahead + seconds / most
        return ceil(after - seconds) if seconds + 1e-6 < after <= seconds * 2 else 0

    def forget(self) -> None:
        """All buckets are full again."""
        self._whole[:] = bytes(self._slots * _SLOT)
        self._known.clear()

    def _use(self, memory: bytearray | mmap.mmap) -> None:
        self._whole = memoryview(memory)
        self._names, self._ends = self._whole.cast("q"), self._whole.cast("d")
        self._known: dict[str, tuple[int, int]] = {}

    def _place(self, name: str, now: float) -> int:
        """Where the moment stands; the word before it says whose it is."""
        known = self._known.get(name)
        if known is not None and self._names[known[1] - 1] == known[0]:
            return known[1]
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        mark, place = self._find(name, now)
        self._known[name] = mark, place
        return place

    def _find(self, name: str, now: float) -> tuple[int, int]:
        digest = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        mark = int.from_bytes(digest[:8], "little", signed=True) | 1  # 0: nobody's
        first = int.from_bytes(digest[8:], "little")
        places = [(first + step) % self._slots * 2 + 1 for step in range(_TRIED)]
        for place in places:
            if self._names[place - 1] == mark:
                return mark, place
        # One that is full, or else the one that is nearest to it: it has the least to forget.
        place = min(places, key=lambda each: max(self._ends[each], now))
        self._ends[place] = 0.0
        self._names[place - 1] = mark
        return mark, place


def _reserve(descriptor: int, size: int) -> None:
    """With its space on the disk: to write into a hole of a full disk would end the process.

    A file that is longer (of another release, whose processes may still have it) stays as it is.
    """
    missing = size - os.fstat(descriptor).st_size
    if missing > 0:
        os.pwrite(descriptor, bytes(missing), size - missing)


known = Table(16_384)
"""Of those who have shown who they are: apps, keys, accounts."""
strangers = Table(65_536)
"""Of addresses: whoever has many of them pushes other addresses' buckets out, and nobody else's."""


def share(folder: Path) -> None:
    """Called by each web process once."""
    known.share(folder / "known")
    strangers.share(folder / "strangers")


def forget() -> None:
    """Everybody may begin anew: for tests, and for commands that change a limit."""
    known.forget()
    strangers.forget()
