"""Reads versions: one by its number, those of a resource, those of a type.

https://hl7.org/fhir/R4/http.html#vread and #history. The history is the union of what is current
and what was replaced; each version is judged by the patient that it itself belongs to.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings

from fhirapi.audit.trail import Entry, trail
from fhirapi.definitions.schema import ResourceType
from fhirapi.sql import array, fetch_one
from fhirapi.store.caller import ALLOWED, AS_CALLER, CALLER, Caller, sees
from fhirapi.store.constraint import Constraint
from fhirapi.store.read import Stored, TokenRefused
from fhirapi.store.visibility import visible_version

_COLUMNS = "id, resource_id, patient_id, version_id, last_updated, is_deleted, method"
_OF_V = ", ".join(f"v.{column}" for column in [*_COLUMNS.split(", "), "is_old"])
_IDENTITY = "resource_type = %(type)s AND resource_id = %(id)s"

# {mine}: that version ``v`` is the caller's to see; the same rule as for the current one.
_VREAD = f"""
WITH {CALLER}, found AS (
    SELECT v.* FROM caller CROSS JOIN LATERAL (
        SELECT content, patient_id, version_id, last_updated, is_deleted
        FROM fhirapi_content WHERE {_IDENTITY} AND version_id = %(version)s
        UNION ALL
        SELECT content, patient_id, version_id, last_updated, is_deleted
        FROM fhirapi_version WHERE {_IDENTITY} AND version_id = %(version)s
    ) v
    WHERE {{mine}}
)
SELECT found.content, found.version_id, found.is_deleted,
       to_char(found.last_updated AT TIME ZONE 'UTC', 'Dy, DD Mon YYYY HH24:MI:SS "GMT"'),
       caller.account_id, found.patient_id
FROM caller LEFT JOIN found ON true
"""  # noqa: S608 - composed of constants

_OF_INSTANCE = f"""
    SELECT {_OF_V} FROM caller CROSS JOIN LATERAL (
        SELECT {_COLUMNS}, false AS is_old, content FROM fhirapi_content WHERE {_IDENTITY}
        UNION ALL
        SELECT {_COLUMNS}, true, content FROM fhirapi_version WHERE {_IDENTITY}
    ) v
    WHERE {{mine}}"""  # noqa: S608 - composed of constants

# The current ones are found by their search row, whose index begins with the patient.
_OF_PATIENTS = f"""
    SELECT {_OF_V} FROM (SELECT DISTINCT patient_id FROM allowed) allowed CROSS JOIN LATERAL (
        SELECT c.id, c.resource_id, c.patient_id, c.version_id, c.last_updated, c.is_deleted,
               c.method, false AS is_old
        FROM fhirapi_searchrow s JOIN fhirapi_content c ON c.id = s.id AND NOT c.is_deleted
        WHERE s.patient_id = allowed.patient_id AND s.resource_type = %(type)s
        UNION ALL
        SELECT {_COLUMNS}, false FROM fhirapi_content
        WHERE is_deleted AND patient_id = allowed.patient_id AND resource_type = %(type)s
        UNION ALL
        SELECT {_COLUMNS}, true FROM fhirapi_version
        WHERE patient_id = allowed.patient_id AND resource_type = %(type)s
    ) v
    WHERE {{opened}}"""  # noqa: S608 - composed of constants
_OF_PRACTICE = f"""
    SELECT {_OF_V} FROM caller CROSS JOIN LATERAL (
        SELECT {_COLUMNS}, false AS is_old, content FROM fhirapi_content
        WHERE resource_type = %(type)s AND patient_id IS NULL
        UNION ALL
        SELECT {_COLUMNS}, true, content FROM fhirapi_version
        WHERE resource_type = %(type)s AND patient_id IS NULL
    ) v
    WHERE {{mine}}"""  # noqa: S608 - composed of constants

_HISTORY = """
WITH {caller}, {allowed}, version AS ({versions}
), lived AS (
    SELECT version.*, {replaced} AS replaced FROM version
), hit AS (
    SELECT * FROM lived WHERE {conditions}
), page AS (
    SELECT * FROM hit WHERE {after}
    ORDER BY last_updated DESC, resource_id, version_id DESC LIMIT %(limit)s
), shown AS (
    SELECT page.*, {entry} AS entry
    FROM page
    LEFT JOIN fhirapi_content c ON c.id = page.id AND NOT page.is_old
    LEFT JOIN fhirapi_version o ON o.id = page.id AND page.is_old
)
SELECT {is_found},
       (SELECT count(*) FROM hit),
       (SELECT count(*) FROM hit WHERE {after}) > %(limit)s,
       (SELECT string_agg(entry, ',' ORDER BY last_updated DESC, resource_id, version_id DESC)
        FROM shown),
       (SELECT ARRAY[last_updated::text, resource_id, version_id::text] FROM shown
        ORDER BY last_updated, resource_id DESC, version_id LIMIT 1),
       caller.account_id,
       (SELECT array_agg(DISTINCT seen.patient_id) FROM {seen} seen
        WHERE seen.patient_id IS NOT NULL)
