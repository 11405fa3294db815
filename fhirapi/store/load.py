"""Writes many new resources at once, by COPY.

For resources that are not in the store yet: generated or imported populations. One transaction,
so that a failure leaves nothing behind.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import orjson
import psycopg
from django.conf import settings
from django.db import connection, transaction

from fhirapi.definitions import registry
from fhirapi.outcomes import unknown_type
from fhirapi.searchparams import date
from fhirapi.searchparams.index import IndexEntry, index
from fhirapi.searchparams.keys import unit_key
from fhirapi.searchparams.paths import values
from fhirapi.sql import fetch
from fhirapi.store.patient_line import patient_line

_BATCH = 5_000  # resources held in memory at a time
_TABLES = {
    "fhirapi_content": (
        "id", "resource_type", "resource_id", "patient_id", "version_id", "last_updated",
        "is_deleted", "content",
    ),
    "fhirapi_searchrow": (
        "id", "resource_type", "resource_id", "patient_id", "last_updated", "clinical_date",
        "clinical_end", "tokens", "refs",
    ),
    "fhirapi_searchstring": ("row_id", "key", "value"),
    "fhirapi_searchdate": ("row_id", "key", "start", "end"),
    "fhirapi_searchquantity": ("row_id", "key", "low", "high", "units"),
    "fhirapi_searchlink": ("row_id", "key", "target_type", "target_id"),
    "fhirapi_carerelationship": ("row_id", "practitioner_id", "patient_id"),
    "fhirapi_patientline": (
        "row_id", "patient_id", "name", "order", "mrn", "birth_date", "gender", "words",
    ),
}  # fmt: skip

Rows = dict[str, list[tuple[Any, ...]]]


class AlreadyStored(ValueError):
    """One of the resources, or one of the same type and id, is in the store already."""


def load(resources: Iterable[dict[str, Any]]) -> int:
    """Stores the resources; returns how many. Raises AlreadyStored or an Outcome, storing none."""
    count = 0
    compartments: dict[str, str] = {}
    with transaction.atomic():
        iterator = iter(resources)
        while batch := list(islice(iterator, _BATCH)):
            _copy(_rows(batch, compartments))
            count += len(batch)
    return count


def _rows(batch: list[dict[str, Any]], compartments: dict[str, str]) -> Rows:
    rows: Rows = {table: [] for table in _TABLES}
    now = datetime.now(UTC)
    for row_id, resource in zip(_take_ids(len(batch)), batch, strict=True):
        resource_type = registry.find(resource["resourceType"])
        if resource_type is None:
            raise unknown_type(resource["resourceType"])
        entry = index(resource_type, resource, settings.FHIR_BASE_URL)
        if entry.patient_id is None and resource_type.patient:
            entry.patient_id = _compartment_of(resource, resource_type.patient, compartments)
        if entry.patient_id:
            compartments[f"{resource_type.name}/{resource['id']}"] = entry.patient_id
        _add_rows(rows, row_id, resource, entry, now)
    return rows


def _compartment_of(
    resource: dict[str, Any], path: str, compartments: dict[str, str]
) -> str | None:
    """Provenance belongs to whom its target belongs to; targets are loaded before it."""
    for target in values(resource, path):
        if patient_id := compartments.get(target.get("reference", "")):
            return patient_id
    return None


def _add_rows(
    rows: Rows, row_id: int, resource: dict[str, Any], entry: IndexEntry, now: datetime
) -> None:
    meta = resource.get("meta", {})
    version_id = int(meta.get("versionId", 1))
    last_updated = _instant(meta.get("lastUpdated"), now)
    if "versionId" not in meta or "lastUpdated" not in meta:
        stamp = {"versionId": str(version_id), "lastUpdated": last_updated.isoformat()}
        resource = {**resource, "meta": {**meta, **stamp}}
    kind, resource_id = resource["resourceType"], resource["id"]
    patient_id = entry.patient_id
    rows["fhirapi_content"].append(
        (row_id, kind, resource_id, patient_id, version_id, last_updated, False,
         orjson.dumps(resource).decode())
    )  # fmt: skip
    rows["fhirapi_searchrow"].append(
        (row_id, kind, resource_id, patient_id, last_updated,
         *(entry.clinical or (None, None)), _array(entry.tokens), _array(entry.refs))
    )  # fmt: skip
    rows["fhirapi_searchstring"] += ((row_id, named, value) for named, value in entry.strings)
    rows["fhirapi_searchdate"] += (
        (row_id, named, value.start, value.end) for named, value in entry.dates
    )
    rows["fhirapi_searchquantity"] += (
        (row_id, named, *each.span, _array({unit_key(unit) for unit in each.units}))
        for named, each in entry.quantities
    )
    rows["fhirapi_searchlink"] += (
        (row_id, named, *target.split("/")) for named, target in entry.links
    )
    if kind == "Patient":
        rows["fhirapi_carerelationship"] += (
            (row_id, practitioner_id, resource_id) for practitioner_id in _practitioners(resource)
        )
        rows["fhirapi_patientline"].append((row_id, *patient_line(resource)))


def _practitioners(patient: dict[str, Any]) -> Iterator[str]:
    for practitioner in values(patient, "generalPractitioner.reference"):
        if practitioner.startswith("Practitioner/"):
            yield practitioner.removeprefix("Practitioner/")


def _instant(text: str | None, now: datetime) -> datetime:
    return date.parse(text).start if text else now


def _array(keys: set[int]) -> str:
    """A bigint[] literal: cheaper to write than a list that the driver must inspect."""
    return "{" + ",".join(map(str, keys)) + "}"


def _take_ids(count: int) -> list[int]:
    sequence = "fhirapi_content_id_seq"
    return [
        row[0]
        for row in fetch(f"SELECT nextval('{sequence}') FROM generate_series(1, %s)", [count])  # noqa: S608 - our own name
    ]


def _copy(rows: Rows) -> None:
    try:
        with connection.cursor() as cursor:
            for table, columns in _TABLES.items():
                names = ", ".join(f'"{column}"' for column in columns)
                with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                    for row in rows[table]:
                        copy.write_row(row)
    except psycopg.errors.UniqueViolation as error:
        raise AlreadyStored("A resource with this type and id is already stored.") from error
