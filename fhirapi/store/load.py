"""Writes many new resources at once, by COPY.

For resources that are made here and not in the store yet, such as a generated population. One
transaction, so that a failure leaves nothing behind. Files of others come in by ``intake``.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import psycopg
from django.conf import settings
from django.db import transaction

from fhirapi.definitions import registry
from fhirapi.definitions.schema import ResourceType
from fhirapi.outcomes import unknown_type
from fhirapi.searchparams import date
from fhirapi.searchparams.index import IndexEntry, index
from fhirapi.store.compartment import patients_of, targets
from fhirapi.store.rows import Row, take_ids, write

_BATCH = 5_000  # resources held in memory at a time

Indexed = tuple[dict[str, Any], IndexEntry]


class AlreadyStored(ValueError):
    """One of the resources, or one of the same type and id, is in the store already."""


def load(resources: Iterable[dict[str, Any]]) -> int:
    """Stores the resources; returns how many. Raises AlreadyStored or an Outcome, storing none.

    A Provenance or Binary may come before what it belongs to: it is held back until that is known.
    """
    count = 0
    owners: dict[str, str] = {}
    held: list[Indexed] = []
    with transaction.atomic():
        iterator = iter(resources)
        while batch := list(islice(iterator, _BATCH)):
            ready, held = _placed([*held, *map(_indexed, batch)], owners)
            _store(ready)
            count += len(batch)
        owners |= patients_of(form for resource, _ in held for form in _targets(resource))
        ready, nobodys = _placed(held, owners)
        _store([*ready, *nobodys])
    return count


def _indexed(resource: dict[str, Any]) -> Indexed:
    return resource, index(_declared(resource), resource, settings.FHIR_BASE_URL)


def _declared(resource: dict[str, Any]) -> ResourceType:
    resource_type = registry.find(resource["resourceType"])
    if resource_type is None:
        raise unknown_type(resource["resourceType"])
    return resource_type


def _targets(resource: dict[str, Any]) -> list[str]:
    return targets(_declared(resource), resource)


def _placed(arriving: list[Indexed], owners: dict[str, str]) -> tuple[list[Indexed], list[Indexed]]:
    """Those whose patient is known or who have none, and those who belong to whom a target does."""
    ready: list[Indexed] = []
    held: list[Indexed] = []
    for resource, entry in arriving:
        if entry.patient_id is None:
            forms = _targets(resource)
            entry.patient_id = next((owners[form] for form in forms if form in owners), None)
            if forms and entry.patient_id is None:
                held.append((resource, entry))
                continue
        if entry.patient_id:
            owners[f"{resource['resourceType']}/{resource['id']}"] = entry.patient_id
        ready.append((resource, entry))
    if held and ready:  # what has just been placed may own what came before it
        more, held = _placed(held, owners)
        ready += more
    return ready, held


def _store(ready: list[Indexed]) -> None:
    try:
        write(_rows(ready))
    except psycopg.errors.UniqueViolation as error:
        raise AlreadyStored("A resource with this type and id is already stored.") from error


def _rows(ready: list[Indexed]) -> Iterator[Row]:
    now = datetime.now(UTC)
    for row_id, (resource, entry) in zip(take_ids(len(ready)), ready, strict=True):
        meta = resource.get("meta", {})
        yield Row(
            row_id, resource, entry,
            version_id=int(meta.get("versionId", 1)),
            last_updated=_instant(meta.get("lastUpdated"), now),
        )  # fmt: skip


def _instant(text: str | None, now: datetime) -> datetime:
    return date.parse(text).start if text else now
