"""Reads a record for the person who signed in: what a page of the portal shows, in one statement.

Every statement begins with the patient's line, found through ``fhirapi_accountpatient``: whoever
may not see the patient at that moment gets None, as if there were no such record. Which resources
belong together the caller says (``Selection``); they are found by the keys of their search rows.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.contrib.auth.models import AbstractUser

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from fhirapi.smart.people.patients import PatientSummary
from fhirapi.sql import fetch
from fhirapi.store.isolation import AS_ACCOUNT

_LINE = """
SELECT line.patient_id, line.name, line.mrn, line.birth_date, line.gender, {columns}
FROM fhirapi_patientline line {joined}
WHERE line.patient_id = %(patient_id)s
  AND EXISTS (SELECT FROM fhirapi_accountpatient visible
              WHERE visible.account_id = %(account)s AND visible.patient_id = line.patient_id)
"""
# NULLs go last and count as long ago, so that a page can begin anywhere.
_NEVER = "-infinity"
_DATE = f"coalesce(s.clinical_date, '{_NEVER}'::timestamptz)"
_PAGE = """LEFT JOIN LATERAL (
    SELECT c.content, s.clinical_date, s.id
    FROM fhirapi_searchrow s JOIN fhirapi_content c ON c.id = s.id
    WHERE s.patient_id = line.patient_id AND {conditions}
    ORDER BY {date} DESC, s.id DESC LIMIT %(limit)s
) found ON true"""
# All in one pass over the patient's search rows: a subquery for each would cost more to plan.
_TOTALS = """CROSS JOIN LATERAL (
    SELECT {parts} FROM fhirapi_searchrow s WHERE s.patient_id = line.patient_id
) pass"""
_COUNT = "count(*) FILTER (WHERE {conditions}) AS {name}_total"
_NEWEST = """(array_agg(s.id ORDER BY {date} DESC, s.id DESC) FILTER (WHERE {conditions}))
    [1:%(newest)s] AS {name}_ids"""
_ARRAY = "ARRAY(SELECT c.{what} FROM fhirapi_content c WHERE c.id = ANY({ids}) ORDER BY c.id)"


@dataclass(frozen=True)
class Selection:
    """Resources that are shown together; keys are those of ``fhirapi.searchparams.keys``."""

    types: tuple[str, ...]
    any_of: tuple[int, ...] = ()
    """One of these keys must be there; none given: no condition."""
    none_of: tuple[int, ...] = ()
    also: tuple[tuple[int, ...], ...] = ()
    """More of the kind of ``any_of``, each of which must hold."""


@dataclass(frozen=True)
class Word:
    """One that people look for; ids and codes are not searched."""

    text: str
    """Stands in some text of the resource, in any case."""
    or_any_of: tuple[int, ...] = ()
    """Or else the resource has one of these keys."""


@dataclass(frozen=True)
class Overview:
    person: PatientSummary
    totals: dict[str, int]
    newest: dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Page:
    person: PatientSummary
    resources: list[dict[str, Any]]
    next: str | None
    """Where the next page begins; None: this is the last one."""


@dataclass(frozen=True)
class Reader:
    """Who reads which record."""

    account: AbstractUser
    patient_id: str
    address: str | None

    def fetch(self, columns: str, joined: str, more: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        sql = _LINE.format(columns=columns, joined=joined)
        asked = {"account": self.account.pk, "patient_id": self.patient_id}
        return fetch(sql, {**asked, **more}, before=AS_ACCOUNT)

    def note(self, action: AuditRecord.Action, type_: str | None, id_: str | None = None) -> None:
        record(
            action,
            account_id=self.account.pk,
            resource_type=type_,
            resource_id=id_,
            patient_ids=[self.patient_id],
            detail="portal",
            address=self.address,
        )


def overview(
    reader: Reader,
    counted: Mapping[str, Selection],
    shown: Mapping[str, Selection] | None = None,
    *,
    newest: int = 0,
) -> Overview | None:
    """How much the record holds of what is counted, and the newest of what is shown."""
    shown = shown or {}
    values: dict[str, Any] = {"newest": newest}
    parts, totals, ids = [], [], []
    for place, selection in enumerate(counted.values()):
        conditions = _conditions(selection, f"c{place}", values)
        parts.append(_COUNT.format(conditions=conditions, name=f"c{place}"))
        totals.append(f"pass.c{place}_total")
    for place, selection in enumerate(shown.values()):
        conditions = _conditions(selection, f"n{place}", values)
        parts.append(_NEWEST.format(date=_DATE, conditions=conditions, name=f"n{place}"))
        ids.append(f"pass.n{place}_ids")
    wanted = " || ".join(ids) or "NULL::bigint[]"
    columns = [*totals, *ids, *(_ARRAY.format(what=each, ids=wanted) for each in ("id", "content"))]
    rows = reader.fetch(", ".join(columns), _TOTALS.format(parts=", ".join(parts)), values)
    if not rows:
        return None
    reader.note(AuditRecord.Action.SEARCH, None)
    found = rows[0][5:]
    by_id = dict(zip(found[-2], found[-1], strict=True))
    return Overview(
        _person(rows[0]),
        dict(zip(counted, found[: len(counted)], strict=True)),
        {
            name: [orjson.loads(by_id[each]) for each in ids or ()]
            for name, ids in zip(shown, found[len(counted) : -2], strict=True)
        },
    )


def page(
    reader: Reader,
    selection: Selection,
    *,
    limit: int,
    after: str = "",
    words: Sequence[Word] = (),
    is_audited: bool = True,
) -> Page | None:
    """Newest first, of those that have every word. ``after``: ``Page.next`` of the page before.

    Not audited as part of a file, which is (``Action.EXPORT``).
    """
    values: dict[str, Any] = {"limit": limit + 1}
    conditions = _conditions(selection, "part", values)
    for place, word in enumerate(words):
        values |= {f"word{place}": _in_texts(word.text), f"keys{place}": list(word.or_any_of)}
        conditions += (
            f" AND (c.content ~* %(word{place})s OR s.tokens && %(keys{place})s::bigint[])"
        )
    if begins := _place(after):
        values |= {"date": begins[0], "id": begins[1]}
        conditions += f" AND ({_DATE}, s.id) < (%(date)s::timestamptz, %(id)s)"
    joined = _PAGE.format(conditions=conditions, date=_DATE)
    rows = reader.fetch("found.content, found.clinical_date::text, found.id", joined, values)
    if not rows:
        return None
    found = [row[5:] for row in rows if row[5] is not None]
    if is_audited:
        reader.note(AuditRecord.Action.SEARCH, _type_of(selection))
    last = found[limit - 1] if len(found) > limit else None
    return Page(
        _person(rows[0]),
        [orjson.loads(content) for content, _date, _id in found[:limit]],
        f"{last[1] or _NEVER}_{last[2]}" if last else None,
    )


def count(reader: Reader, selection: Selection) -> int:
    """For a page that is audited already: how much it leaves out."""
    values: dict[str, Any] = {}
    conditions = _conditions(selection, "part", values)
    joined = _TOTALS.format(parts=_COUNT.format(conditions=conditions, name="part"))
    rows = reader.fetch("pass.part_total", joined, values)
    return int(rows[0][5]) if rows else 0


def one(
    reader: Reader, resource_type: str, resource_id: str
) -> tuple[PatientSummary, dict[str, Any]] | None:
    """A resource of this patient; None if there is none, or nobody whom the account may see."""
    joined = """JOIN fhirapi_content c ON c.patient_id = line.patient_id AND NOT c.is_deleted
        AND c.resource_type = %(type)s AND c.resource_id = %(id)s"""
    asked = {"type": resource_type, "id": resource_id.replace("\x00", "")}
    rows = reader.fetch("c.content", joined, asked)
    if not rows:
        return None
    reader.note(AuditRecord.Action.READ, resource_type, asked["id"])
    return _person(rows[0]), orjson.loads(rows[0][5])


def everything(reader: Reader, *, limit: int = 200) -> Iterator[list[str]]:
    """The whole compartment as stored JSON, the Patient first, a page at a time.

    Not audited here: whoever hands it out as a file says so (``Action.EXPORT``). Raises
    PermissionError when the account may not, or may no longer, see the patient.
    """
    joined = """LEFT JOIN LATERAL (
        SELECT c.content, s.resource_type <> 'Patient' AS is_other, s.id
        FROM fhirapi_searchrow s JOIN fhirapi_content c ON c.id = s.id
        WHERE s.patient_id = line.patient_id
          AND (s.resource_type <> 'Patient', s.id) > (%(is_other)s, %(id)s)
        ORDER BY is_other, s.id LIMIT %(limit)s
    ) found ON true"""
    is_other, last, is_last = False, 0, False
    while not is_last:
        values = {"is_other": is_other, "id": last, "limit": limit}
        rows = reader.fetch("found.content, found.is_other, found.id", joined, values)
        if not rows:
            raise PermissionError
        found = [row[5:] for row in rows if row[5] is not None]
        is_last = len(found) < limit
        if found:
            is_other, last = found[-1][1:]
            yield [content for content, _is_other, _id in found]


_SHARED = """
SELECT c.resource_type || '/' || c.resource_id, c.content
FROM unnest(%s::text[], %s::text[]) AS wanted(resource_type, resource_id)
JOIN fhirapi_content c USING (resource_type, resource_id)
WHERE c.patient_id IS NULL AND NOT c.is_deleted AND c.resource_type = ANY(%s)
"""


def shared(references: Sequence[str], types: Sequence[str]) -> dict[str, str]:
    """The practice's own data that a record refers to (``Type/id``), as stored JSON."""
    if not references:
        return {}
    kinds, ids = zip(*(each.split("/") for each in references), strict=True)
    return dict(fetch(_SHARED, [list(kinds), list(ids), list(types)]))


