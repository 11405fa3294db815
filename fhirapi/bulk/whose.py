"""Whose records an export holds: those whom the caller may see, or some of them."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings

from fhirapi.bulk.asked import Asked
from fhirapi.bulk.groups import membership
from fhirapi.bulk.models import ExportJob
from fhirapi.smart.access.decision import Access
from fhirapi.sql import fetch
from fhirapi.store.caller import ALLOWED, AS_CALLER, CALLER, GRANTED, Caller

_TAKE = f"""
WITH {GRANTED}, {ALLOWED}, gone AS (
    -- Who sees everybody saw those who are no more: their deletion is told of.
    SELECT c.resource_id AS patient_id FROM caller, fhirapi_content c
    WHERE %(since)s::timestamptz IS NOT NULL AND c.resource_type = 'Patient' AND c.is_deleted
      AND c.last_updated >= %(since)s
      AND (caller.patient_ids IS NULL OR c.resource_id = ANY(caller.patient_ids))
      AND EXISTS (SELECT FROM fhirapi_recordlink link
                  WHERE link.account_id = caller.account_id AND link.revoked_at IS NULL
                    AND link.resource_type = 'Organization')
)
INSERT INTO fhirapi_exportpatient (job_id, patient_id, number, is_whole)
SELECT %(job)s, found.patient_id, row_number() OVER (ORDER BY found.patient_id),
       found.patient_id = ANY(%(joined)s::text[])
FROM (SELECT patient_id FROM allowed UNION SELECT patient_id FROM gone) found
WHERE (%(only)s::text IS NULL OR found.patient_id = %(only)s)
  AND (%(patients)s::text[] IS NULL OR found.patient_id = ANY(%(patients)s))
RETURNING patient_id
"""  # noqa: S608 - constants
_OPEN = f"""
WITH {CALLER}, {ALLOWED}
SELECT DISTINCT allowed.patient_id FROM allowed WHERE allowed.patient_id = ANY(%(named)s)
  AND (%(only)s::text IS NULL OR allowed.patient_id = %(only)s)
"""  # noqa: S608 - constants


def take(job: ExportJob, access: Access) -> list[str]:
    """Writes them down for the job, numbered; within the transaction that plans it."""
    asked = Asked.from_json(job.asked)
    rows = fetch(
        _TAKE,
        {
            "job": job.pk,
            "grant": job.data_access_grant_id,
            "zone": settings.TIME_ZONE,
            "only": (job.context_patient or "") if access.is_of_one_patient else None,
            "patients": _asked_patients(job, asked),
            "joined": _joined(job, asked),
            "since": asked.since,
        },
    )
    return [patient_id for (patient_id,) in rows]


def open_to(caller: Caller, named: Sequence[str]) -> list[str]:
    """Of the patients that are named those whom the token opens."""
    asked = {**caller.parameters(), "named": list(named)}
    return [found for (found,) in fetch(_OPEN, asked, before=AS_CALLER)]


def _asked_patients(job: ExportJob, asked: Asked) -> list[str] | None:
    """None: everybody whom the caller may see."""
    if job.group_id is None:
        return list(asked.patients) or None
    found = membership.members(job.group_id)
    return [each for each in found if not asked.patients or each in asked.patients]


def _joined(job: ExportJob, asked: Asked) -> list[str]:
    """Who came to the group after ``_since``: their records are exported whole."""
    if job.group_id is None or asked.since is None:
        return []
    return sorted(membership.added_since(job.group_id, datetime.fromisoformat(asked.since)))
