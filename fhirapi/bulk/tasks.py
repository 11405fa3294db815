"""What workers do, as tasks of the queue. https://procrastinate.readthedocs.io/

A task that is begun again, because its worker died, finds what the first has done.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from django.db import connection
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from fhirapi.bulk import jobs
from fhirapi.bulk.export import export, is_last
from fhirapi.bulk.finish import finish
from fhirapi.bulk.models import ExportJob, ExportPart
from fhirapi.bulk.plan import plan
from fhirapi.bulk.queue import QUEUE, put
from fhirapi.bulk.storing import delete_files
from fhirapi.bulk.watch import Ended, Interrupted
from fhirapi.sql import AWAY

_FAILED = "Something went wrong that we did not foresee. Ask again; if it fails again, tell us."
_AGAIN = RetryStrategy(wait=2)  # seconds
log = logging.getLogger(__name__)


@contextmanager
def _of_job(job_id: str) -> Iterator[None]:
    """What every task does about its job's end, and about a database that is away."""
    try:
        yield
    except Ended:
        log.info("export %s has ended", job_id)
        delete_files(job_id)  # what was written since the job was cleared
    except (*AWAY, Interrupted):
        raise  # begun again when the database is back, or by another process
    except Exception:
        log.exception("export %s failed", job_id)
        if job := ExportJob.objects.filter(pk=job_id).first():
            jobs.fail(job, _FAILED)
    finally:
        connection.close()  # the next task may be one after a restart of the database


@app.task(queue=QUEUE, name="plan_export", retry=_AGAIN)
def plan_export(job_id: str) -> None:
    with _of_job(job_id):
        plan(job_id, partial(_defer, job_id))


@app.task(queue=QUEUE, name="export_part", retry=_AGAIN)
def export_part(job_id: str, part_id: int) -> None:
    with _of_job(job_id):
        part = ExportPart.objects.select_related("job").filter(pk=part_id).first()
        if part is None:
            return
        export(part)
        if is_last(part):  # asked again of a part that was finished before: its end may be missing
            _defer_finish(job_id)


@app.task(queue=QUEUE, name="finish_export", retry=_AGAIN)
def finish_export(job_id: str) -> None:
    with _of_job(job_id):
        if job := ExportJob.objects.filter(pk=job_id).first():
            finish(job)


def _defer(job_id: str, parts: Sequence[ExportPart]) -> None:
    """Within the transaction that made the parts."""
    for part in parts:
        put("export_part", job_id=job_id, part_id=part.pk)
    if not parts:
        _defer_finish(job_id)


def _defer_finish(job_id: str) -> None:
    put("finish_export", lock=f"finish {job_id}", job_id=job_id)