def _conditions(selection: Selection, name: str, values: dict[str, Any]) -> str:
    values[f"{name}_types"] = list(selection.types)
    found = [f"s.resource_type = ANY(%({name}_types)s)"]
    wanted = [selection.any_of] if selection.any_of else []
    for place, keys in enumerate((*wanted, *selection.also)):
        values[f"{name}_has{place}"] = list(keys)
        found.append(f"s.tokens && %({name}_has{place})s::bigint[]")
    if selection.none_of:
        values[f"{name}_lacks"] = list(selection.none_of)
        found.append(f"NOT s.tokens && %({name}_lacks)s::bigint[]")
    return " AND ".join(found)


def _in_texts(word: str) -> str:
    """A regular expression for JSON: the word inside of a value that people read."""
    inside = "".join(f"\\{each}" if not each.isalnum() else each for each in _json(word))
    names = "text|display|title|name|description|conclusion|valueString|contentString"
    return rf'"({names})":"([^"\\]|\\.)*{inside}'


def _json(word: str) -> str:
    return orjson.dumps(word).decode()[1:-1]


def _place(after: str) -> tuple[str, int] | None:
    """Anything but a place that a page told begins at the beginning."""
    date, _, row = after.rpartition("_")
    if not (row.isascii() and row.isdecimal() and len(row) < 19):
        return None
    try:
        is_date = date == _NEVER or datetime.fromisoformat(date).tzinfo is not None
    except ValueError:
        return None
    return (date, int(row)) if is_date else None


def _person(row: tuple[Any, ...]) -> PatientSummary:
    return PatientSummary(*row[:5])


def _type_of(selection: Selection) -> str | None:
    return selection.types[0] if len(selection.types) == 1 else None
