"""The resources of a part as one statement: each as it was at the job's moment.

Rows that were written later are told by their versions: ``written_in`` is the transaction that
wrote a row, and the job's ``pg_snapshot`` knows which of them had been committed. So no
transaction has to stay open, and a part may be done anywhere, or again.
https://www.postgresql.org/docs/18/functions-info.html#FUNCTIONS-INFO-SNAPSHOT
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import psycopg
from django.db import connection

from fhirapi.bulk.asked import PROVENANCE, Asked
from fhirapi.bulk.models import ExportJob, ExportPart
from fhirapi.bulk.opening import deletions_told_of, whole_types

# A version that was replaced since: c tells which resource, v how it was then. The one statement
# sees c either as it was then or changed, never both.
_ROWS = """
{current}
UNION ALL
SELECT {changed_columns}
FROM {changed}
CROSS JOIN LATERAL (
    SELECT version.is_deleted, version.content, version.last_updated, version.patient_id,
           version.resource_type, version.resource_id, c.id, NULL::bigint AS at
    FROM fhirapi_version version
    WHERE version.resource_type = c.resource_type AND version.resource_id = c.resource_id
      AND {version_is_visible}
    ORDER BY version.version_id DESC LIMIT 1
) v
WHERE c.written_in >= %(xmin)s AND NOT {is_visible} AND {changed_within}
  AND {changed_is_deleted} AND {changed_is_wanted} {changed_since}
"""
_WHERE = "WHERE {within} AND {is_visible} AND {is_deleted} AND {is_wanted} {since}"
_ONE_BY_ONE = "SELECT {columns} FROM {slices} CROSS JOIN {current} {where}"
# A thousand rows that travel as one cost both ends a third. What is long stays alone, so that
# memory stays flat.
_TOGETHER = """
SELECT slice.at, found.resource_type, found.content
FROM {slices} CROSS JOIN LATERAL (
    SELECT c.resource_type, string_agg(c.content, E'\\n') AS content
    FROM {current} {where}
    GROUP BY c.resource_type, CASE WHEN octet_length(c.content) > 8192 THEN c.id END
) found
"""
_IS_VISIBLE = """({row}.written_in IS NULL OR {row}.written_in < %(xmin)s
    OR pg_visible_in_snapshot({row}.written_in::text::xid8, %(snapshot)s::pg_snapshot))"""
_IS_WANTED = """({row}.resource_type = ANY(%(whole)s::text[])
    OR {row}.id IN (SELECT chosen.row_id FROM fhirapi_exportrow chosen
                    WHERE chosen.job_id = %(job)s))
"""
_SINCE = """AND ({row}.last_updated >= %(since)s::timestamptz
    OR {row}.resource_type = ANY(%(regardless)s::text[])
    OR {row}.patient_id IN (SELECT p.patient_id FROM fhirapi_exportpatient p
                            WHERE p.job_id = %(job)s AND p.is_whole))"""
_OF_JOB = "FROM fhirapi_exportpatient p WHERE p.job_id = %(job)s"
_OF_SLICE = f"{_OF_JOB} AND p.number BETWEEN %(first)s AND %(last)s"
_PATIENTS = f"SELECT p.patient_id {_OF_JOB}"
_SLICE = f"SELECT p.patient_id {_OF_SLICE}"
_CONTENT = "fhirapi_content c"


class _Place(NamedTuple):
    """Where rows are looked for."""

    condition: str
    changed: str
    """The condition on a version ``v`` of what is no longer as it was."""
    tables: str = _CONTENT
    changed_tables: str = _CONTENT
    slices: str = "(SELECT NULL::bigint AS at) slice"
    """What is looked for one after the other; ``at`` says how far that is."""


_RANGE = _Place(
    f"c.id BETWEEN slice.at AND least(slice.at + 1023, %(last)s) AND c.patient_id IN ({_PATIENTS})",
    f"c.id BETWEEN %(first)s AND %(last)s AND v.patient_id IN ({_PATIENTS})",
    slices="generate_series(%(first)s::bigint, %(last)s::bigint, 1024) AS slice(at)",
)
_RECORDS = _Place(
    "s.patient_id = slice.patient_id",
    f"v.patient_id IN ({_SLICE})",
    tables="fhirapi_searchrow s JOIN fhirapi_content c ON c.id = s.id",
    slices=f"(SELECT p.patient_id, p.number::bigint AS at {_OF_SLICE}) slice",
)
_PRACTICE = _Place("c.patient_id IS NULL", "v.patient_id IS NULL")
_OF_REFERRED = (
    "unnest(%(types)s::text[], %(ids)s::text[]) AS asked(resource_type, resource_id) "
    "JOIN fhirapi_content c USING (resource_type, resource_id)"
)
_REFERRED = _PRACTICE._replace(tables=f"({_OF_REFERRED})", changed_tables=_OF_REFERRED)
# Deletions, of the practice's own data too where everything is exported.
_GONE = _Place(
    f"(c.patient_id IN ({_PATIENTS}) OR %(everything)s AND c.patient_id IS NULL)",
    f"(v.patient_id IN ({_PATIENTS}) OR %(everything)s AND v.patient_id IS NULL)",
)


def lines(
    job: ExportJob, part: ExportPart, referred: Sequence[str] | None = None
) -> Iterator[tuple[int | None, bytes, bytes]]:
    """How far that is, a type, and lines of it without the last one's end.

    ``referred``: of the practice's own data only these (``Type/id``).
    """
    place = _place(part, referred)
    columns = ("slice.at", "c.resource_type", "c.content")
    current = _ONE_BY_ONE if part.kind == ExportPart.Kind.PRACTICE else _TOGETHER
    sql = _sql(place, columns, current, has_since=_has_since(job))
    yield from _copied(sql, _parameters(job, part, referred), "int8", "bytea", "bytea")


def records(job: ExportJob, part: ExportPart) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Whole patients, one after the other: patient, type and line; the Patient first."""
    columns = ("c.patient_id", "c.resource_type", "c.content")
    sql = _sql(_place(part, None), columns, has_since=_has_since(job))
    sql = f"SELECT * FROM ({sql}) found ORDER BY patient_id, resource_type <> 'Patient', resource_type"  # noqa: E501, S608 - our own words
    yield from _copied(sql, _parameters(job, part, None), "bytea", "bytea", "bytea")


