"""What requests that run at the same moment write, written by one of them: a group commit.

A commit waits for the disk. The first to come gathers what others bring while the batch before is
being written, then writes for all; nobody goes on before the batch with the own entry is
committed. Nothing waits on a timer, so a request that runs alone is not held up.

Who writes says when: ``write`` is given a function that ends the gathering and gives the entries.
"""

from collections.abc import Callable, Hashable, Sequence
from functools import partial
from threading import Lock
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

import psycopg

from fhirapi.sql import database

Key = TypeVar("Key", bound=Hashable)
Entry = TypeVar("Entry")
Answer = TypeVar("Answer")

Take = Callable[[], list[Entry]]
"""Ends the gathering: the entries, the same whenever it is called again."""
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
    """One for the process and kind of entry. ``write`` takes the entries, commits, and answers each
    in order.

    ``refusals``: what ``write`` raises where nothing is stored because of a single entry. It fails
    nobody else: each of the batch is written once more, alone, by the thread that brought it.
    """

    def __init__(
        self,
        write: Callable[[Take[Entry]], Sequence[Answer]],
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
            return self._write(lambda: [entry])[0]
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
            return self._write(lambda: [entry])[0]
        raise batch.failure

    def _write_all(self, batch: _Batch[Entry, Answer]) -> None:
        def take() -> list[Entry]:
            with self._gathering:
                if self._batch is batch:
                    self._batch = _Batch()
            return batch.entries

        with self._writing:  # the batch before; until it is done others join this one
            try:
                batch.answers = self._write(take)
            except BaseException as failure:  # everybody in the batch must hear of it
                batch.failure = failure
            finally:
                take()
                batch.unwritten.release()


class TogetherBy(Generic[Key, Entry, Answer]):
    """The same where only entries with one key may be written together; others do not wait.

    ``write`` is given the key first.
    """

    def __init__(
        self,
        write: Callable[[Key, Take[Entry]], Sequence[Answer]],
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
                together = Together(partial(self._write, key), self._refusals)
                self._of[key] = together
        return together(entry)
