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
from fhirapi.store.compartment import targets
from fhirapi.store.rows import Row, take_ids, write

_BATCH = 5_000  # resources held in memory at a time


class AlreadyStored(ValueError):
    """One of the resources, or one of the same type and id, is in the store already."""


def load(resources: Iterable[dict[str, Any]]) -> int:
    """Stores the resources; returns how many. Raises AlreadyStored or an Outcome, storing none."""
    count = 0
    compartments: dict[str, str] = {}
    with transaction.atomic():
        iterator = iter(resources)
        while batch := list(islice(iterator, _BATCH)):
            _store(batch, compartments)
            count += len(batch)
    return count


def _store(batch: list[dict[str, Any]], compartments: dict[str, str]) -> None:
    try:
        write(_rows(batch, compartments))
    except psycopg.errors.UniqueViolation as error:
        raise AlreadyStored("A resource with this type and id is already stored.") from error


def _rows(batch: list[dict[str, Any]], compartments: dict[str, str]) -> Iterator[Row]:
    now = datetime.now(UTC)
    for row_id, resource in zip(take_ids(len(batch)), batch, strict=True):
        resource_type = registry.find(resource["resourceType"])
        if resource_type is None:
            raise unknown_type(resource["resourceType"])
        entry = _entry(resource_type, resource, compartments)
        meta = resource.get("meta", {})
        yield Row(
            row_id, resource, entry,
            version_id=int(meta.get("versionId", 1)),
            last_updated=_instant(meta.get("lastUpdated"), now),
        )  # fmt: skip


def _entry(
    resource_type: ResourceType, resource: dict[str, Any], compartments: dict[str, str]
) -> IndexEntry:
    """Provenance belongs to whom its target belongs to; targets are loaded before it."""
    entry = index(resource_type, resource, settings.FHIR_BASE_URL)
    if entry.patient_id is None:
        known = (compartments.get(target) for target in targets(resource_type, resource))
        entry.patient_id = next(filter(None, known), None)
    if entry.patient_id:
        compartments[f"{resource_type.name}/{resource['id']}"] = entry.patient_id
    return entry


def _instant(text: str | None, now: datetime) -> datetime:
    return date.parse(text).start if text else now
