"""Parquet files: of whole resources, and of the rows of a view. Memory holds one row group.

https://parquet.apache.org/docs/file-format/. Written by pyarrow, the extra ``analytics``: who needs
this module imports it where a file is begun, after ``available.is_available()``.
"""

from collections.abc import Iterable, Sequence
from typing import IO, Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from fhirapi.bulk.analytics.columns import key
from fhirapi.bulk.analytics.flatten import flattener
from fhirapi.bulk.analytics.following import every
from fhirapi.bulk.analytics.stored import timestamp
from fhirapi.bulk.analytics.view import Column, Stored, View
from fhirapi.definitions import registry
from fhirapi.searchparams.paths import values

ROWS = 10_000
"""So many rows make a row group, or a few more ..."""
BYTES = 16 * 1024 * 1024
"""... or so many bytes of values."""
_BATCH_ROWS, _BATCH_BYTES = 1000, 1024 * 1024
"""After so many rows, or bytes of JSON, values leave Python's objects, which take more room."""
_COMPRESSION = "zstd"
_DISTINCT = "distinct"
"""In a field's metadata: nearly every row has another value, so it has no dictionary."""
_TYPES = {
    Stored.TEXT: pa.string(),
    Stored.BOOLEAN: pa.bool_(),
    Stored.INTEGER: pa.int64(),
    Stored.DOUBLE: pa.float64(),
    Stored.AMOUNT: pa.decimal128(38, 6),
    Stored.DATE: pa.date32(),
    Stored.TIMESTAMP: pa.timestamp("us", tz="UTC"),
}
RAW_COLUMNS = (
    *key("resource"),
    Column("patient_id", "", "id", "The patient whose data it is"),
    Column("resource", "", "string", "The resource as JSON", is_distinct=True),
)
"""Of a file of whole resources."""


class _Groups:
    """Gathers batches of rows until they make a row group."""

    def __init__(self, stream: IO[bytes], schema: pa.Schema) -> None:
        repeating = [each.name for each in schema if _DISTINCT.encode() not in each.metadata]
        self._writer = pq.ParquetWriter(
            stream, schema, compression=_COMPRESSION, use_dictionary=repeating
        )
        self._batches: list[pa.RecordBatch] = []
        self._rows = self._bytes = 0
        self.count = 0
        """Rows so far."""

    def add(self, batch: pa.RecordBatch) -> None:
        self._batches.append(batch)
        self.count += batch.num_rows
        self._rows += batch.num_rows
        self._bytes += batch.nbytes
        if self._rows >= ROWS or self._bytes >= BYTES:
            self._write()

    def close(self) -> None:
        if self._batches:
            self._write()
        self._writer.close()

    def discard(self) -> None:
        self._writer.close()

    def _write(self) -> None:
        self._writer.write_table(pa.Table.from_batches(self._batches))
        self._batches, self._rows, self._bytes = [], 0, 0


class _File:
    """A table whose rows are made from resources."""

    def __init__(self, stream: IO[bytes], columns: Sequence[Column], about: dict[str, str]) -> None:
        self._schema = pa.schema([_field(each) for each in columns], about)
        self._groups = _Groups(stream, self._schema)
        self._rows: list[Sequence[Any]] = []
        self._size = 0

    def write(self, contents: Sequence[bytes]) -> None:
        """Resources of the file's type, each as JSON in UTF-8 without a line's end."""
        for content in contents:
            self._rows += self._rows_of(content)
            self._size += len(content)
            if len(self._rows) >= _BATCH_ROWS or self._size >= _BATCH_BYTES:
                self._gather()

    def close(self) -> int:
        """How many rows it has. The stream is left open."""
        self._gather()
        self._groups.close()
        return self._groups.count

    def discard(self) -> None:
        """Instead of ``close``, before the stream is closed: what was written is of no use."""
        self._groups.discard()

    def _rows_of(self, content: bytes) -> Sequence[Sequence[Any]]:
        raise NotImplementedError

    def _gather(self) -> None:
        if self._rows:
            columns = zip(zip(*self._rows, strict=True), self._schema, strict=True)
            arrays = [pa.array(found, type=field.type) for found, field in columns]
            self._groups.add(pa.RecordBatch.from_arrays(arrays, schema=self._schema))
        self._rows, self._size = [], 0


class ParquetFile(_File):
    """Whole resources of a type: their JSON, and what is asked of it most often."""

    def __init__(self, stream: IO[bytes], resource_type: str) -> None:
        super().__init__(stream, RAW_COLUMNS, {"resource": resource_type})
        declared = registry.find(resource_type)
        self._patient = declared.patient if declared else None

    def _rows_of(self, content: bytes) -> Sequence[Sequence[Any]]:
        resource = orjson.loads(content)
        changed_at = timestamp(resource.get("meta", {}).get("lastUpdated"))
        return [(resource["id"], changed_at, self._patient_id(resource), content)]

    def _patient_id(self, resource: dict[str, Any]) -> str | None:
        """Where a type may have several: the first."""
        if self._patient is None or self._patient == "id":
            return resource["id"] if self._patient else None
        keys = (
            patient_id
            for reference in values(resource, self._patient)
            for patient_id in every("getReferenceKey(Patient)", reference)
        )
        return next(keys, None)


class ViewFile(_File):
    """The rows of a view."""

    def __init__(self, stream: IO[bytes], view: View) -> None:
        about = {"view": view.name, "resource": view.resource}
        super().__init__(stream, view.all_columns, about)
        self._flatten = flattener(view)

    def _rows_of(self, content: bytes) -> Sequence[Sequence[Any]]:
        return self._flatten(orjson.loads(content))


def put_together(sources: Iterable[IO[bytes]], target: IO[bytes]) -> int:
    """One file of one or more of the same form, which can be sought in. How many rows it has."""
    groups: _Groups | None = None
    for source in sources:
        file = pq.ParquetFile(source)
        groups = groups or _Groups(target, file.schema_arrow)
        for batch in file.iter_batches(ROWS):
            groups.add(batch)
    if groups is None:
        raise ValueError("There is no file to take the form from.")
    groups.close()
    return groups.count


def _field(column: Column) -> pa.Field:
    about = {"description": column.words, **({_DISTINCT: "true"} if column.is_distinct else {})}
    return pa.field(column.name, _TYPES[column.stored], metadata=about)
