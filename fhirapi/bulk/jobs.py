"""What can happen to an export: asked for, cancelled, failed, finished, expired."""

import uuid

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from fhirapi.bulk.job import Job, forget_old, mark_ended, mark_finished
from fhirapi.bulk.models import ExportJob, ExportPart, ExportPatient, ExportRow
from fhirapi.bulk.storing import delete_files
from fhirapi.bulk.watch import Ended
from fhirapi.sql import fetch, fetch_one
from fhirapi.store.caller import GRANTED

ACCESS_ENDED = "The access that it was asked with has ended."
_LIVES = f"WITH {GRANTED} SELECT true FROM caller"  # noqa: S608 - constants
_STAND_ON = """
SELECT DISTINCT data_access_grant_id FROM fhirapi_exportjob
WHERE state IN ('queued', 'running') OR state = 'finished' AND expires_at IS NOT NULL
"""
_OF_PARTS = 95  # percent; the rest is for putting files together


def is_granted(job: Job) -> bool:
    """Whether what the job stands on still lives."""
    return _lives(job.data_access_grant_id)


def _lives(grant_id: int) -> bool:
    return fetch_one(_LIVES, {"grant": grant_id, "zone": settings.TIME_ZONE}) is not None


def end_where_access_ended() -> None:
    """What stood on it, under way or ready to be fetched, is closed."""
    for (grant_id,) in fetch(_STAND_ON):
        if not _lives(grant_id):
            for job in ExportJob.objects.filter(data_access_grant_id=grant_id):
                fail(job, ACCESS_ENDED) or cancel(job)


def lock_running(job_id: uuid.UUID) -> None:
    """Within a transaction: nobody ends the job before that does. Raises Ended if it has."""
    found = ExportJob.objects.select_for_update(of=("self",)).filter(pk=job_id)
    if not found.filter(state=ExportJob.State.RUNNING).exists():
        raise Ended


def cancel(job: ExportJob) -> bool:
    """Work on it stops within a second, and its files are deleted. False: it was gone before."""
    before = (*ExportJob.OPEN_STATES, ExportJob.State.FINISHED, ExportJob.State.FAILED)
    return _end(job, ExportJob.State.CANCELLED, "", before)


def fail(job: ExportJob, error: str) -> bool:
    return _end(job, ExportJob.State.FAILED, error, ExportJob.OPEN_STATES)


def finish(job: ExportJob) -> bool:
    """Within the transaction that made its files ready."""
    return mark_finished(job, settings.EXPORT_HOURS)


def _end(job: ExportJob, state: str, error: str, before: tuple[str, ...]) -> bool:
    ended = mark_ended(job, state, error, before)
    if ended:
        clear(job)
    return ended


def clear(job: ExportJob) -> None:
    """Its files and its parts; that it was is kept."""
    with transaction.atomic():
        job.files.all().delete()
        ExportPatient.objects.filter(job=job).delete()
        ExportRow.objects.filter(job=job).delete()
    delete_files(str(job.pk))


def forget_expired() -> None:
    for job in ExportJob.objects.filter(expires_at__lt=timezone.now()):
        clear(job)
        ExportJob.objects.filter(pk=job.pk).update(expires_at=None)
    forget_old(ExportJob, settings.EXPORT_HISTORY_DAYS)


def progress(job: ExportJob) -> int:
    """Percent of the work that is done: 100 only when it is, and never less than before."""
    if job.state == ExportJob.State.FINISHED:
        return 100
    # The practice's own data is a part that comes when the others are done.
    parts = ExportPart.objects.filter(job=job).exclude(kind=ExportPart.Kind.PRACTICE)
    told = parts.values_list("first", "last", "reached", "finished_at")
    whole = sum(last - first + 1 for first, last, _, _ in told)
    done = sum(
        last - first + 1 if finished_at else max(0, reached - first)
        for first, last, reached, finished_at in told
    )
    return done * _OF_PARTS // whole if whole else 0
