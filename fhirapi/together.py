"""What requests that run at the same moment write, written by one of them: a group commit.

A commit waits for the disk. The first to come gathers what others bring while the batch before is
being written, then writes for all; nobody goes on before the batch with the own entry is
committed. Nothing waits on a timer, so a request that runs alone is not held up.
"""

from collections.abc import Callable, Hashable, Sequence
from threading import Lock
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

import psycopg

from fhirapi.sql import database

Key = TypeVar("Key", bound=Hashable)
Entry = TypeVar("Entry")
Answer = TypeVar("Answer")

_REFUSALS: tuple[type[Exception], ...] = (psycopg.DataError,)


class _Batch(Generic[Entry, Answer]):
    __slots__ = ("answers", "entries", "failure", "unwritten")

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.answers: Sequence[Answer] = ()
        self.failure: BaseException | None = None
        self.unwritten = Lock()
        """Held until the batch is written: cheaper to wait for than an Event."""
        self.unwritten.acquire()


class Together(Generic[Entry, Answer]):
    """One for the process and kind of entry. ``write`` commits, and answers each entry in order.

    ``refusals``: what ``write`` raises where nothing is stored because of a single entry. It fails
    nobody else: each of the batch is written once more, alone, by the thread that brought it.
    """

    def __init__(
        self,
        write: Callable[[list[Entry]], Sequence[Answer]],
        refusals: tuple[type[Exception], ...] = _REFUSALS,
    ) -> None:
        self._write = write
        self._refusals = refusals
        self._gathering = Lock()
        self._writing = Lock()
        self._batch: _Batch[Entry, Answer] = _Batch()

    def __call__(self, entry: Entry) -> Answer:
        """Returns when the entry is committed. Raises what kept it from being so."""
        if database().in_atomic_block:  # then it is committed, or not, with its transaction
            return self._write([entry])[0]
        with self._gathering:
            batch = self._batch
            place = len(batch.entries)
            batch.entries.append(entry)
        if place == 0:
            self._write_all(batch)
        else:
            with batch.unwritten:  # the next who waits is woken by leaving it
                pass
        if batch.failure is None:
            return batch.answers[place]
        if len(batch.entries) > 1 and isinstance(batch.failure, self._refusals):
            return self._write([entry])[0]
        raise batch.failure

    def _write_all(self, batch: _Batch[Entry, Answer]) -> None:
        with self._writing:  # the batch before; until it is done others join this one
            with self._gathering:
                self._batch = _Batch()
            try:
                batch.answers = self._write(batch.entries)
            except BaseException as failure:  # everybody in the batch must hear of it
                batch.failure = failure
            finally:
                batch.unwritten.release()


class TogetherBy(Generic[Key, Entry, Answer]):
    """The same where only entries with one key may be written together; others do not wait."""

    def __init__(
        self,
        write: Callable[[list[Entry]], Sequence[Answer]],
        refusals: tuple[type[Exception], ...] = _REFUSALS,
    ) -> None:
        self._write = write
        self._refusals = refusals
        self._finding = Lock()
        self._of: WeakValueDictionary[Key, Together[Entry, Answer]] = WeakValueDictionary()
        """As long as somebody writes with the key."""

    def __call__(self, key: Key, entry: Entry) -> Answer:
        with self._finding:
            together = self._of.get(key)
            if together is None:
                together = self._of[key] = Together(self._write, self._refusals)
        return together(entry)
