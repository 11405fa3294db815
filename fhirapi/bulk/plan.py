"""Fixes an export's moment, whose records it holds and which resources, and cuts it into parts."""

from collections.abc import Callable, Iterable, Sequence

import psycopg
from django.conf import settings
from django.db import OperationalError, connection, transaction

from fhirapi.audit.trail import Entry, trail
from fhirapi.bulk.asked import Asked
from fhirapi.bulk.jobs import access_of
from fhirapi.bulk.models import ExportJob, ExportPart
from fhirapi.definitions.schema import ResourceType
from fhirapi.search.binder import Binder
from fhirapi.search.opened import of_types
from fhirapi.searchparams.keys import parameter_key
from fhirapi.smart.access.decision import Access, both
from fhirapi.sql import array, fetch, fetch_one
from fhirapi.store import changes
from fhirapi.store.caller import ALLOWED, GRANTED
from fhirapi.store.constraint import OPEN, Constraint
from fhirapi.store.visibility import visible

_SCAN_ROWS = 100_000
_SLICE = 200  # patients
_TOLD = 1000  # patients in one audit record
_TRIES = 5
# Nothing that was not in the snapshot has an earlier time of change than this: a change is stamped
# after its transaction began.
_MOMENT = """
SELECT pg_current_snapshot()::text,
       least(now(), (SELECT min(writing.xact_start) FROM pg_stat_activity writing
                     WHERE writing.datname = current_database() AND writing.backend_xid IS NOT NULL
                       AND writing.pid <> pg_backend_pid()))
"""
_PATIENTS = f"""
WITH {GRANTED}, {ALLOWED}
INSERT INTO fhirapi_exportpatient (job_id, patient_id, number)
SELECT %(job)s, found.patient_id, row_number() OVER (ORDER BY found.patient_id)
FROM (SELECT DISTINCT allowed.patient_id FROM allowed
      WHERE (%(only)s::text IS NULL OR allowed.patient_id = %(only)s)
        AND (%(patients)s::text[] IS NULL OR allowed.patient_id = ANY(%(patients)s))) found
RETURNING patient_id
"""  # noqa: S608 - constants
_MEMBERS = f"""
SELECT member.target_id FROM fhirapi_searchrow s
JOIN fhirapi_searchlink member ON member.row_id = s.id
WHERE s.resource_type = 'Group' AND s.resource_id = %(id)s
  AND member.target_type = 'Patient' AND member.key = '{parameter_key("Group", "member")}'::bigint
"""  # noqa: S608 - a constant
_IN_EXPORT = (
    "{patient} IN (SELECT p.patient_id FROM fhirapi_exportpatient p WHERE p.job_id = %(job)s)"
)
_CHOOSE = """
INSERT INTO fhirapi_exportrow (job_id, row_id)
SELECT %(job)s, s.id FROM fhirapi_searchrow s
WHERE s.resource_type = %(type)s AND {visible} AND {opened}
"""
_SHARE = """
SELECT min(id), max(id),
       (SELECT count(*) FROM fhirapi_patientline) FROM fhirapi_content
"""


def plan(job_id: str, then: Callable[[list[ExportPart]], None]) -> None:
    """``then`` is told of the parts, within the transaction, unless the job was planned before.

    All in one snapshot. Where somebody changed the job meanwhile, it is begun anew.
    """
    changes.forget_other_cluster()
    for _ in range(_TRIES):
        try:
            with transaction.atomic():
                if (parts := _plan(job_id)) is not None:
                    then(parts)
                return
        except OperationalError as error:
            if not isinstance(error.__cause__, psycopg.errors.SerializationFailure):
                raise
    raise RuntimeError("The export could not be planned: it is changed all the time.")


def _plan(job_id: str) -> list[ExportPart] | None:
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    found = ExportJob.objects.select_for_update(of=("self",)).filter(pk=job_id)
    job = found.filter(state=ExportJob.State.QUEUED).first()
    if job is None:
        return None
    moment = fetch_one(_MOMENT)
    assert moment is not None, "it always has one row"  # noqa: S101
    job.snapshot, job.transaction_time = moment
    asked, access = Asked.from_json(job.asked), access_of(job)
    patient_ids = _take_patients(job, access)
    for resource_type, constraint in opened(asked, access):
        if not is_whole(resource_type, constraint):
            _choose(job, resource_type, constraint, access)
    job.state = ExportJob.State.RUNNING
    job.save(update_fields=["snapshot", "transaction_time", "state"])
    _record(job, patient_ids)
    return ExportPart.objects.bulk_create(_parts(job, len(patient_ids)))


def opened(asked: Asked, access: Access) -> list[tuple[ResourceType, Constraint]]:
    """The types that are exported, each with what the scopes open of it."""
    return [
        (each, constraint)
        for each in asked.resource_types()
        if (constraint := _exported(each.name, access))
    ]


def _exported(name: str, access: Access) -> Constraint:
    """What leaves in an export is found as by a search and told as by a read."""
    return both(access.constraint(name, "read"), access.constraint(name, "search-type"))


def is_whole(resource_type: ResourceType, constraint: Constraint) -> bool:
    """Whether all resources are wanted that are of the exported patients, or the practice's."""
    return constraint == OPEN and not resource_type.members


def whole_types(job: ExportJob) -> list[str]:
    return [
        each.name
        for each, constraint in opened(Asked.from_json(job.asked), access_of(job))
        if is_whole(each, constraint)
    ]


def _take_patients(job: ExportJob, access: Access) -> list[str]:
    rows = fetch(
        _PATIENTS,
        {
            "job": job.pk,
            "grant": job.data_access_grant_id,
            "zone": settings.TIME_ZONE,
            "only": (job.context_patient or "") if access.is_of_one_patient else None,
            "patients": _asked_patients(job),
        },
    )
    return [patient_id for (patient_id,) in rows]


def _asked_patients(job: ExportJob) -> list[str] | None:
    """None: everybody whom the caller may see."""
    if job.group_id is None:
        return None
    return [patient_id for (patient_id,) in fetch(_MEMBERS, {"id": job.group_id})]


def _choose(
    job: ExportJob, resource_type: ResourceType, constraint: Constraint, access: Access
) -> None:
    binder = Binder(access)
    sql = _CHOOSE.format(
        visible=visible(resource_type, "s", lambda patient: _IN_EXPORT.format(patient=patient)),
        opened=of_types([(resource_type, constraint)], "s", binder),
    )
    parameters = {
        **binder.parameters,
        "job": job.pk,
        "type": resource_type.name,
        "context": job.context_patient,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def _parts(job: ExportJob, patients: int) -> Iterable[ExportPart]:
    row = fetch_one(_SHARE)
    first, last, everybody = row or (None, None, 0)
    if patients * 4 >= everybody and patients and first is not None:
        yield from _cut(job, ExportPart.Kind.SCAN, first, last, _SCAN_ROWS)
    elif patients:
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
