"""Carries out one part of an export. Done twice, by a worker thought dead, it counts once."""

import threading
import uuid
from contextlib import AbstractContextManager
from dataclasses import asdict
from types import TracebackType
from typing import Any

import psycopg
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from fhirapi.bulk import jobs
from fhirapi.bulk.models import ExportFile, ExportJob, ExportPart
from fhirapi.bulk.plan import whole_types
from fhirapi.bulk.segments import Segments, Written, storage
from fhirapi.bulk.source import lines
from fhirapi.sql import fetch_one

_EVERY = 0.3  # seconds between two looks at whether the job goes on
_REPORT = """
UPDATE fhirapi_exportpart part SET reached = greatest(part.reached, %(reached)s)
FROM fhirapi_exportjob job
WHERE part.id = %(part)s AND job.id = part.job_id AND job.state = 'running'
RETURNING true
"""


class Ended(Exception):
    """The job was cancelled, or has failed: nothing more of it is wanted."""


class Watch(AbstractContextManager["Watch"]):
    """Tells how far a part is, and stops its statement when the job has ended."""

    def __init__(self, part: ExportPart) -> None:
        self._part = part
        self._over = threading.Event()
        connection.ensure_connection()
        self._worker: psycopg.Connection[Any] = connection.connection
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.reached = part.first
        self.has_ended = False

    def _watch(self) -> None:
        try:
            while not self._over.wait(_EVERY):
                asked = {"part": self._part.pk, "reached": self.reached}
                if fetch_one(_REPORT, asked) is None:
                    self.has_ended = True
                    self._worker.cancel_safe()
                    return
        except (psycopg.Error, OperationalError):
            return  # the database is away: the part itself will find out
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


def export(part: ExportPart, referred: list[str] | None = None) -> bool:
    """False if there was nothing to do any more. Raises Ended."""
    job = part.job
    if part.finished_at or job.state != ExportJob.State.RUNNING:
        return False
    if not jobs.is_granted(job):
        jobs.fail(job, "The access that it was asked with has ended.")
        raise Ended
    segments = Segments(
        f"{job.pk}/{part.pk}-{uuid.uuid4().hex[:8]}",
        follows_references=job.level != ExportJob.Level.SYSTEM,
    )
    try:
        with Watch(part) as watch:
            for position, resource_type, content in lines(job, part, whole_types(job), referred):
                segments.add(resource_type, content)
                watch.reached = position
        return _finish(part, segments.close(), sorted(segments.referred))
    except BaseException:
        segments.discard()
        raise


@transaction.atomic
def _finish(part: ExportPart, written: list[Written], referred: list[str]) -> bool:
    """Whoever comes second finds it finished, and takes the own files away."""
    # One after the other: the last one has to see that it is.
    ExportJob.objects.select_for_update().get(pk=part.job_id)
    is_mine = ExportPart.objects.filter(pk=part.pk, finished_at=None).update(
        finished_at=timezone.now(),
        reached=part.last,
        count=sum(each.count for each in written),
        referred=referred,
    )
    if not is_mine:
        for each in written:
            storage().delete(each.name)
        return False
    ExportFile.objects.bulk_create(
        ExportFile(job_id=part.job_id, **asdict(each)) for each in written
    )
    return True


def is_last(part: ExportPart) -> bool:
    """Whether no other part of its job is left."""
    return not ExportPart.objects.filter(job_id=part.job_id, finished_at=None).exists()
