"""Which resources an export holds of the types that are not exported whole.

Those that fulfil the scopes' constraints and one of the client's queries, found by what finds a
search; lists of patients; and the Provenance of what is exported.
"""

from typing import Any

from django.conf import settings
from django.db import connection

from fhirapi.bulk import filters
from fhirapi.bulk.asked import PROVENANCE, Asked
from fhirapi.bulk.models import ExportJob
from fhirapi.bulk.opening import is_whole, opened, whole_types
from fhirapi.definitions.schema import ResourceType
from fhirapi.search.binder import Binder
from fhirapi.search.opened import of_types
from fhirapi.searchparams.keys import parameter_key
from fhirapi.smart.access.decision import Access
from fhirapi.store.caller import ALLOWED, GRANTED
from fhirapi.store.constraint import Constraint
from fhirapi.store.visibility import visible

_CHOOSE = """
WITH {caller}, {allowed}
INSERT INTO fhirapi_exportrow (job_id, row_id)
SELECT %(job)s, s.id FROM fhirapi_searchrow s
WHERE s.resource_type = %(type)s AND {visible} AND {opened} AND {asked}
"""
_IN_EXPORT = (
    "{patient} IN (SELECT p.patient_id FROM fhirapi_exportpatient p WHERE p.job_id = %(job)s)"
)
_TARGET = parameter_key(PROVENANCE, "target")
_IS_EXPORTED = """(target.resource_type = ANY(%(whole)s::text[])
    OR target.id IN (SELECT chosen.row_id FROM fhirapi_exportrow chosen
                     WHERE chosen.job_id = %(job)s))
  AND (target.patient_id IS NULL OR target.patient_id IN (
       SELECT p.patient_id FROM fhirapi_exportpatient p WHERE p.job_id = %(job)s))
  AND (%(since)s::timestamptz IS NULL OR target.last_updated >= %(since)s
       OR target.patient_id IN (SELECT p.patient_id FROM fhirapi_exportpatient p
                                WHERE p.job_id = %(job)s AND p.is_whole))"""
_OF_EXPORTED = f"""
FROM fhirapi_searchlink link
JOIN fhirapi_searchrow target
  ON target.resource_type = link.target_type AND target.resource_id = link.target_id
WHERE link.row_id = s.id AND link.key = '{_TARGET}'::bigint AND {_IS_EXPORTED}
"""
_LATEST = f"""s.id IN (
    SELECT DISTINCT ON (link.target_type, link.target_id) told.id
    FROM fhirapi_searchrow told
    JOIN fhirapi_searchlink link ON link.row_id = told.id AND link.key = '{_TARGET}'::bigint
    JOIN fhirapi_searchrow target
      ON target.resource_type = link.target_type AND target.resource_id = link.target_id
    WHERE told.resource_type = '{PROVENANCE}' AND {_IS_EXPORTED}
      AND told.patient_id IN (SELECT p.patient_id FROM fhirapi_exportpatient p
                              WHERE p.job_id = %(job)s)
    ORDER BY link.target_type, link.target_id, told.clinical_date DESC NULLS LAST, told.id DESC)
"""  # noqa: S608 - constants


def choose(job: ExportJob, asked: Asked, access: Access) -> None:
    """Writes them down for the job, within the transaction that plans it."""
    some = [
        (each, constraint)
        for each, constraint in opened(asked, access)
        if not is_whole(each, constraint, asked)
    ]
    # Provenance last: it is of what the others have chosen.
    for each, constraint in sorted(some, key=lambda found: found[0].name == PROVENANCE):
        _choose(job, asked, access, each, constraint)


def _choose(
    job: ExportJob, asked: Asked, access: Access, resource_type: ResourceType, opens: Constraint
) -> None:
    binder = Binder(access)
    conditions = [
        filters.condition(resource_type, asked.filters_of(resource_type.name), "s", binder)
    ]
    if resource_type.name == PROVENANCE and asked.associated:
        is_latest = asked.associated == "LatestProvenanceResources"
        conditions.append(_LATEST if is_latest else f"EXISTS (SELECT {_OF_EXPORTED})")
    sql = _CHOOSE.format(
        caller=GRANTED,
        allowed=ALLOWED,
        visible=_visible(job, resource_type),
        opened=of_types([(resource_type, opens)], "s", binder),
        asked=" AND ".join(conditions),
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, {**_parameters(job, asked, resource_type), **binder.parameters})


def _visible(job: ExportJob, resource_type: ResourceType) -> str:
    if resource_type.name == "Group" and job.group_id is not None:
        # The caller could see it at kick-off, whoever of its members is exported.
        return "s.resource_id = %(group)s"
    return visible(resource_type, "s", lambda patient: _IN_EXPORT.format(patient=patient))


def _parameters(job: ExportJob, asked: Asked, resource_type: ResourceType) -> dict[str, Any]:
    return {
        "job": job.pk,
        "grant": job.data_access_grant_id,
        "zone": settings.TIME_ZONE,
        "group": job.group_id,
        "type": resource_type.name,
        "context": job.context_patient,
        "whole": whole_types(job),
        "since": asked.since,
    }
