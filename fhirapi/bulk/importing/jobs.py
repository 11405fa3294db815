"""What can happen to an import: asked for, begun, cancelled, failed, finished, expired."""

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from fhirapi.bulk.importing.models import (
    ImportDebt,
    ImportInput,
    ImportJob,
    ImportName,
    ImportPart,
    ImportReject,
    ImportWaiting,
    Upload,
)
from fhirapi.bulk.job import forget_old, mark_ended, mark_finished
from fhirapi.bulk.storing import delete_files, storage
from fhirapi.sql import fetch_one

State = ImportJob.State
COUNTS = ("stored", "replaced", "unchanged", "rejected", "dangling")
"""Of a part, and in sum of a file."""
# Until the transaction ends, nobody ends the job: what is stored is stored of a living one.
_HOLD = "SELECT true FROM fhirapi_importjob WHERE id = %s AND state = %s FOR SHARE"
_FETCHED = 10  # percent of the work, which fetching is counted as


def folder_of(job: ImportJob) -> str:
    return f"imports/{job.pk}"


def is_held(job: ImportJob, state: str) -> bool:
    """Within a transaction: whether it still is in this state, and stays so until the end."""
    return fetch_one(_HOLD, [job.pk, state]) is not None


def cancel(job: ImportJob) -> bool:
    """Work on it stops within a second; what is stored stays. False: it was gone before."""
    return _end(job, State.CANCELLED, "", (*ImportJob.OPEN_STATES, State.FINISHED))


def stop(job: ImportJob) -> bool:
    """The same, of one that is under way only: what is told of a finished one stays."""
    return _end(job, State.CANCELLED, "", ImportJob.OPEN_STATES)


def fail(job: ImportJob, error: str) -> bool:
    return _end(job, State.FAILED, error, ImportJob.OPEN_STATES)


def finish(job: ImportJob) -> bool:
    return mark_finished(job, settings.IMPORT_HOURS)


def _end(job: ImportJob, state: str, error: str, before: tuple[str, ...]) -> bool:
    ended = mark_ended(job, state, error, before)
    if ended:
        clear(job)
    return ended


def clear(job: ImportJob) -> None:
    """Its files, and what waited or was rejected; that it was, and what it stored, is kept."""
    with transaction.atomic():
        forget_progress(job)
        ImportInput.objects.filter(job=job).update(rejects_name="", rejects_size=0)
    delete_files(folder_of(job))


def forget_progress(job: ImportJob) -> None:
    """What is needed until an import has ended."""
    ImportName.objects.filter(job=job).delete()
    for of_input in (ImportDebt, ImportReject, ImportWaiting):
        of_input.objects.filter(input__job=job).delete()


def forget_expired() -> None:
    now = timezone.now()
    for job in ImportJob.objects.filter(expires_at__lt=now):
        clear(job)
        ImportJob.objects.filter(pk=job.pk).update(expires_at=None)
    for upload in Upload.objects.filter(expires_at__lt=now):
        storage().delete(upload.name)
        upload.delete()
    forget_old(ImportJob, settings.EXPORT_HISTORY_DAYS)


def progress(job: ImportJob) -> int:
    """Percent of the work that is done: 100 only when it is."""
    if job.state == State.FINISHED:
        return 100
    inputs = list(job.inputs.values_list("fetched_at", flat=True))
    if job.state == State.FETCHING:
        return _FETCHED * sum(map(bool, inputs)) // max(1, len(inputs))
    of_job = ImportPart.objects.filter(input__job=job, number__isnull=False)
    whole = of_job.aggregate(lines=Sum("lines"))["lines"] or 0
    done = of_job.filter(finished_at__isnull=False).aggregate(lines=Sum("lines"))["lines"] or 0
    return min(99, _FETCHED + (100 - _FETCHED) * done // whole) if whole else _FETCHED