FROM caller
"""

# What was loaded came without a method: a first version counts as a POST, a later one as a PUT.
_METHOD = """COALESCE(page.method, CASE WHEN page.is_deleted THEN 'DELETE'
    WHEN page.version_id = 1 THEN 'POST' ELSE 'PUT' END)"""
_IS_FIRST_OR_BACK = """(page.version_id = 1 OR EXISTS (
    SELECT FROM fhirapi_version before
    WHERE before.resource_type = %(type)s AND before.resource_id = page.resource_id
      AND before.version_id = page.version_id - 1 AND before.is_deleted))"""
_ENTRY = f"""'{{"fullUrl":"' || %(base)s || '/' || %(type)s || '/' || page.resource_id || '"'
    || CASE WHEN page.is_deleted THEN ''
       ELSE ',"resource":' || COALESCE(c.content, o.content) END
    || ',"request":{{"method":"' || {_METHOD} || '","url":"' || %(type)s
    || CASE WHEN {_METHOD} = 'POST' THEN '' ELSE '/' || page.resource_id END
    || '"}},"response":{{"status":"'
    || CASE WHEN page.is_deleted THEN '204' WHEN {_IS_FIRST_OR_BACK} THEN '201' ELSE '200' END
    || '","etag":"W/\\"' || page.version_id || '\\"","lastModified":"'
    || to_char(page.last_updated AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
    || '"}}}}'"""
_REPLACED = "lead(last_updated) OVER (PARTITION BY resource_id ORDER BY version_id)"
_AFTER = """(last_updated < %(last_updated)s::timestamptz
    OR (last_updated = %(last_updated)s::timestamptz
        AND (resource_id > %(last_id)s
             OR (resource_id = %(last_id)s AND version_id < %(last_version)s))))"""


@dataclass(frozen=True)
class HistoryQuery:
    resource_type: ResourceType
    resource_id: str | None
    """None: of every resource of the type."""
    count: int
    since: datetime | None = None
    current_in: tuple[datetime, datetime] | None = None
    """Only versions that were the current one at some time from the first to before the second."""
    after: tuple[str, str, int] | None = None
    """Date, id and version where the last page ended."""


@dataclass(frozen=True)
class HistoryPage:
    is_found: bool
    total: int
    has_more: bool
    entries: str | None
    last: list[str] | None = field(default=None)


def vread(
    caller: Caller,
    resource_type: ResourceType,
    resource_id: str,
    version_id: int,
    constraint: Constraint,
) -> Stored | None:
    """None if there is no such version or it is not the caller's. Raises TokenRefused."""
    parameters = {"type": resource_type.name, "id": resource_id, "version": version_id}
    sql = _VREAD.format(mine=_mine(resource_type, constraint))
    row = fetch_one(sql, {**caller.parameters(), **parameters}, before=AS_CALLER)
    if row is None:
        raise TokenRefused
    content, version, is_deleted, last_modified, account_id, patient_id = row
    trail.write(
        Entry(
            "read",
            "denied" if content is None else "success",
            account_id=account_id,
            client_id=caller.client_id,
            resource_type=resource_type.name,
            resource_id=resource_id,
            patient_ids=array([patient_id]) if patient_id else None,
            detail=f"_history/{version_id}",
            address=caller.address,
        )
    )
    if content is None:
        return None
    return Stored(content.encode(), version, is_deleted, last_modified)


def _mine(resource_type: ResourceType, constraint: Constraint) -> str:
    return f"({visible_version(resource_type, 'v', sees)}) AND {_opened(constraint)}"


def _opened(constraint: Constraint) -> str:
    """The condition that the scopes make. Raises ValueError for one that only a search can tell."""
    if any(way.criteria for way in constraint):
        raise ValueError("A version has no search row.")
    ways = ["v.patient_id = %(context)s" if way.only_context else "true" for way in constraint]
    return f"({' OR '.join(ways) or 'false'})"


def history(caller: Caller, query: HistoryQuery, constraint: Constraint) -> HistoryPage:
    """Newest first. Raises TokenRefused."""
    of_type = _OF_PATIENTS if query.resource_type.patient else _OF_PRACTICE
    is_instance = query.resource_id is not None
    versions = _OF_INSTANCE if is_instance else of_type
    sql = _HISTORY.format(
        caller=CALLER,
        allowed=ALLOWED,
        versions=versions.format(
            mine=_mine(query.resource_type, constraint), opened=_opened(constraint)
        ),
        replaced=_REPLACED if query.current_in else "NULL::timestamptz",
        conditions=" AND ".join(_conditions(query)) or "true",
        after=_AFTER if query.after else "true",
        entry=_ENTRY,
        seen="shown" if query.count else "hit",
        # Nothing of the type is an empty history; nothing of one resource is none at all.
        is_found="EXISTS (SELECT FROM version)" if is_instance else "true",
    )
    row = fetch_one(sql, {**caller.parameters(), **_parameters(query)}, before=AS_CALLER)
    if row is None:
        raise TokenRefused
    *found, account_id, patient_ids = row
    page = HistoryPage(*found)
    trail.write(
        Entry(
            "read",
            "success" if page.is_found else "denied",
            account_id=account_id,
            client_id=caller.client_id,
            resource_type=query.resource_type.name,
            resource_id=query.resource_id,
            patient_ids=array(patient_ids) if patient_ids else None,
            detail="_history",
            address=caller.address,
        )
    )
    return page


def _conditions(query: HistoryQuery) -> list[str]:
    conditions = []
    if query.since:
        conditions.append("last_updated >= %(since)s")
    if query.current_in:
        conditions.append("last_updated < %(until)s AND (replaced IS NULL OR replaced > %(start)s)")
    return conditions


def _parameters(query: HistoryQuery) -> dict[str, Any]:
    parameters: dict[str, Any] = {
        "type": query.resource_type.name,
        "id": query.resource_id,
        "limit": query.count,
        "base": settings.FHIR_BASE_URL,
        "since": query.since,
    }
    if query.current_in:
        parameters |= dict(zip(("start", "until"), query.current_in, strict=True))
    if query.after:
        names = ("last_updated", "last_id", "last_version")
        parameters |= dict(zip(names, query.after, strict=True))
    return parameters
