"""The end of an import: what had to wait, and the files that tell what was rejected."""

from collections.abc import Iterator, Sequence

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from fhirapi.bulk.importing import jobs
from fhirapi.bulk.importing.models import (
    ImportDebt,
    ImportInput,
    ImportJob,
    ImportPart,
    ImportReject,
    ImportWaiting,
)
from fhirapi.bulk.importing.order import in_order
from fhirapi.bulk.importing.permitted import open_targets
from fhirapi.bulk.importing.rejects import warning_of
from fhirapi.bulk.importing.storing import store_waited
from fhirapi.bulk.storing import delete_files, write
from fhirapi.bulk.watch import Ended

_SHARE = 500  # resources that waited, in one transaction
_DEBTS = 5_000  # at a time
_ROWS = {
    "waiting": ImportWaiting.objects.all(),
    "debts": ImportDebt.objects.all(),
    "rejects": ImportReject.objects.all(),
}


def finish(job: ImportJob) -> None:
    """May be begun again: what an earlier try has done is found done. Raises Ended, AccessEnded."""
    if job.state != ImportJob.State.RUNNING:
        return
    if ImportPart.objects.filter(input__job=job, finished_at=None).exists():
        return
    _store_waiting(job)
    _tell_debts(job)
    for each in _with(job, "rejects"):
        _write_rejects(each)
    for number in job.inputs.values_list("number", flat=True):
        delete_files(f"{jobs.folder_of(job)}/{number}")
    with transaction.atomic():
        if not jobs.finish(job):
            raise Ended  # meanwhile: what was written since then goes as well
        jobs.forget_progress(job)


def _with(job: ImportJob, rows: str) -> list[ImportInput]:
    """The inputs that have such rows: most have none."""
    return list(job.inputs.filter(Exists(_ROWS[rows].filter(input=OuterRef("pk")))))


def _store_waiting(job: ImportJob) -> None:
    """In rounds, for those that wait for others that wait, until a round brings nothing."""
    while _round(job, is_last=False):
        pass
    _round(job, is_last=True)


def _round(job: ImportJob, *, is_last: bool) -> int:
    """How many wait no longer."""
    done = 0
    for each in in_order(_with(job, "waiting")):
        ids = list(each.waiting.order_by("pk").values_list("pk", flat=True))
        for first in range(0, len(ids), _SHARE):
            done += store_waited(each, ids[first : first + _SHARE], is_last=is_last)
    return done


def _tell_debts(job: ImportJob) -> None:
    """What was stored refers to something of the import that was not, after all."""
    for each in _with(job, "debts"):
        for debts in _some(each):
            open_ = open_targets(job, {debt.target for debt in debts})
            _tell(each, [debt for debt in debts if debt.target not in open_])


def _some(of_input: ImportInput) -> Iterator[list[ImportDebt]]:
    """All debts, so many at a time."""
    after = 0
    while some := list(of_input.debts.filter(pk__gt=after).order_by("pk")[:_DEBTS]):
        yield some
        after = some[-1].pk


@transaction.atomic
def _tell(of_input: ImportInput, unmet: Sequence[ImportDebt]) -> None:
    """Once: the debts go with what is told of them."""
    if not unmet:
        return
    if not jobs.is_held(of_input.job, ImportJob.State.RUNNING):
        raise Ended
    ImportReject.objects.bulk_create(
        ImportReject(input=of_input, line=each.line, outcome=warning_of(each)) for each in unmet
    )
    resources = len({each.name for each in unmet})
    ImportPart.objects.create(input=of_input, dangling=resources, finished_at=timezone.now())
    ImportDebt.objects.filter(pk__in=[each.pk for each in unmet]).delete()


def _write_rejects(of_input: ImportInput) -> None:
    folder = f"{jobs.folder_of(of_input.job)}/rejects/{of_input.number}"
    delete_files(folder)
    name, size = write(f"{folder}/OperationOutcome.ndjson", _lines(of_input))
    ImportInput.objects.filter(pk=of_input.pk).update(rejects_name=name, rejects_size=size)


def _lines(of_input: ImportInput) -> Iterator[bytes]:
    told = of_input.rejects.order_by("line", "pk").values_list("outcome", flat=True)
    for outcome in told.iterator():
        yield f"{outcome}\n".encode()
