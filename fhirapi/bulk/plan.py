"""Fixes an export's moment, whose records it holds and which resources, and cuts it into parts."""

from collections.abc import Callable, Iterable, Sequence

import psycopg
from django.conf import settings
from django.db import IntegrityError, OperationalError, connection, transaction

from fhirapi.audit.trail import Entry, trail
from fhirapi.bulk.asked import Asked
from fhirapi.bulk.choosing import choose
from fhirapi.bulk.models import ExportJob, ExportPart
from fhirapi.bulk.opening import access_of
from fhirapi.bulk.watch import Watch
from fhirapi.bulk.whose import take
from fhirapi.sql import array, fetch_one
from fhirapi.store import changes

_SLICE = 200  # patients
_BY_PATIENT_SLICE = 50  # patients whose records are sorted at a time
_TOLD = 1000  # patients in one audit record
_TRIES = 5
_MET = (psycopg.errors.SerializationFailure, psycopg.errors.UniqueViolation)
"""What PostgreSQL says to the second of two."""
# Asked before the snapshot is taken: what is stamped by a transaction that is not in it has begun
# by now, or begins later. Stamps are no earlier than the beginning of their transaction.
_OLDEST = """
SELECT least(clock_timestamp(), (
    SELECT min(running.xact_start) FROM pg_stat_activity running
    WHERE running.datname = current_database() AND running.pid <> pg_backend_pid()
      AND running.backend_type = 'client backend'))
"""
_SNAPSHOT = "SELECT pg_current_snapshot()::text"
_SHARE = """
SELECT min(id), max(id), (SELECT count(*) FROM fhirapi_patientline) FROM fhirapi_content
"""


def plan(job_id: str, then: Callable[[list[ExportPart]], None]) -> None:
    """``then`` is told of the parts, within the transaction, unless the job was planned before.

    All in one snapshot. The job is not locked meanwhile, so that it can be cancelled at once:
    where somebody changed it, planning begins anew. Raises Ended, Interrupted.
    """
    changes.forget_other_cluster()
    for _ in range(_TRIES):
        try:
            with Watch(ExportJob(pk=job_id)):
                _plan(job_id, then)
            return
        except (IntegrityError, OperationalError) as error:
            if not isinstance(error.__cause__, _MET):
                raise
        except _MET:
            continue
    raise RuntimeError("The export could not be planned: it is changed all the time.")


def _plan(job_id: str, then: Callable[[list[ExportPart]], None]) -> None:
    row = fetch_one(_OLDEST)
    assert row is not None, "it always has one row"  # noqa: S101
    [transaction_time] = row
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        job = ExportJob.objects.filter(pk=job_id, state=ExportJob.State.QUEUED).first()
        if job is None:
            return
        parts = _parts(job, _choose(job))
        job.transaction_time = transaction_time
        job.state = ExportJob.State.RUNNING
        job.save(update_fields=["snapshot", "transaction_time", "state"])
        then(ExportPart.objects.bulk_create(parts))


def _choose(job: ExportJob) -> int:
    """How many patients it is about."""
    snapshot = fetch_one(_SNAPSHOT)
    assert snapshot is not None, "it always has one row"  # noqa: S101
    [job.snapshot] = snapshot
    access = access_of(job)
    patient_ids = take(job, access)
    choose(job, Asked.from_json(job.asked), access)
    _record(job, patient_ids)
    return len(patient_ids)


def _parts(job: ExportJob, patients: int) -> Iterable[ExportPart]:
    asked = Asked.from_json(job.asked)
    if asked.since:
        yield ExportPart(job=job, kind=ExportPart.Kind.DELETED)
    row = fetch_one(_SHARE)
    first, last, everybody = row or (None, None, 0)
    if not patients or first is None:
        return
    if asked.is_by_patient:
        yield from _cut(job, ExportPart.Kind.PATIENTS, 1, patients, _BY_PATIENT_SLICE)
    elif patients * 4 >= everybody:
        yield from _cut(job, ExportPart.Kind.SCAN, first, last, settings.EXPORT_PART_ROWS)
    else:
        yield from _cut(job, ExportPart.Kind.PATIENTS, 1, patients, _SLICE)


def _cut(job: ExportJob, kind: str, first: int, last: int, width: int) -> Iterable[ExportPart]:
    for begin in range(first, last + 1, width):
        yield ExportPart(job=job, kind=kind, first=begin, last=min(begin + width - 1, last))


def _record(job: ExportJob, patient_ids: Sequence[str]) -> None:
    """Whose records leave, before any does."""
    told = [patient_ids[at : at + _TOLD] for at in range(0, len(patient_ids), _TOLD)] or [[]]
    trail.write_within(
        [
            Entry(
                "bulk-export",
                "success",
                account_id=job.data_access_grant.account_id,
                client_id=job.client_id,
                patient_ids=array(some),
                detail=str(job.pk),
                address=job.address,
            )
            for some in told
        ]
    )
