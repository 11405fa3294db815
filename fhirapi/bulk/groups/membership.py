"""Who is on a list, who came since a moment, and who came and went when, by whom.

Told from the versions of the Group. Nothing here asks whether somebody may see the list or its
members: whoever calls does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.utils import timezone

from fhirapi.sql import fetch
from fhirapi.store import isolation, membership

_CURRENT = """
SELECT content FROM fhirapi_content
WHERE resource_type = 'Group' AND resource_id = %s AND NOT is_deleted
"""
_COLUMNS = "version_id, last_updated, is_deleted, method, content"
_VERSIONS = f"""
SELECT {_COLUMNS} FROM fhirapi_content
WHERE resource_type = 'Group' AND resource_id = %(id)s
UNION ALL
SELECT {_COLUMNS} FROM fhirapi_version
WHERE resource_type = 'Group' AND resource_id = %(id)s
"""  # noqa: S608 - constants
_BEFORE = f"""
SELECT is_deleted, content FROM ({_VERSIONS}) version WHERE last_updated < %(moment)s
ORDER BY version_id DESC LIMIT 1
"""  # noqa: S608 - constants
_LATEST = f"""
SELECT {_COLUMNS} FROM ({_VERSIONS}) version ORDER BY version_id DESC LIMIT %(limit)s
"""  # noqa: S608 - constants
_ASKED = """
SELECT account_id, client_id FROM fhirapi_auditrecord
WHERE resource_type = 'Group' AND resource_id = %(id)s
  AND action IN ('create', 'update', 'delete') AND outcome = 'success'
ORDER BY id DESC LIMIT %(limit)s
"""


@dataclass(frozen=True)
class Change:
    """One version of a list, by which somebody came or went."""

    moment: datetime
    added: Sequence[str]
    removed: Sequence[str]
    """Patient ids, in the order of the list."""
    account_id: int | None
    client_id: str | None
    """Who asked for it; neither: the product keeps the list, or nobody knows any more."""


def members(group_id: str) -> list[str]:
    """Ids of the patients who are on it today; of a list that is not there, none.

    Not those whose membership is ``inactive``, whose ``period`` has ended, or begins later.
    """
    with isolation.everybody():
        rows = fetch(_CURRENT, [group_id])
    return membership.members(orjson.loads(rows[0][0])) if rows else []


def added_since(group_id: str, moment: datetime) -> set[str]:
    """Those of ``members`` who were not on it just before that moment.

    For an export with ``_since``: of these everything is news, whenever it was written.
    https://hl7.org/fhir/uv/bulkdata/STU2/export.html#group-of-patients
    """
    with isolation.everybody():
        rows = fetch(_BEFORE, {"id": group_id, "moment": moment})
    if not rows or rows[0][0]:
        return set(members(group_id))
    then = membership.members(orjson.loads(rows[0][1]), timezone.localdate(moment))
    return set(members(group_id)).difference(then)


def membership_changes(group_id: str, *, limit: int = 20) -> list[Change]:
    """Newest first, of the newest ``limit`` versions; versions without a change are left out."""
    with isolation.everybody():
        versions = fetch(_LATEST, {"id": group_id, "limit": limit + 1})
    askers = _askers(group_id, versions)
    changes = []
    for place, version in enumerate(versions[:limit]):
        number, moment = version[:2]
        earlier = versions[place + 1] if place + 1 < len(versions) else None
        before, now = _on(earlier), _on(version)
        added = [each for each in now if each not in before]
        removed = [each for each in before if each not in now]
        if added or removed:
            changes.append(Change(moment, added, removed, *askers.get(number, (None, None))))
    return changes


def _on(version: tuple[Any, ...] | None) -> dict[str, None]:
    """Whom a version names, as it was when it was written."""
    if version is None or version[2]:
        return {}
    found = membership.members(orjson.loads(version[4]), timezone.localdate(version[1]))
    return dict.fromkeys(found)


def _askers(
    group_id: str, versions: Sequence[tuple[Any, ...]]
) -> dict[int, tuple[int | None, str | None]]:
    """By version number: each that was not loaded has one record in the trail, in its order."""
    asked = [number for number, _, _, method, _ in versions if method]
    told = fetch(_ASKED, {"id": group_id, "limit": len(asked)})
    return dict(zip(asked, told, strict=False))
