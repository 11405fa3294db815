"""What workers do of imports, as tasks of the queue. https://procrastinate.readthedocs.io/

A task that is begun again, because its worker died, finds what the first has done.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import close_old_connections, transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.types import JSONDict

from fhirapi.bulk.importing import jobs
from fhirapi.bulk.importing.fetching import Unfetchable, fetch
from fhirapi.bulk.importing.finish import finish
from fhirapi.bulk.importing.models import ImportInput, ImportJob, ImportPart
from fhirapi.bulk.importing.order import in_order, phase_of, unfinished
from fhirapi.bulk.importing.storing import AccessEnded, store_part
from fhirapi.bulk.queue import QUEUE, put, put_all
from fhirapi.bulk.storing import delete_files
from fhirapi.bulk.watch import Ended, Interrupted
from fhirapi.sql import AWAY
from fhirapi.store import index_state

_FAILED = "Something went wrong that we did not foresee. Ask again; if it fails again, tell us."
_ACCESS_ENDED = "The access that it was asked with has ended."
_AGAIN = RetryStrategy(wait=2)  # seconds
log = logging.getLogger(__name__)


@contextmanager
def _of_job(job_id: str) -> Iterator[None]:
    """What every task does about its job's end, and about a database that is away."""
    close_old_connections()  # a restarted database is met with a new connection
    try:
        yield
    except Ended:
        log.info("import %s has ended", job_id)
        delete_files(f"imports/{job_id}")  # what was written since the job was cleared
    except (*AWAY, Interrupted):
        raise  # begun again when the database is back, or by another process
    except AccessEnded:
        _fail(job_id, _ACCESS_ENDED)
    except Exception:
        log.exception("import %s failed", job_id)
        _fail(job_id, _FAILED)


def _fail(job_id: str, why: str) -> None:
    if job := ImportJob.objects.filter(pk=job_id).first():
        jobs.fail(job, why)


@app.task(queue=QUEUE, name="fetch_import", retry=_AGAIN)
def fetch_import(job_id: str, input_id: int) -> None:
    with _of_job(job_id):
        wanted = ImportInput.objects.select_related("job").filter(pk=input_id).first()
        if wanted is None:
            return
        try:
            fetch(wanted)
        except Unfetchable as problem:
            _fail(job_id, f"Input {wanted.number + 1} ({wanted.resource_type}): {problem}")
            return
        _begin(job_id)


@transaction.atomic
def _begin(job_id: str) -> None:
    """When the last file has come."""
    job = _locked(job_id, ImportJob.State.FETCHING)
    if job is None or job.inputs.filter(fetched_at=None).exists():
        return
    ImportJob.objects.filter(pk=job.pk).update(state=ImportJob.State.RUNNING)
    index_state.mark_empty()
    _go_on(job)


@app.task(queue=QUEUE, name="store_import_part", retry=_AGAIN)
def store_import_part(job_id: str, part_id: int) -> None:
    with _of_job(job_id):
        part = ImportPart.objects.select_related("input__job").filter(pk=part_id).first()
        if part is None:
            return
        store_part(part)
        # Asked again of a part that was finished before: what follows may be missing.
        if not unfinished(part.input.job, phase_of(part.input)).exists():
            _next_phase(job_id)


@transaction.atomic
def _next_phase(job_id: str) -> None:
    if job := _locked(job_id, ImportJob.State.RUNNING):
        _go_on(job)


def _locked(job_id: str, state: str) -> ImportJob | None:
    return ImportJob.objects.select_for_update().filter(pk=job_id, state=state).first()


def _go_on(job: ImportJob) -> None:
    """The parts of the next phase; or the end, if all have been stored."""
    left = unfinished(job)
    phases = {phase_of(each) for each in job.inputs.filter(pk__in=left.values("input"))}
    if not phases:
        put("finish_import", lock=f"finish {job.pk}", job_id=str(job.pk))
        return
    if min(phases) <= job.phase:  # somebody else has come here before
        return
    ImportJob.objects.filter(pk=job.pk).update(phase=min(phases))
    parts: list[JSONDict] = [
        {"job_id": str(job.pk), "part_id": part_id}
        for each in in_order(job.inputs.all())
        if phase_of(each) == min(phases)
        for part_id in each.parts.order_by("number").values_list("pk", flat=True)
    ]
    put_all("store_import_part", parts)


@app.task(queue=QUEUE, name="finish_import", retry=_AGAIN)
def finish_import(job_id: str) -> None:
    with _of_job(job_id):
        if job := ImportJob.objects.filter(pk=job_id).first():
            finish(job)
