"""From a resource to the rows of the store: content, and everything derived from it.

The one place that knows which part of an index entry goes to which table; ``load`` writes both
kinds of rows, ``reindex`` the derived ones again.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from fhirapi.searchparams.index import IndexEntry
from fhirapi.searchparams.keys import unit_key
from fhirapi.searchparams.paths import values
from fhirapi.sql import fetch
from fhirapi.store import exact
from fhirapi.store.patient_line import patient_line

_CONTENT = {
    "fhirapi_content": (
        "id", "resource_type", "resource_id", "patient_id", "version_id", "last_updated",
        "is_deleted", "content",
    ),
}  # fmt: skip
_DERIVED = {
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
"""The first column is the id of the content row."""

Lines = dict[str, list[tuple[Any, ...]]]


class Row(NamedTuple):
    """A resource with what the store adds to it."""

    id: int
    resource: dict[str, Any]
    entry: IndexEntry
    version_id: int
    last_updated: datetime


def write(rows: Iterable[Row]) -> None:
    """Writes content and derived rows by COPY."""
    lines = _empty(_CONTENT | _DERIVED)
    for row in rows:
        _derive(lines, row)
        kind, resource_id = row.resource["resourceType"], row.resource["id"]
        lines["fhirapi_content"].append(
            (row.id, kind, resource_id, row.entry.patient_id, row.version_id, row.last_updated,
             False, exact.write(_stamped(row)))
        )  # fmt: skip
    _copy(_CONTENT | _DERIVED, lines)


def write_derived(rows: Iterable[Row]) -> None:
    lines = _empty(_DERIVED)
    for row in rows:
        _derive(lines, row)
    _copy(_DERIVED, lines)


def delete_derived(row_ids: list[int]) -> None:
    with connection.cursor() as cursor:
        for table, columns in _DERIVED.items():
            sql = f"DELETE FROM {table} WHERE {columns[0]} = ANY(%s)"  # noqa: S608 - our own names
            cursor.execute(sql, [row_ids])


def take_ids(count: int) -> list[int]:
    """Ids for new content rows."""
    sql = "SELECT nextval('fhirapi_content_id_seq') FROM generate_series(1, %s)"
    return [row_id for (row_id,) in fetch(sql, [count])]


def _stamped(row: Row) -> dict[str, Any]:
    meta = row.resource.get("meta", {})
    if "versionId" in meta and "lastUpdated" in meta:
        return row.resource
    stamp = {"versionId": str(row.version_id), "lastUpdated": row.last_updated.isoformat()}
    return {**row.resource, "meta": {**meta, **stamp}}


def _derive(lines: Lines, row: Row) -> None:
    row_id, entry = row.id, row.entry
    kind, resource_id = row.resource["resourceType"], row.resource["id"]
    lines["fhirapi_searchrow"].append(
        (row_id, kind, resource_id, entry.patient_id, row.last_updated,
         *(entry.clinical or (None, None)), _array(entry.tokens), _array(entry.refs))
    )  # fmt: skip
    lines["fhirapi_searchstring"] += ((row_id, named, value) for named, value in entry.strings)
    lines["fhirapi_searchdate"] += (
        (row_id, named, value.start, value.end) for named, value in entry.dates
    )
    lines["fhirapi_searchquantity"] += (
        (row_id, named, *each.span, _array({unit_key(unit) for unit in each.units}))
        for named, each in entry.quantities
    )
    lines["fhirapi_searchlink"] += (
        (row_id, named, *target.split("/")) for named, target in entry.links
    )
    if kind == "Patient":
        lines["fhirapi_carerelationship"] += (
            (row_id, practitioner_id, resource_id)
            for practitioner_id in set(_practitioners(row.resource))
        )
        lines["fhirapi_patientline"].append((row_id, *patient_line(row.resource)))


def _practitioners(patient: dict[str, Any]) -> Iterator[str]:
    for practitioner in values(patient, "generalPractitioner.reference"):
        if practitioner.startswith("Practitioner/"):
            yield practitioner.removeprefix("Practitioner/")


def _array(keys: set[int]) -> str:
    """A bigint[] literal: cheaper to write than a list that the driver must inspect."""
    return "{" + ",".join(map(str, keys)) + "}"


def _empty(tables: dict[str, tuple[str, ...]]) -> Lines:
    return {table: [] for table in tables}


def _copy(tables: dict[str, tuple[str, ...]], lines: Lines) -> None:
    with connection.cursor() as cursor:
        for table, columns in tables.items():
            if not lines[table]:
                continue
            names = ", ".join(f'"{column}"' for column in columns)
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for line in lines[table]:
                    copy.write_row(line)
