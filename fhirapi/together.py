"""What requests that run at the same moment write, written by one of them: a group commit.

A commit waits for the disk. The first to come gathers what others bring while the batch before is
being written, then writes for all; nobody goes on before the batch with the own entry is
committed. Nothing waits on a timer, so a request that runs alone is not held up.
"""

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Generic, TypeVar

import psycopg

from fhirapi.sql import database

Entry = TypeVar("Entry")
Answer = TypeVar("Answer")


class _Batch(Generic[Entry, Answer]):
    __slots__ = ("answers", "entries", "failure", "unwritten")

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.answers: Sequence[Answer | psycopg.DataError] = ()
        self.failure: BaseException | None = None
        self.unwritten = Lock()
        """Held until the batch is written: cheaper to wait for than an Event."""
        self.unwritten.acquire()


class Together(Generic[Entry, Answer]):
    """One for the process and kind of entry. ``write`` commits, and answers each entry in order."""

    def __init__(self, write: Callable[[list[Entry]], Sequence[Answer]]) -> None:
        self._write = write
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
        if batch.failure:
            raise batch.failure
        answer = batch.answers[place]
        if isinstance(answer, psycopg.DataError):
            raise answer
        return answer

    def _write_all(self, batch: _Batch[Entry, Answer]) -> None:
        with self._writing:  # the batch before; until it is done others join this one
            with self._gathering:
                self._batch = _Batch()
            try:
                batch.answers = self._answers(batch.entries)
            except BaseException as failure:  # everybody in the batch must hear of it
                batch.failure = failure
            finally:
                batch.unwritten.release()

    def _answers(self, entries: list[Entry]) -> Sequence[Answer | psycopg.DataError]:
        try:
            return self._write(entries)
        except psycopg.DataError:
            if len(entries) == 1:
                raise
        # Nothing of the batch is stored. An entry that the database refuses fails nobody else.
        return [self._alone(entry) for entry in entries]

    def _alone(self, entry: Entry) -> Answer | psycopg.DataError:
        try:
            return self._write([entry])[0]
        except psycopg.DataError as refused:
            return refused
