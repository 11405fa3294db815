"""From a resource to the rows of the store: content, and everything derived from it.

The one place that knows which part of an index entry goes to which table; ``load`` writes both
kinds of rows, ``reindex`` the derived ones again.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection

from fhirapi.searchparams import reference
from fhirapi.searchparams.index import IndexEntry
from fhirapi.searchparams.keys import unit_key
from fhirapi.searchparams.paths import values
from fhirapi.sql import Statement, array
from fhirapi.store import exact
from fhirapi.store.patient_line import patient_line

_CONTENT = {
    "fhirapi_content": (
        "id", "resource_type", "resource_id", "patient_id", "version_id", "last_updated",
        "is_deleted", "content", "method",
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

_TYPES = {
    "id": "bigint", "row_id": "bigint", "key": "bigint", "version_id": "integer",
    "is_deleted": "boolean", "last_updated": "timestamptz", "clinical_date": "timestamptz",
    "clinical_end": "timestamptz", "start": "timestamptz", "end": "timestamptz",
    "low": "float8", "high": "float8", "tokens": "bigint[]", "refs": "bigint[]",
    "units": "bigint[]", "words": "text[]",
}  # fmt: skip
"""Of the columns that are no text."""

_NEXT_IDS = Statement(
    "SELECT nextval('fhirapi_content_id_seq') FROM generate_series(1, %(count)s::int)"
)

Lines = dict[str, list[tuple[Any, ...]]]


def _source(table: str, columns: Iterable[str]) -> str:
    """The lines of a table as rows: a parameter for each column, an array of all its values."""
    names = ", ".join(f'"{column}"' for column in columns)
    # An array of arrays of different lengths is none: they come as text.
    arrays = ", ".join(
        f"%({table}_{column})s::{'text' if _is_array(column) else _TYPES.get(column, 'text')}[]"
        for column in columns
    )
    return f"unnest({arrays}) AS line({names})"


def _is_array(column: str) -> bool:
    return _TYPES.get(column, "").endswith("[]")


def _selected(columns: Iterable[str]) -> str:
    return ", ".join(
        f'line."{column}"::{_TYPES[column]}' if _is_array(column) else f'line."{column}"'
        for column in columns
    )


def _insert_into(table: str, columns: Sequence[str]) -> str:
    names = ", ".join(f'"{column}"' for column in columns)
    source = _source(table, columns)
    return f"INSERT INTO {table} ({names}) SELECT {_selected(columns)} FROM {source}"  # noqa: S608 - our own names


def _all_of(*statements: str, told: str = "1") -> Statement:
    ctes = ", ".join(f"s{number} AS ({each})" for number, each in enumerate(statements))
    return Statement(f"WITH {ctes} SELECT {told}")


@lru_cache
def _inserting(tables: tuple[str, ...]) -> Statement:
    """Lines of these tables; a resource has none for most of them, so leave those out."""
    columns = _CONTENT | _DERIVED
    return _all_of(*(_insert_into(table, columns[table]) for table in tables))


_VERSION = (
    "resource_type, resource_id, patient_id, version_id, last_updated, is_deleted, content, "
    "method, written_in"
)
_CARE = "fhirapi_carerelationship"


def _changing(change: str, derived: Iterable[str]) -> Statement:
    """What stood there becomes history, nothing is derived from it any more; in one statement.

    Whether the caller sees a row may hang on what is derived from it: all of a statement is asked
    of what was there before it. It tells how many rows it has changed.
    """
    return _all_of(
        f"""INSERT INTO fhirapi_version ({_VERSION})
            SELECT {_VERSION} FROM fhirapi_content WHERE id = ANY(%(row_ids)s::bigint[])
            RETURNING 1""",  # noqa: S608 - constants
        f"{change} WHERE c.id = line.id RETURNING 1",
        *(
            f"DELETE FROM {table} WHERE {_DERIVED[table][0]} = ANY(%(row_ids)s::bigint[])"  # noqa: S608 - our own names
            for table in derived
        ),
        told="LEAST((SELECT count(*) FROM s0), (SELECT count(*) FROM s1))",
    )


_CHANGED = ("patient_id", "version_id", "last_updated", "is_deleted", "content", "method")
_REPLACE = _changing(
    f"""UPDATE fhirapi_content c
        SET written_in = DEFAULT, {", ".join(f"{name} = line.{name}" for name in _CHANGED)}
        FROM {_source("fhirapi_content", _CONTENT["fhirapi_content"])}""",  # noqa: S608 - our own names
    _DERIVED,
)
# Who cared for a patient is kept: they may see that the record was deleted, and bring it back.
_DELETE = _changing(
    """UPDATE fhirapi_content c
        SET written_in = DEFAULT, version_id = line.version_id, last_updated = line.last_updated,
            is_deleted = true, content = '', method = 'DELETE'
        FROM unnest(%(row_ids)s::bigint[], %(versions)s::integer[], %(moments)s::timestamptz[])
            AS line(id, version_id, last_updated)""",
    (table for table in _DERIVED if table != _CARE),
)


class NotSeen(Exception):
    """The policies of the tables hide a row that is to be changed; the transaction must end."""


class Row(NamedTuple):
    """A resource with what the store adds to it."""

    id: int
    resource: dict[str, Any]
    entry: IndexEntry
    version_id: int
    last_updated: datetime
    content: str = ""
    """Its JSON, where it has been written already."""
    method: str | None = None
    """By which it came: POST, PUT or PATCH; None: not by a request."""


def write(rows: Iterable[Row]) -> None:
    """Writes content and derived rows by COPY: for many."""
    _copy(_CONTENT | _DERIVED, _lines(rows))


def insert(rows: Iterable[Row]) -> None:
    """The same in one statement: for few, where a COPY for each table costs more."""
    _insert(_lines(rows))


def insert_many(rows: Iterable[Row]) -> None:
    """The same where they are many and a request brings them: under the policies of a table there
    is no COPY into it. https://www.postgresql.org/docs/18/sql-copy.html
    """
    lines = _lines(rows)
    _insert({name: lines[name] for name in _CONTENT})
    _copy(_DERIVED, lines)


def replace(rows: Sequence[Row]) -> None:
    """In place of what has the same row id, which becomes history. Raises NotSeen."""
    if not rows:
        return
    lines = _lines(rows)
    _change(_REPLACE, [row.id for row in rows], _parameters(lines, _CONTENT))
    _insert({name: lines[name] for name in _DERIVED})


def delete(resources: Sequence[tuple[int, int, datetime]]) -> None:
    """By row id, with version and time: a version without content. Raises NotSeen."""
    row_ids, versions, moments = zip(*resources, strict=True)
    told = {"versions": list(versions), "moments": [moment.isoformat() for moment in moments]}
    _change(_DELETE, row_ids, told)


def _change(statement: Statement, row_ids: Sequence[int], parameters: dict[str, Any]) -> None:
    if statement.fetch({"row_ids": list(row_ids), **parameters}) != [(len(row_ids),)]:
        raise NotSeen


def write_derived(rows: Iterable[Row]) -> None:
    lines = _empty(_DERIVED)
    for row in rows:
        _derive(lines, row)
    _copy(_DERIVED, lines)


def delete_derived(row_ids: list[int], *, are_deleted: bool = False) -> None:
    """``are_deleted``: these resources; then who cared for a patient is kept."""
    with connection.cursor() as cursor:
        for table, columns in _DERIVED.items():
            if are_deleted and table == _CARE:
                continue
            sql = f"DELETE FROM {table} WHERE {columns[0]} = ANY(%s)"  # noqa: S608 - our own names
            cursor.execute(sql, [row_ids])


def take_ids(count: int) -> list[int]:
    """Ids for new content rows."""
    return [row_id for (row_id,) in _NEXT_IDS.fetch({"count": count})]


def _lines(rows: Iterable[Row]) -> Lines:
    lines = _empty(_CONTENT | _DERIVED)
    for row in rows:
        _derive(lines, row)
        kind, resource_id = row.resource["resourceType"], row.resource["id"]
        lines["fhirapi_content"].append(
            (row.id, kind, resource_id, row.entry.patient_id, row.version_id, row.last_updated,
             False, row.content or content_of(row), row.method)
        )  # fmt: skip
    return lines


def content_of(row: Row) -> str:
    """As it is stored: with version and time of the last change."""
    return exact.write(_stamped(row))


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
            for practitioner_id in set(practitioners(row.resource))
        )
        lines["fhirapi_patientline"].append((row_id, *patient_line(row.resource)))


def practitioners(patient: dict[str, Any]) -> Iterator[str]:
    """Ids of those who care for the patient."""
    for value in values(patient, "generalPractitioner"):
        for form in reference.forms(value, settings.FHIR_BASE_URL):
            if form.startswith("Practitioner/") and reference.is_local(form):
                yield form.removeprefix("Practitioner/")


def _array(keys: set[int]) -> str:
    """A bigint[] literal: cheaper to write than a list that the driver must inspect."""
    return "{" + ",".join(map(str, keys)) + "}"


def _empty(tables: dict[str, tuple[str, ...]]) -> Lines:
    return {table: [] for table in tables}


def _insert(lines: Lines) -> None:
    tables = tuple(table for table in lines if lines[table])
    if tables:
        _inserting(tables).fetch_one(_parameters(lines, tables))


def _parameters(lines: Lines, tables: Iterable[str]) -> dict[str, str]:
    """Of ``_source``."""
    return {
        f"{table}_{column}": array(map(_element, of_column))
        for table in tables
        for column, of_column in zip(
            (_CONTENT | _DERIVED)[table], zip(*lines[table], strict=True), strict=True
        )
    }


def _element(value: Any) -> str | int | None:
    """As an element of an array's literal."""
    if value is None or type(value) is str or type(value) is int:
        return value
    if type(value) is datetime:
        return value.isoformat()
    return array(value) if isinstance(value, list) else str(value)


def _copy(tables: dict[str, tuple[str, ...]], lines: Lines) -> None:
    with connection.cursor() as cursor:
        for table, columns in tables.items():
            if not lines[table]:
                continue
            names = ", ".join(f'"{column}"' for column in columns)
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for line in lines[table]:
                    copy.write_row(line)
