"""Looks beside the work whether it is still wanted, and stops its statement where it is not."""

import threading
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any

import psycopg
from django.db import OperationalError, connection

from fhirapi.bulk.models import ExportJob, ExportPart
from fhirapi.sql import fetch_one

stopping = threading.Event()
"""Set where this process is told to end: what it has begun, another one begins again."""

_EVERY = 0.3  # seconds between two looks
_GOES_ON = (
    "SELECT true FROM fhirapi_exportjob WHERE id = %(job)s AND state IN ('queued', 'running')"
)
_REPORT = """
UPDATE fhirapi_exportpart part SET reached = greatest(part.reached, %(reached)s)
FROM fhirapi_exportjob job
WHERE part.id = %(part)s AND job.id = part.job_id AND job.state = 'running'
RETURNING true
"""


class Ended(Exception):
    """The job was cancelled, or has failed: nothing more of it is wanted."""


class Interrupted(Exception):
    """This process is to end; the job goes on elsewhere."""


class Watch(AbstractContextManager["Watch"]):
    """Raises Ended or Interrupted at its end, where the work was stopped."""

    def __init__(self, job: ExportJob, part: ExportPart | None = None) -> None:
        self._job, self._part = job, part
        self._over = threading.Event()
        connection.ensure_connection()
        self._worker: psycopg.Connection[Any] = connection.connection
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._why: type[Exception] | None = None
        self.reached = part.first if part else 0
        """How far the part is, as the work tells it."""

    def check(self) -> None:
        """For work that no statement can stop."""
        if self._why:
            raise self._why

    def _watch(self) -> None:
        try:
            while not self._over.wait(_EVERY):
                if self._why is None:
                    self._why = self._reason_to_stop()
                if self._why:
                    # Again and again: it may have been between two statements.
                    self._worker.cancel_safe()
        except (psycopg.Error, OperationalError):
            return  # the database is away: the work itself will find out
        finally:
            connection.close()

    def _reason_to_stop(self) -> type[Exception] | None:
        if stopping.is_set():
            return Interrupted
        return None if self._goes_on() else Ended

    def _goes_on(self) -> bool:
        if self._part is None:
            return fetch_one(_GOES_ON, {"job": self._job.pk}) is not None
        asked = {"part": self._part.pk, "reached": self.reached}
        return fetch_one(_REPORT, asked) is not None

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
        if self._why and error is not None:
            raise self._why from error
