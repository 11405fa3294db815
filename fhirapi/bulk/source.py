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

from fhirapi.bulk.models import ExportJob, ExportPart

_ROWS = """
SELECT {position}, c.resource_type, c.content
FROM {current}
WHERE {within} AND NOT c.is_deleted AND {is_visible} AND {is_wanted} {since}
UNION ALL
SELECT {changed_position}, c.resource_type, v.content
FROM {changed}
CROSS JOIN LATERAL (
    SELECT version.is_deleted, version.content, version.last_updated
    FROM fhirapi_version version
    WHERE version.resource_type = c.resource_type AND version.resource_id = c.resource_id
      AND {version_is_visible}
    ORDER BY version.version_id DESC LIMIT 1
) v
WHERE {changed_within} AND c.written_in >= %(xmin)s AND NOT {is_visible} AND {is_wanted}
  AND NOT v.is_deleted {version_since}
"""
_IS_VISIBLE = """({row}.written_in IS NULL OR {row}.written_in < %(xmin)s
    OR pg_visible_in_snapshot({row}.written_in::text::xid8, %(snapshot)s::pg_snapshot))"""
_IS_WANTED = """(c.resource_type = ANY(%(whole)s::text[])
    OR c.id IN (SELECT chosen.row_id FROM fhirapi_exportrow chosen WHERE chosen.job_id = %(job)s))
"""
_PATIENTS = "SELECT p.patient_id FROM fhirapi_exportpatient p WHERE p.job_id = %(job)s"
_SLICE = f"{_PATIENTS} AND p.number BETWEEN %(first)s AND %(last)s"
_CONTENT = "fhirapi_content c"


class _Place(NamedTuple):
    """Where rows are looked for."""

    tables: str
    condition: str
    position: str = "%(first)s::bigint"
    """Between the part's first and last: how far it is."""


_RANGE = _Place(
    _CONTENT, f"c.id BETWEEN %(first)s AND %(last)s AND c.patient_id IN ({_PATIENTS})", "c.id"
)
_RECORDS = _Place(
    "fhirapi_exportpatient p JOIN fhirapi_searchrow s ON s.patient_id = p.patient_id "
    "JOIN fhirapi_content c ON c.id = s.id",
    "p.job_id = %(job)s AND p.number BETWEEN %(first)s AND %(last)s",
    "p.number",
)
# What was deleted since has no search row.
_CHANGED_RECORDS = _Place(_CONTENT, f"c.patient_id IN ({_SLICE})")
_PRACTICE = _Place(_CONTENT, "c.patient_id IS NULL")
_REFERRED = _Place(
    "unnest(%(types)s::text[], %(ids)s::text[]) AS asked(resource_type, resource_id) "
    "JOIN fhirapi_content c USING (resource_type, resource_id)",
    "c.patient_id IS NULL",
)


class Line(NamedTuple):
    position: int
    resource_type: str
    content: bytes
    """JSON in COPY's text format: a backslash is doubled, and nothing else of it escaped."""


def unescaped(content: bytes) -> bytes:
    """Stored JSON has no control characters, so backslashes are all that COPY escapes."""
    return content.replace(b"\\\\", b"\\")


def lines(
    job: ExportJob,
    part: ExportPart,
    whole: Sequence[str],
    referred: Sequence[str] | None = None,
) -> Iterator[Line]:
    """``whole``: the types of which every resource is wanted. ``referred``: of the practice's own
    data only these (``Type/id``).
    """
    sql, parameters = _statement(job, part, whole, referred)
    connection.ensure_connection()
    raw: psycopg.Connection[Any] = connection.connection
    text = psycopg.ClientCursor(raw).mogrify(f"COPY ({sql}) TO STDOUT", parameters)
    with raw.cursor() as cursor, cursor.copy(text.encode()) as copy:
        for row in copy:
            position, name, content = bytes(row).split(b"\t", 2)
            yield Line(int(position), name.decode(), content[:-1])


def _statement(
    job: ExportJob, part: ExportPart, whole: Sequence[str], referred: Sequence[str] | None
) -> tuple[str, dict[str, Any]]:
    since = job.asked.get("since")
    current, changed = _places(part, referred)
    sql = _ROWS.format(
        position=current.position,
        current=current.tables,
        within=current.condition,
        changed_position=changed.position,
        changed=changed.tables,
        changed_within=changed.condition,
        is_visible=_IS_VISIBLE.format(row="c"),
        version_is_visible=_IS_VISIBLE.format(row="version"),
        is_wanted=_IS_WANTED,
        since="AND c.last_updated >= %(since)s::timestamptz" if since else "",
        version_since="AND v.last_updated >= %(since)s::timestamptz" if since else "",
    )
    pairs = [name.split("/", 1) for name in referred or ()]
    parameters = {
        "job": job.pk,
        "first": part.first,
        "last": part.last,
        "since": since,
        "snapshot": job.snapshot,
        "xmin": int((job.snapshot or "0").partition(":")[0]),
        "whole": list(whole),
        "types": [kind for kind, _ in pairs],
        "ids": [resource_id for _, resource_id in pairs],
    }
    return sql, parameters


def _places(part: ExportPart, referred: Sequence[str] | None) -> tuple[_Place, _Place]:
    """Where current rows are found, and where those that were written since."""
    match part.kind:
        case ExportPart.Kind.SCAN:
            return _RANGE, _RANGE
        case ExportPart.Kind.PATIENTS:
            return _RECORDS, _CHANGED_RECORDS
    return (_PRACTICE, _PRACTICE) if referred is None else (_REFERRED, _REFERRED)
