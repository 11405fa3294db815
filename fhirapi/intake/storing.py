"""Writes arrived resources: new ones, those that replace a stored version, none twice."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

import psycopg
from django.db import DataError, IntegrityError, transaction

from fhirapi.intake.placing import place
from fhirapi.intake.reading import Arrival, Options
from fhirapi.intake.rejects import Reject
from fhirapi.outcomes import Problem
from fhirapi.searchparams.index import IndexEntry
from fhirapi.sql import fetch
from fhirapi.store import exact, rows
from fhirapi.store.rows import Row, take_ids

_EXISTING = """
SELECT c.resource_type || '/' || c.resource_id, c.id, c.version_id, c.is_deleted,
       CASE WHEN %s THEN c.content END, c.patient_id
FROM unnest(%s::text[], %s::text[]) AS asked(resource_type, resource_id)
JOIN fhirapi_content c USING (resource_type, resource_id)
"""
_REFUSED = (
    DataError, IntegrityError, psycopg.DataError, psycopg.IntegrityError,
    psycopg.errors.ProgramLimitExceeded, ValueError,
)  # fmt: skip
"""What PostgreSQL, or writing as JSON, says to a value that passed every check of ours."""


@dataclass
class Settled:
    stored: int = 0
    replaced: int = 0
    skipped: int = 0
    rejects: list[Reject] = field(default_factory=list)
    waiting: list[tuple[Arrival, str]] = field(default_factory=list)
    patients: set[str] = field(default_factory=set)
    """Whose records were written."""

    def __iadd__(self, other: "Settled") -> "Settled":
        self.stored += other.stored
        self.replaced += other.replaced
        self.skipped += other.skipped
        self.rejects += other.rejects
        self.waiting += other.waiting
        self.patients |= other.patients
        return self


class Standing(NamedTuple):
    name: str
    row_id: int
    version_id: int
    is_deleted: bool
    content: str | None
    patient_id: str | None


class Arriving(NamedTuple):
    """What comes, and what it would replace."""

    arrival: Arrival
    entry: IndexEntry
    standing: Standing | None


class Gate(Protocol):
    """Who stores, if not everything is theirs to store. Both answer by ``Type/id``, with why."""

    def closed(self, arriving: Sequence[Arriving]) -> Mapping[str, Problem]:
        """Before anything is stored: those that must not be."""

    def refused(self, written: Sequence[Row]) -> Mapping[str, Problem]:
        """Those that should not have been stored: they are undone, the others stored again."""


class _Refused(Exception):
    def __init__(self, why: Mapping[str, Problem]) -> None:
        self.why = why


def settle(
    arrivals: list[Arrival], options: Options, gate: Gate | None = None, tries: int = 2
) -> Settled:
    """Within the caller's transaction. What the database refuses is looked for by halves."""
    try:
        with transaction.atomic():
            return _settle(arrivals, options, gate)
    except _Refused as refused:
        why = refused.why
        settled = Settled(rejects=[_barred(each, why) for each in arrivals if each.name in why])
        settled += settle([each for each in arrivals if each.name not in why], options, gate)
        return settled
    except _REFUSED:
        if len(arrivals) > 1:
            middle = len(arrivals) // 2
            settled = settle(arrivals[:middle], options, gate)
            settled += settle(arrivals[middle:], options, gate)
            return settled
        if tries > 1:  # another process may just have stored the same one: now it is seen
            return settle(arrivals, options, gate, tries - 1)
        return Settled(
            rejects=[arrivals[0].rejected("The database cannot hold one of its values.")]
        )


def _barred(arrival: Arrival, why: Mapping[str, Problem]) -> Reject:
    return arrival.rejected(why[arrival.name].text, why[arrival.name])


def _settle(arrivals: list[Arrival], options: Options, gate: Gate | None) -> Settled:
    placed = place(arrivals)
    settled = Settled(rejects=placed.rejects, waiting=placed.waiting)
    unique = _without_twins(placed.ready, settled)
    existing = _existing([arrival for arrival, _ in unique], options)
    closed = gate.closed(_met(unique, existing)) if gate and unique else {}
    now = datetime.now(UTC)
    new, replaced = [], []
    for (arrival, entry), row_id in zip(unique, take_ids(len(unique)), strict=True):
        there = existing.get(arrival.name)
        if arrival.name in closed:
            settled.rejects.append(_barred(arrival, closed))
        elif there is None:
            settled.stored += 1
            new.append(Row(row_id, arrival.resource, entry, 1, now))
        elif options.existing == "reject":
            settled.rejects.append(arrival.rejected("It is already stored."))
        elif options.existing == "skip" or _is_same(there, arrival.resource):
            settled.skipped += 1
        else:
            settled.replaced += 1
            replaced.append(Row(there.row_id, arrival.resource, entry, there.version_id + 1, now))
    rows.replace(replaced)
    rows.write(new)
    written = [*new, *replaced]
    if gate and written and (refused := gate.refused(written)):
        raise _Refused(refused)
    settled.patients = {each.entry.patient_id for each in written if each.entry.patient_id}
    return settled


def _met(
    arriving: Iterable[tuple[Arrival, IndexEntry]], existing: Mapping[str, Standing]
) -> list[Arriving]:
    return [Arriving(each, entry, existing.get(each.name)) for each, entry in arriving]


def _without_twins(
    ready: Iterable[tuple[Arrival, IndexEntry]], settled: Settled
) -> list[tuple[Arrival, IndexEntry]]:
    first: dict[str, tuple[Arrival, IndexEntry]] = {}
    for arrival, entry in ready:
        twin, _ = first.setdefault(arrival.name, (arrival, entry))
        if twin is arrival:
            continue
        if exact.write(twin.resource) == exact.write(arrival.resource):
            settled.skipped += 1
        else:
            reason = f"Another resource with this type and id came before it ({twin.place})."
            settled.rejects.append(arrival.rejected(reason))
    return list(first.values())


def _existing(arrivals: list[Arrival], options: Options) -> dict[str, Standing]:
    kinds = [arrival.resource["resourceType"] for arrival in arrivals]
    ids = [arrival.resource["id"] for arrival in arrivals]
    may_replace = options.existing == "replace"
    sql = f"{_EXISTING} FOR UPDATE OF c" if may_replace else _EXISTING
    found = map(Standing._make, fetch(sql, [may_replace, kinds, ids]))
    return {each.name: each for each in found}


def _is_same(there: Standing, resource: dict[str, Any]) -> bool:
    """But for version and date, which are the server's."""
    if there.is_deleted or there.content is None:
        return False
    stored = exact.parse(there.content)
    for name in ("versionId", "lastUpdated"):
        del stored["meta"][name]
    if not stored["meta"] and not resource.get("meta"):
        del stored["meta"]
        resource = {name: value for name, value in resource.items() if name != "meta"}
    return exact.write(stored) == exact.write(resource)
