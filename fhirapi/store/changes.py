"""What has changed, in the order in which it was committed: nothing left out, nothing forgotten.

``written_in`` is the transaction that wrote a row last. A transaction with a lower number may
commit later; so only rows below every transaction that still runs are told, and a place in this
order never gets new rows behind it. Transactions of the server's other databases write nothing
here: those that are known to be of one are not waited for.
https://www.postgresql.org/docs/18/functions-info.html#FUNCTIONS-INFO-SNAPSHOT
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, transaction

from fhirapi.definitions.schema import ResourceType
from fhirapi.sql import Statement, statement
from fhirapi.store import isolation
from fhirapi.store.caller import sees
from fhirapi.store.visibility import visible_or_gone

_HORIZON = """horizon AS MATERIALIZED (
    SELECT COALESCE(min(running.id::text::bigint),
                    max(pg_snapshot_xmax(snapshot.taken)::text::bigint)) AS written_in
    FROM (SELECT pg_current_snapshot() AS taken) snapshot
    LEFT JOIN LATERAL pg_snapshot_xip(snapshot.taken) AS running(id) ON NOT EXISTS (
        SELECT FROM pg_stat_activity elsewhere
        WHERE elsewhere.datname <> current_database()
          AND elsewhere.backend_xid::text::bigint = running.id::text::bigint & 4294967295)
)"""
_CHANGES = """
WITH {caller}, {horizon}, page AS (
    SELECT c.written_in, c.id, c.resource_type, c.resource_id, c.version_id, c.last_updated,
           c.is_deleted, c.patient_id, c.content
    FROM caller, horizon, fhirapi_content c
    WHERE (c.written_in, c.id) > (%(written_in)s::bigint, %(row_id)s::bigint)
      AND c.written_in IS NOT NULL -- the condition of the index
      AND c.written_in < horizon.written_in AND ({visible})
    ORDER BY c.written_in, c.id LIMIT %(limit)s
)
SELECT caller.account_id, horizon.written_in, page.*
FROM caller CROSS JOIN horizon LEFT JOIN page ON true
WHERE {may}
ORDER BY page.written_in, page.id
"""
_NOW = Statement(f"""
WITH {_HORIZON}
SELECT horizon.written_in, system_identifier::text FROM horizon, pg_control_system()
""")  # noqa: S608 - constants
_EARLIER = """
SELECT DISTINCT v.resource_type, v.resource_id, v.content
FROM unnest(%(types)s::text[], %(ids)s::text[]) AS asked(resource_type, resource_id)
CROSS JOIN LATERAL (
    SELECT version.resource_type, version.resource_id, version.content
    FROM fhirapi_version version
    WHERE version.resource_type = asked.resource_type AND version.resource_id = asked.resource_id
      AND NOT version.is_deleted
    ORDER BY version.version_id DESC LIMIT %(most)s
) v
"""
# Visible, and yet of a transaction that has not begun: it was another cluster's.
_IS_RESTORED = Statement("""
SELECT COALESCE(max(written_in) >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint, false)
FROM fhirapi_content WHERE written_in IS NOT NULL
""")
_FORGET = """
UPDATE {table} SET written_in = NULL
WHERE written_in >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint
"""
_LATEST = Statement("""
SELECT content FROM fhirapi_version
WHERE resource_type = %(type)s AND resource_id = %(id)s AND NOT is_deleted
ORDER BY version_id DESC LIMIT 1
""")
_MOST_EARLIER = 20  # versions of one record that are looked at


class Place(NamedTuple):
    """In the order of changes; what comes behind it has not been told."""

    written_in: int
    row_id: int


class Changed(NamedTuple):
    """A row as it is now."""

    place: Place
    resource_type: str
    resource_id: str
    version_id: int
    last_updated: datetime
    is_deleted: bool
    patient_id: str | None
    content: str
    """Empty where it is deleted."""


@dataclass(frozen=True)
class Who:
    """For whom: the CTE ``caller`` with its parameters, and whether it may at all."""

    caller: str
    parameters: dict[str, Any]
    may: str = "true"
    before: Statement | None = None
    """What goes before a statement that begins so."""


@dataclass(frozen=True)
class Feed:
    account_id: int
    changed: list[Changed]
    end: Place
    """Where the next page begins."""
    has_more: bool


def now() -> tuple[Place, str]:
    """Where the feed ends at the moment, and which database cluster counts so."""
    row = _NOW.fetch_one({})
    assert row is not None, "it always has one row"  # noqa: S101
    return Place(int(row[0] or 0), 0), (row[1] or b"").decode()


def forget_other_cluster() -> bool:
    """After a backup was restored: its transactions are none of this cluster's, all have ended.

    Whether there was anything to forget. Within a transaction of its own, so that what it asks
    and what it sees is the same moment.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        row = _IS_RESTORED.fetch_one({})
        if row is None or row[0] != b"t":
            return False
        for table in ("fhirapi_content", "fhirapi_version"):
            cursor.execute(_FORGET.format(table=table))
        return True


def changes(who: Who, types: Sequence[ResourceType], after: Place, limit: int) -> Feed | None:
    """None for a caller who is not there any more."""
    sql = _CHANGES.format(caller=who.caller, horizon=_HORIZON, visible=_visible(types), may=who.may)
    parameters = {**who.parameters, **after._asdict(), "limit": limit}
    rows = statement(sql, before=who.before).fetch(parameters)
    if not rows:
        return None
    account_id, horizon = rows[0][:2]
    changed = [Changed(Place(*row[2:4]), *row[4:]) for row in rows if row[2] is not None]
    has_more = len(changed) == limit
    end = changed[-1].place if has_more else max(after, Place(horizon, 0))
    return Feed(account_id, changed, end, has_more)


def _visible(types: Iterable[ResourceType]) -> str:
    groups: dict[str, list[str]] = {}
    for each in types:
        groups.setdefault(visible_or_gone(each, "c", sees), []).append(f"'{each.name}'")
    return " OR ".join(
        f"(c.resource_type IN ({', '.join(names)}) AND {seen})" for seen, names in groups.items()
    )


def earlier(who: Who, changed: Iterable[Changed]) -> dict[tuple[str, str], list[str]]:
    """Contents that they had before, by type and id: those of the latest versions."""
    asked = list(changed)
    parameters = {
        "types": [each.resource_type for each in asked],
        "ids": [each.resource_id for each in asked],
        "most": _MOST_EARLIER,
    }
    told = statement(_EARLIER, before=who.before)
    rows = told.fetch({**who.parameters, **parameters}) if asked else []
    found: dict[tuple[str, str], list[str]] = {}
    for name, resource_id, content in rows:
        found.setdefault((name, resource_id), []).append(content)
    return found


def latest_content(resource_type: str, resource_id: str) -> str | None:
    """The last one before what is stored now. The caller has asked whose it is."""
    with isolation.everybody():
        row = _LATEST.fetch_one({"type": resource_type, "id": resource_id})
    return row[0].decode() if row and row[0] is not None else None
