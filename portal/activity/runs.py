"""A page of the trail in one statement: what an app reads in a row is told as one run.

The work is bounded whatever is asked: so many of the reader's newest records are looked at, and
where the filter leaves few of them, the page offers to look further back.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fhirapi.sql import fetch
from portal.activity import kinds
from portal.activity.filters import Wanted
from portal.activity.reader import Reader

LOOKED_AT = 5_000
_MOST_NAMES = 50
_COLUMNS = """id, recorded, action, outcome, account_id, client_id, resource_type, patient_ids,
    address"""
_RUNS = """
WITH scope AS MATERIALIZED (
    SELECT * FROM ({branches}) grounds
    ORDER BY id DESC LIMIT %(looked_at)s
), kept AS (
    SELECT *, CASE WHEN action = ANY(%(reads)s) THEN 'read'
        WHEN action = ANY(%(alike)s) THEN action END AS often
    FROM scope WHERE true {conditions}
), marked AS (
    SELECT *, CASE WHEN %(grouped)s AND lag(often) OVER newest = often
        AND lag(account_id) OVER newest IS NOT DISTINCT FROM account_id
        AND lag(client_id) OVER newest IS NOT DISTINCT FROM client_id
        AND lag(outcome) OVER newest = outcome
        AND lag(recorded) OVER newest - recorded < interval '1 hour' THEN 0 ELSE 1 END AS begins
    FROM kept WINDOW newest AS (ORDER BY id DESC)
), numbered AS (
    SELECT *, sum(begins) OVER (ORDER BY id DESC) AS run FROM marked
), runs AS (
    SELECT run, min(id) AS oldest, count(*) AS times, min(recorded) AS began,
        max(recorded) AS ended, min(action) AS action, min(outcome) AS outcome,
        min(account_id) AS account_id, min(client_id) AS client_id,
        array_agg(DISTINCT resource_type) FILTER (WHERE resource_type IS NOT NULL) AS types,
        max(coalesce(cardinality(patient_ids), 0)) AS people,
        ARRAY[{opened}]::boolean[] AS opened, min(host(address)) AS address,
        count(DISTINCT address) AS addresses
    FROM numbered WHERE run <= %(size)s + 1 GROUP BY run
), looked AS (
    SELECT count(*) AS times, min(id) AS oldest,
        (array_agg(DISTINCT account_id) FILTER (WHERE account_id IS NOT NULL))[:{most}] AS people,
        (array_agg(DISTINCT client_id) FILTER (WHERE client_id IS NOT NULL))[:{most}] AS apps
    FROM scope
)
SELECT looked.*, runs.* FROM looked LEFT JOIN runs ON true ORDER BY run
"""


@dataclass(frozen=True)
class Run:
    """One record, or what the same app did in a row for the same person, with the same outcome."""

    oldest: int
    times: int
    began: datetime
    ended: datetime
    action: str
    outcome: str
    account_id: int | None
    client_id: str | None
    types: list[str]
    people: int
    """How many patients one of them opened at most."""
    opened: list[str]
    """Which of the reader's records."""
    address: str | None
    """None where there were several."""


@dataclass(frozen=True)
class Page:
    runs: list[Run]
    older: int | None
    """Where the next page begins."""
    account_ids: list[int] = field(default_factory=list)
    """Of everybody in what was looked at, whatever the filter."""
    client_ids: list[str] = field(default_factory=list)


def page(
    reader: Reader, wanted: Wanted, before: int | None, *, size: int, grouped: bool = True
) -> Page:
    looked_at = LOOKED_AT if grouped else size
    parameters = {
        "account": reader.account.pk,
        "records": [wanted.patient_id] if wanted.patient_id else reader.records,
        "before": before,
        "looked_at": looked_at,
        "reads": list(kinds.READS),
        "alike": [*kinds.WRITES, "patient-search"],
        "grouped": grouped,
        "size": size,
        "actions": list(wanted.actions or ()),
        "of_tab": list(kinds.OF_TAB.get(wanted.tab, ())),
        "type": wanted.resource_type,
        "who": wanted.account_id,
        "app": wanted.client_id,
        "since": wanted.since,
        "until": wanted.until,
        **{f"record{at}": each for at, each in enumerate(reader.records)},
    }
    sql = _RUNS.format(
        branches="\n    UNION\n    ".join(_branches(reader, wanted, before)),
        conditions=" ".join(_conditions(wanted)),
        opened=", ".join(
            f"bool_or(%(record{at})s = ANY(patient_ids))" for at in range(len(reader.records))
        ),
        most=_MOST_NAMES,
    )
    return _page(fetch(sql, parameters), reader, size, looked_at)


def _page(rows: list[tuple[Any, ...]], reader: Reader, size: int, looked_at: int) -> Page:
    times, oldest, account_ids, client_ids, *_ = rows[0]
    runs = [_run(row[5:], reader) for row in rows if row[4] is not None]
    older: int | None = oldest if times == looked_at else None
    if len(runs) > size:
        older = runs[size - 1].oldest
    return Page(runs[:size], older, account_ids or [], client_ids or [])


def _run(row: tuple[Any, ...], reader: Reader) -> Run:
    oldest, times, began, ended, action, outcome, account_id, client_id, *rest = row
    types, people, opened, address, addresses = rest
    mine = [each for each, is_it in zip(reader.records, opened, strict=True) if is_it]
    return Run(
        oldest, times, began, ended, action, outcome, account_id, client_id, types or [], people,
        mine, address if addresses == 1 else None,
    )  # fmt: skip


def _branches(reader: Reader, wanted: Wanted, before: int | None) -> list[str]:
    """What the reader may see, each ground by its own index; of these the newest are united."""
    grounds = []
    if wanted.tab != kinds.RECORD and not wanted.patient_id:
        grounds.append("account_id = %(account)s")
    if reader.records and wanted.tab in (kinds.EVERYTHING, kinds.RECORD):
        grounds.append("patient_ids && %(records)s::text[]")
    elif wanted.patient_id:
        grounds.append("account_id = %(account)s AND patient_ids && %(records)s::text[]")
    older = " AND id < %(before)s" if before is not None else ""
    of_tab = ""
    if wanted.tab in kinds.OF_TAB:
        of_tab = " AND action = ANY(%(of_tab)s)"
    if wanted.tab == kinds.SECURITY:  # as the partial index has it
        of_tab += " AND action NOT IN ('read', 'search', 'token', 'refresh', 'service')"
    if wanted.since:
        of_tab += " AND recorded >= %(since)s"
    if wanted.until:
        of_tab += " AND recorded < %(until)s"
    return [
        f"(SELECT {_COLUMNS} FROM fhirapi_auditrecord WHERE {each}{older}{of_tab} "  # noqa: S608
        "ORDER BY id DESC LIMIT %(looked_at)s)"
        for each in grounds
    ]


def _conditions(wanted: Wanted) -> list[str]:
    asked = {
        "AND account_id = %(who)s": wanted.account_id,
        "AND client_id = %(app)s": wanted.client_id,
        "AND resource_type = %(type)s": wanted.resource_type,
        "AND action = ANY(%(actions)s)": wanted.actions,
    }
    return [condition for condition, value in asked.items() if value is not None]
