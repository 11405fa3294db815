"""Makes everything derived from content anew, from the declarations, while the server serves.

Each batch is one transaction: readers see its old rows or its new ones, never none.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any, NamedTuple

from django.db import transaction

from fhirapi.definitions import registry
from fhirapi.definitions.schema import ResourceType
from fhirapi.searchparams.index import IndexEntry
from fhirapi.sql import fetch
from fhirapi.store import exact, index_state
from fhirapi.store.compartment import patients_of, targets
from fhirapi.store.entry import Malformed, entry_of
from fhirapi.store.processes import each
from fhirapi.store.rows import Row, delete_derived, write_derived

_BATCH = 1_000  # resources in one transaction
_NEXT_IDS = """
SELECT id FROM fhirapi_content
WHERE id > %s AND resource_type = ANY(%s) ORDER BY id LIMIT %s
"""
# Locked, so that a resource that changes meanwhile is not indexed as it was.
_CONTENT = """
SELECT id, content, patient_id, version_id, last_updated FROM fhirapi_content
WHERE id = ANY(%s) AND NOT is_deleted ORDER BY id FOR UPDATE
"""
_MOVE = """
UPDATE fhirapi_content c SET patient_id = new.patient_id
FROM unnest(%s::bigint[], %s::text[]) AS new(id, patient_id) WHERE c.id = new.id RETURNING c.id
"""

Progress = Callable[[int], None]
"""Told after every batch how many resources are done."""


@dataclass(frozen=True)
class Done:
    count: int
    failed: list[str]
    """``Type/id`` of what could not be indexed; its rows stay as they were."""


class _Found(NamedTuple):
    id: int
    content: str
    patient_id: str | None
    version_id: int
    last_updated: datetime


def count(resource_types: Collection[ResourceType]) -> int:
    """How many resources there are to do."""
    sql = "SELECT count(*) FROM fhirapi_content WHERE resource_type = ANY(%s)"
    [(found,)] = fetch(sql, [_names(resource_types)])
    return int(found)


def reindex(
    resource_types: Collection[ResourceType], *, processes: int | None = None,
    on_progress: Progress = lambda done: None,
) -> Done:  # fmt: skip
    total, failed = 0, []
    for done in each(_reindex_batch, _batches(_names(resource_types)), processes=processes):
        total += done.count
        failed += done.failed
        on_progress(total)
    index_state.mark(resource_types)
    return Done(total, failed)


def _names(resource_types: Collection[ResourceType]) -> list[str]:
    return [each.name for each in resource_types]


def _batches(names: list[str]) -> Iterator[list[int]]:
    last = 0
    while found := fetch(_NEXT_IDS, [last, names, _BATCH]):
        last = found[-1][0]
        yield [row_id for (row_id,) in found]


def _reindex_batch(row_ids: list[int]) -> Done:
    with transaction.atomic():
        found = [_Found(*row) for row in fetch(_CONTENT, [row_ids])]
        resources = {row.id: exact.parse(row.content) for row in found}
        entries = _entries(resources, {row.id: row.patient_id for row in found})
        failed = resources.keys() - entries.keys()
        delete_derived(list(entries))
        delete_derived([row_id for row_id in row_ids if row_id not in resources], are_deleted=True)
        write_derived(
            Row(row.id, resources[row.id], entries[row.id], row.version_id, row.last_updated)
            for row in found
            if row.id in entries
        )
        _move(found, entries)
    return Done(len(row_ids), [f"{resources[id]['resourceType']}/{resources[id]['id']}"
                               for id in sorted(failed)])  # fmt: skip


def _entries(
    resources: dict[int, dict[str, Any]], stands: dict[int, str | None]
) -> dict[int, IndexEntry]:
    """Those that can be indexed, each with its patient: the one it has, if that is still one."""
    entries: dict[int, IndexEntry] = {}
    waiting: dict[int, list[str]] = {}
    for row_id, resource in resources.items():
        resource_type = registry.find(resource["resourceType"])
        try:
            if resource_type:
                entry = entries[row_id] = entry_of(resource_type, resource)
                if entry.patient_id is None:
                    waiting[row_id] = targets(resource_type, resource)
        except Malformed:
            continue
    patients = patients_of(chain.from_iterable(waiting.values())) | {
        f"{resources[row_id]['resourceType']}/{resources[row_id]['id']}": entry.patient_id
        for row_id, entry in entries.items()
        if entry.patient_id
    }
    for row_id, forms in waiting.items():
        known = [patients[form] for form in forms if form in patients]
        # A reference to somebody else's record must not move it there.
        stays = stands[row_id] in known
        entries[row_id].patient_id = stands[row_id] if stays else next(iter(known), None)
    return entries


def _move(found: list[_Found], entries: dict[int, IndexEntry]) -> None:
    """A declaration that has changed may say that a type belongs to patients, or no longer."""
    moved = [
        (row.id, entries[row.id].patient_id)
        for row in found
        if row.id in entries and entries[row.id].patient_id != row.patient_id
    ]
    if moved:
        fetch(_MOVE, [[row_id for row_id, _ in moved], [patient for _, patient in moved]])
