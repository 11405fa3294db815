"""What workers do of imports, as tasks of the queue. https://procrastinate.readthedocs.io/

A task that is begun again, because its worker died, finds what the first has done.
"""

import logging
import math
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from django.db import close_old_connections, connection, transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from fhirapi.bulk.importing import jobs
from fhirapi.bulk.importing.fetching import Unfetchable, fetch
from fhirapi.bulk.importing.finish import finish
from fhirapi.bulk.importing.models import ImportInput, ImportJob
from fhirapi.bulk.importing.order import END, next_phase, unfinished
from fhirapi.bulk.importing.storing import AccessEnded, store_next
from fhirapi.bulk.importing.watch import Watch
from fhirapi.bulk.jobs import ACCESS_ENDED
from fhirapi.bulk.queue import QUEUE, put, put_all
from fhirapi.bulk.storing import delete_files
from fhirapi.bulk.watch import Ended, Interrupted
from fhirapi.sql import AWAY
from fhirapi.sql import fetch as found_by
from fhirapi.store import index_state

_FAILED = "Something went wrong that we did not foresee. Ask again; if it fails again, tell us."
_LIVING = (*ImportJob.OPEN_STATES, ImportJob.State.FINISHED)
_AGAIN = RetryStrategy(wait=2)  # seconds
_BESIDE = 2
"""Parts that a worker has at a time: while PostgreSQL stores one, the next one is read."""
_TURN = 3  # parts, of each of these, before other tasks of the queue come
_AT_ONCE = 4  # tasks of a phase with few parts
# Whoever had the last parts is gone, and the database learned of it only after others had looked.
_LEFT_ALONE = f"""
SELECT job.id::text FROM fhirapi_importjob job
WHERE job.state = 'running' AND job.phase BETWEEN 0 AND {END - 1} AND NOT EXISTS (
    SELECT FROM procrastinate_jobs task
    WHERE task.task_name = 'store_import' AND task.status IN ('todo', 'doing')
      AND task.args ->> 'job_id' = job.id::text)
"""  # noqa: S608 - a number of ours
log = logging.getLogger(__name__)


@contextmanager
def _of_job(job_id: str) -> Iterator[None]:
    """What every task does about its job's end, and about a database that is away."""
    close_old_connections()  # a restarted database is met with a new connection
    try:
        yield
    except Ended:
        log.info("import %s has ended", job_id)
        if not ImportJob.objects.filter(pk=job_id, state__in=_LIVING).exists():
            delete_files(f"imports/{job_id}")  # what was written since the job was cleared
    except (*AWAY, Interrupted):
        raise  # begun again when the database is back, or by another process
    except AccessEnded:
        _fail(job_id, ACCESS_ENDED)
    except Exception:
        log.exception("import %s failed", job_id)
        _fail(job_id, _FAILED)


def _fail(job_id: str, why: str) -> None:
    if job := ImportJob.objects.filter(pk=job_id).first():
        jobs.fail(job, why)


@app.task(queue=QUEUE, name="fetch_import", retry=_AGAIN)
def fetch_import(job_id: str, input_ids: list[int]) -> None:
    with _of_job(job_id):
        for wanted in ImportInput.objects.select_related("job").filter(pk__in=input_ids):
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


@app.task(queue=QUEUE, name="store_import", retry=_AGAIN)
def store_import(job_id: str) -> None:
    """Some parts of what is stored now, whichever nobody else has taken."""
    with _of_job(job_id), ThreadPoolExecutor(_BESIDE) as threads:
        for each in [threads.submit(_store, job_id) for _ in range(_BESIDE)]:
            each.result()


def _store(job_id: str) -> None:
    try:
        with Watch(uuid.UUID(job_id)) as watch:
            for _ in range(_TURN):
                watch.check()
                job = _running(job_id)
                if job is None:
                    return
                is_stored = store_next(job)
                # Asked again where nothing was left: whoever stored the last may have died since.
                if not unfinished(job).exists():
                    _next_phase(job_id)
                elif not is_stored:
                    return
    finally:
        connection.close()


def take_up() -> list[str]:
    """Begins anew the imports that are to be stored and that nobody is at; says which."""
    left = [job_id for (job_id,) in found_by(_LEFT_ALONE)]
    for job_id in left:
        log.warning("import %s had been left alone", job_id)
        put("store_import", job_id=job_id)
    return left


def _running(job_id: str) -> ImportJob | None:
    found = ImportJob.objects.select_related("data_access_grant")
    return found.filter(pk=job_id, state=ImportJob.State.RUNNING).exclude(phase=END).first()


@transaction.atomic
def _next_phase(job_id: str) -> None:
    if job := _locked(job_id, ImportJob.State.RUNNING):
        _go_on(job)


def _locked(job_id: str, state: str) -> ImportJob | None:
    return ImportJob.objects.select_for_update().filter(pk=job_id, state=state).first()


def _go_on(job: ImportJob) -> None:
    """To the next phase; or the end, if all have been stored."""
    phase = next_phase(job)
    if phase <= job.phase:  # somebody else has come here before
        return
    job.phase = phase
    job.save(update_fields=["phase"])
    if phase == END:
        put("finish_import", lock=f"finish {job.pk}", job_id=str(job.pk))
        return
    parts = unfinished(job).count()
    # Enough for all parts, and for workers that share few of them.
    tasks = max(math.ceil(parts / (_TURN * _BESIDE)), min(parts, _AT_ONCE))
    put_all("store_import", [{"job_id": str(job.pk)}] * tasks)


@app.task(queue=QUEUE, name="finish_import", retry=_AGAIN)
def finish_import(job_id: str) -> None:
    with _of_job(job_id):
        if job := ImportJob.objects.filter(pk=job_id).first():
            finish(job)
