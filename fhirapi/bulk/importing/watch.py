"""Looks whether a job still goes on while a worker is busy with it, and stops the worker if not."""

import threading
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any

import psycopg
from django.db import OperationalError, connection

from fhirapi.sql import fetch_one

_EVERY = 0.3  # seconds
_LOOK = "SELECT true FROM fhirapi_importjob WHERE id = %s AND state = ANY(%s)"


class Ended(Exception):
    """The job was cancelled, or has failed: nothing more of it is wanted."""


class Watch(AbstractContextManager["Watch"]):
    """Raises Ended at the end of the block if the job has ended meanwhile."""

    def __init__(self, job_id: uuid.UUID, states: tuple[str, ...]) -> None:
        self._asked = [job_id, list(states)]
        self._over = threading.Event()
        connection.ensure_connection()
        self._worker: psycopg.Connection[Any] = connection.connection
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.stop: Callable[[], None] = self._worker.cancel_safe
        """What ends the worker's waiting: its statement, unless it waits for something else."""
        self.has_ended = False

    def require_wanted(self) -> None:
        """For work that waits for nothing. Raises Ended."""
        if self.has_ended:
            raise Ended

    def _watch(self) -> None:
        try:
            while not self._over.wait(_EVERY):
                if fetch_one(_LOOK, self._asked) is None:
                    self.has_ended = True
                    self.stop()
                    return
        except (psycopg.Error, OperationalError):
            return  # the database is away: the worker itself will find out
        finally:
            connection.close()

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()
        if self.has_ended:
            raise Ended from error
