"""What can happen to an export: asked for, cancelled, failed, finished, expired."""

import shutil
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.db import transaction
from django.utils import timezone

from fhirapi.bulk.models import ExportJob, ExportPart, ExportPatient, ExportRow
from fhirapi.bulk.segments import storage
from fhirapi.smart.access.decision import Access
from fhirapi.smart.access.scopes import parse
from fhirapi.sql import fetch_one
from fhirapi.store.caller import GRANTED

OPEN_STATES = (ExportJob.State.QUEUED, ExportJob.State.RUNNING)
_LIVES = f"WITH {GRANTED} SELECT true FROM caller"  # noqa: S608 - constants


def access_of(job: ExportJob) -> Access:
    """What the scopes of the token that asked open."""
    return Access(parse(job.scope), job.context_patient)


def is_granted(job: ExportJob) -> bool:
    """Whether what the job stands on still lives."""
    grant = {"grant": job.data_access_grant_id, "zone": settings.TIME_ZONE}
    return fetch_one(_LIVES, grant) is not None


def cancel(job: ExportJob) -> bool:
    """Work on it stops within a second, and its files are deleted. False: it was gone before."""
    return _end(job, ExportJob.State.CANCELLED, "", (*OPEN_STATES, ExportJob.State.FINISHED))


def fail(job: ExportJob, error: str) -> bool:
    return _end(job, ExportJob.State.FAILED, error, OPEN_STATES)


def finish(job: ExportJob) -> bool:
    """Within the transaction that made its files ready."""
    now = timezone.now()
    return bool(
        ExportJob.objects.filter(pk=job.pk, state=ExportJob.State.RUNNING).update(
            state=ExportJob.State.FINISHED,
            finished_at=now,
            expires_at=now + timedelta(hours=settings.EXPORT_HOURS),
        )
    )


def _end(job: ExportJob, state: str, error: str, before: tuple[str, ...]) -> bool:
    ended = ExportJob.objects.filter(pk=job.pk, state__in=before).update(
        state=state, error=error, finished_at=timezone.now(), expires_at=None
    )
    if ended:
        clear(job)
    return bool(ended)


def clear(job: ExportJob) -> None:
    """Its files and its parts; that it was is kept."""
    with transaction.atomic():
        job.files.all().delete()
        ExportPatient.objects.filter(job=job).delete()
        ExportRow.objects.filter(job=job).delete()
    delete_files(str(job.pk))


def delete_files(folder: str) -> None:
    """All below it, of attempts that were never finished too."""
    where = storage()
    if isinstance(where, FileSystemStorage):
        shutil.rmtree(Path(where.path(folder)), ignore_errors=True)
        return
    try:
        folders, files = where.listdir(folder)
    except FileNotFoundError:
        return
    for name in files:
        where.delete(f"{folder}/{name}")
    for name in folders:
        delete_files(f"{folder}/{name}")


def forget_expired() -> None:
    for job in ExportJob.objects.filter(expires_at__lt=timezone.now()):
        clear(job)
        ExportJob.objects.filter(pk=job.pk).update(expires_at=None)
    old = timezone.now() - timedelta(days=settings.EXPORT_HISTORY_DAYS)
    ExportJob.objects.filter(created_at__lt=old, expires_at=None).exclude(
        state__in=OPEN_STATES
    ).delete()


def progress(job: ExportJob) -> int:
    """Percent of the work that is done: 100 only when it is."""
    if job.state == ExportJob.State.FINISHED:
        return 100
    parts = ExportPart.objects.filter(job=job).values_list("first", "last", "reached")
    whole = sum(last - first + 1 for first, last, _ in parts)
    done = sum(max(0, reached - first + 1) for first, _, reached in parts if reached)
    return min(99, done * 100 // whole) if whole else 0
