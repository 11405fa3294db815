"""The end of an import: what had to wait, and the files that tell what was rejected."""

from collections.abc import Iterator

from django.core.files.base import ContentFile
from django.db import transaction

from fhirapi.bulk.importing import jobs
from fhirapi.bulk.importing.models import (
    ImportInput,
    ImportJob,
    ImportPart,
    ImportReject,
    ImportWaiting,
)
from fhirapi.bulk.importing.order import in_order
from fhirapi.bulk.importing.storing import store_waited
from fhirapi.bulk.jobs import delete_files
from fhirapi.bulk.segments import storage

_SHARE = 500  # resources that waited, in one transaction
_NOBODY: frozenset[str] = frozenset()


def finish(job: ImportJob) -> None:
    """May be begun again: what an earlier try has done is found done. Raises Ended, AccessEnded."""
    if job.state != ImportJob.State.RUNNING:
        return
    if ImportPart.objects.filter(input__job=job, finished_at=None).exists():
        return
    _store_waiting(job)
    for each in job.inputs.order_by("number"):
        _write_rejects(each)
        delete_files(f"{jobs.folder_of(job)}/{each.number}")
    with transaction.atomic():
        if jobs.finish(job):
            ImportReject.objects.filter(input__job=job).delete()


def _store_waiting(job: ImportJob) -> None:
    """In rounds, for those that wait for others that wait, until a round brings nothing.

    Then some lead nowhere and are rejected, and the others refer to each other in a circle: those
    are stored one after the other, each as if all the others were there.
    """
    while _round(job, _NOBODY, is_last=False):
        pass
    coming = _storable(job)
    while coming and _round(job, coming, is_last=False):
        pass
    _round(job, _NOBODY, is_last=True)


def _round(job: ImportJob, coming: frozenset[str], *, is_last: bool) -> int:
    """How many wait no longer."""
    done = 0
    for each in in_order(job.inputs.all()):
        waiting = list(each.waiting.order_by("pk").values_list("pk", "name"))
        if coming:
            waiting = [(pk, name) for pk, name in waiting if name in coming]
        ids = [pk for pk, _ in waiting]
        for first in range(0, len(ids), _SHARE):
            share = ids[first : first + _SHARE]
            done += store_waited(each, share, coming, is_last=is_last)
    return done


def _storable(job: ImportJob) -> frozenset[str]:
    """Of those that wait, the ones whose needs wait too and are storable themselves."""
    of_job = ImportWaiting.objects.filter(input__job=job)
    needs = {name: set(needs) for name, needs in of_job.values_list("name", "needs")}
    while lost := [name for name, needed in needs.items() if needed - needs.keys()]:
        for name in lost:
            del needs[name]
    return frozenset(needs)


def _write_rejects(of_input: ImportInput) -> None:
    if not of_input.rejects.exists():
        return
    folder = f"{jobs.folder_of(of_input.job)}/rejects/{of_input.number}"
    delete_files(folder)
    name = storage().save(f"{folder}/OperationOutcome.ndjson", ContentFile(b""))
    size = 0
    with storage().open(name, "wb") as stream:
        for line in _lines(of_input):
            stream.write(line)
            size += len(line)
    ImportInput.objects.filter(pk=of_input.pk).update(rejects_name=name, rejects_size=size)


def _lines(of_input: ImportInput) -> Iterator[bytes]:
    told = of_input.rejects.order_by("line", "pk").values_list("outcome", flat=True)
    for outcome in told.iterator():
        yield f"{outcome}\n".encode()
