"""Turns a SearchQuery into one SQL statement: who may, what matches, which page, and the audit."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings

from fhirapi.definitions import registry
from fhirapi.search.binder import Binder
from fhirapi.search.cost import MAX_LOOKS
from fhirapi.search.include import include_sql, may_stand_beside
from fhirapi.search.opened import opened_row
from fhirapi.search.page import Position
from fhirapi.search.query import SearchQuery
from fhirapi.search.sort import OrderColumn, after, order_columns
from fhirapi.search.start import Start, start_of
from fhirapi.store.caller import ALLOWED, CALLER, Caller
from fhirapi.store.constraint import Opens
from fhirapi.store.visibility import members_of

_SEARCH = """
WITH RECURSIVE {caller}, {allowed}, {mine}, {hits}, page AS MATERIALIZED (
    SELECT hit.* FROM hit {after} ORDER BY {order} LIMIT %(limit)s
), shown AS (
    SELECT page.*, c.patient_id, {entry_match} AS entry
    FROM page JOIN fhirapi_content c ON c.id = page.id
){beside}
SELECT {total},
       (SELECT count(*) FROM hit {after}) > %(limit)s,
       (SELECT string_agg(shown.entry, ',' ORDER BY {shown_order}) FROM shown),
       {included},
       (SELECT to_json(ARRAY[{cursor}]) FROM page ORDER BY {reversed_order} LIMIT 1),
       caller.account_id,
       {is_too_much},
       (SELECT array_agg(DISTINCT seen.patient_id) FROM ({seen}) seen
        WHERE seen.patient_id IS NOT NULL)
FROM caller
"""

_HITS = """hit AS MATERIALIZED (
    SELECT s.id, s.patient_id AS owner, {keys}
    FROM {rows} s
    WHERE s.resource_type = %(type)s AND {is_mine} {conditions}
)"""

# Where rows are looked into one by one (cost.py): not before it is known that there are few enough.
_LOOKED_AT = """looked_at AS MATERIALIZED (
    SELECT s.id, s.resource_type, s.resource_id, s.patient_id, s.last_updated, s.clinical_date
    FROM {rows} s
    WHERE s.resource_type = %(type)s AND {is_mine} {conditions}
    LIMIT %(most)s + 1
), hit AS MATERIALIZED (
    SELECT s.id, s.patient_id AS owner, {keys}
    FROM looked_at s
    WHERE NOT {is_too_much} {looks}
)"""
_IS_TOO_MUCH = "((SELECT count(*) FROM looked_at) > %(most)s)"

# What _include brings must be the caller's to see too, and opened by the scopes.
_BESIDE = """, {include}, beside_shown AS (
    SELECT c.id, c.patient_id, {entry_include} AS entry
    FROM fhirapi_content c
    WHERE c.id IN (SELECT beside.id FROM beside)
      AND c.id NOT IN (SELECT page.id FROM page)
      AND NOT c.is_deleted
      AND {visible}
)"""

_ENTRY = """'{{"fullUrl":"' || %(base)s || '/' || c.resource_type || '/' || c.resource_id
           || '","resource":' || c.content || ',"search":{{"mode":"{mode}"}}}}'"""


@dataclass(frozen=True)
class Plan:
    sql: str
    parameters: dict[str, Any]
    is_good_for_all: bool
    """Whether the same plan is right whatever the values are."""
    most: int | None = None
    """How many rows it may look into one by one; None: it looks into none."""


def plan(
    caller: Caller,
    query: SearchQuery,
    position: Position | None,
    opens: Opens,
) -> Plan:
    """Raises an Outcome for a value that its parameter cannot read, or a chain out of scope."""
    binder = Binder(opens)
    columns = order_columns(query.resource_type, query.sort, binder)
    start = start_of(query.resource_type, query.criteria, binder)
    binder.is_about_everybody = not start.is_certain
    looks = sum(each.looks for each in start.criteria) + sum(each.looks for each in columns)
    most = MAX_LOOKS // looks if looks else None
    page_after = ""
    if position:
        page_after = f"WHERE {after(columns, position.values, position.row_id, binder)}"
    beside, included = _beside(query, binder)
    sql = _SEARCH.format(
        caller=CALLER,
        allowed=ALLOWED,
        mine=start.mine,
        hits=_hits(query, start, columns, binder, is_looking=most is not None),
        is_too_much="false" if most is None else _IS_TOO_MUCH,
        after=page_after,
        entry_match=_ENTRY.format(mode="match"),
        beside=beside,
        seen=_seen(query),
        included=included,
        total="(SELECT count(*) FROM hit)" if query.has_total else "NULL",
        order=_order("hit", columns),
        shown_order=_order("shown", columns),
        reversed_order=_order("page", columns, is_reversed=True),
        cursor=", ".join([*(f"page.k{n}::text" for n in range(len(columns))), "page.id::text"]),
    )
    parameters = {
        **caller.parameters(),
        **binder.parameters,
        "type": query.resource_type.name,
        "limit": query.count,
        "most": most,
        "base": settings.FHIR_BASE_URL,
        "shared": [each.name for each in registry.every() if each.is_shared and query.includes],
    }
    return Plan(sql, parameters, is_good_for_all=start.is_certain, most=most)


def _hits(
    query: SearchQuery,
    start: Start,
    columns: list[OrderColumn],
    binder: Binder,
    *,
    is_looking: bool,
) -> str:
    """The CTEs of what matches."""
    answered = [each.sql("s", binder) for each in start.criteria if not each.looks]
    looks = [each.sql("s", binder) for each in start.criteria if each.looks]
    if opened := opened_row(query.resource_type, "search-type", "s", binder):
        answered.append(opened)
    return (_LOOKED_AT if is_looking else _HITS).format(
        keys=", ".join(f"{column.sql} AS k{number}" for number, column in enumerate(columns)),
        rows=start.rows,
        is_mine=start.is_mine,
        conditions="".join(f" AND {condition}" for condition in answered),
        looks="".join(f" AND {condition}" for condition in looks),
        is_too_much=_IS_TOO_MUCH,
    )


def _beside(query: SearchQuery, binder: Binder) -> tuple[str, str]:
    """The CTEs of what is included, and the expression that brings its entries."""
    if not query.includes:
        return "", "NULL"
    ctes = _BESIDE.format(
        include=include_sql(query.includes, binder),
        entry_include=_ENTRY.format(mode="include"),
        visible=may_stand_beside("c", query.includes),
    )
    return ctes, "(SELECT string_agg(entry, ',' ORDER BY id) FROM beside_shown)"


def _seen(query: SearchQuery) -> str:
    """Whose records the answer tells about: a count alone tells about every match."""
    if query.count == 0:
        return "SELECT hit.owner AS patient_id FROM hit"
    beside = "UNION ALL SELECT patient_id FROM beside_shown" if query.includes else ""
    if query.resource_type.members:
        members = members_of(query.resource_type, "page")
        return f"SELECT listed.patient_id FROM page CROSS JOIN LATERAL ({members}) listed {beside}"
    return f"SELECT shown.patient_id FROM shown {beside}"


def _order(table: str, columns: list[OrderColumn], *, is_reversed: bool = False) -> str:
    words = [
        f"{table}.k{number} {'DESC' if column.is_descending is not is_reversed else 'ASC'}"
        for number, column in enumerate(columns)
    ]
    return ", ".join([*words, f"{table}.id {'DESC' if is_reversed else 'ASC'}"])


def shape(query: SearchQuery) -> str:
    """The names of a query without its values, for the audit trail."""
    return "&".join(sorted(name[:64] for name, _ in query.applied))