def deletions(job: ExportJob, part: ExportPart) -> Iterator[tuple[str, str]]:
    """Type and id of what has been deleted since."""
    columns = ("c.resource_type", "c.resource_id")
    sql = _sql(_GONE, columns, has_since=True, is_of_deleted=True)
    parameters = {**_parameters(job, part, None), "whole": deletions_told_of(job)}
    yield from _copied(sql, parameters, "text", "text")


def _copied(sql: str, parameters: dict[str, Any], *types: str) -> Iterator[tuple[Any, ...]]:
    """``types``: what becomes of the columns; text as ``bytea`` stays as it is stored."""
    connection.ensure_connection()
    raw: psycopg.Connection[Any] = connection.connection
    copied = f"COPY ({sql}) TO STDOUT (FORMAT binary)"
    text = psycopg.ClientCursor(raw).mogrify(copied, parameters)
    with raw.cursor() as cursor, cursor.copy(text.encode()) as copy:
        copy.set_types(types)
        yield from copy.rows()


def _has_since(job: ExportJob) -> bool:
    return bool(job.asked.get("since"))


def _sql(
    place: _Place,
    columns: Sequence[str],
    current: str = _ONE_BY_ONE,
    *,
    has_since: bool,
    is_of_deleted: bool = False,
) -> str:
    negation = "" if is_of_deleted else "NOT "
    of_now = current.format(
        columns=", ".join(columns),
        slices=place.slices,
        current=place.tables,
        where=_WHERE.format(
            within=place.condition,
            is_visible=_IS_VISIBLE.format(row="c"),
            is_deleted=f"{negation}c.is_deleted",
            is_wanted=_IS_WANTED.format(row="c"),
            since=_SINCE.format(row="c") if has_since else "",
        ),
    )
    return _ROWS.format(
        current=of_now,
        is_visible=_IS_VISIBLE.format(row="c"),
        changed_columns=", ".join(f"v.{name.partition('.')[2]}" for name in columns),
        changed=place.changed_tables,
        changed_within=place.changed,
        version_is_visible=_IS_VISIBLE.format(row="version"),
        changed_is_deleted=f"{negation}v.is_deleted",
        changed_is_wanted=_IS_WANTED.format(row="v"),
        changed_since=_SINCE.format(row="v") if has_since else "",
    )


def _parameters(job: ExportJob, part: ExportPart, referred: Sequence[str] | None) -> dict[str, Any]:
    asked = Asked.from_json(job.asked)
    pairs = [name.split("/", 1) for name in referred or ()]
    return {
        "job": job.pk,
        "first": part.first,
        "last": part.last,
        "since": asked.since,
        # What tells of exported resources is exported, whenever it was told.
        "regardless": [PROVENANCE] if asked.associated else [],
        "snapshot": job.snapshot,
        "xmin": int((job.snapshot or "0").partition(":")[0]),
        "whole": whole_types(job),
        "everything": job.level == ExportJob.Level.SYSTEM,
        "types": [kind for kind, _ in pairs],
        "ids": [resource_id for _, resource_id in pairs],
    }


def _place(part: ExportPart, referred: Sequence[str] | None) -> _Place:
    match part.kind:
        case ExportPart.Kind.SCAN:
            return _RANGE
        case ExportPart.Kind.PATIENTS:
            return _RECORDS
    return _PRACTICE if referred is None else _REFERRED
