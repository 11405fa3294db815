"""Files of rows, and of whole resources: complete, typed, and written in little memory.

Spark is not run here: it reads the same format, of which nothing but common types is used
(test_files_have_nothing_that_spark_does_not_read).
"""

import io
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from fhirapi.bulk.analytics import parquet
from fhirapi.bulk.analytics.flatten import flatten
from fhirapi.bulk.analytics.parquet import ParquetFile, ViewFile, put_together
from fhirapi.bulk.analytics.view import View
from fhirapi.bulk.analytics.view_definitions import VIEWS, find
from tests.bulk.analytics.records import contents, resources

pytestmark = pytest.mark.xdist_group("flat views")


def view(name: str) -> View:
    found = find(name)
    assert found is not None
    return found


@pytest.mark.parametrize("shown", VIEWS, ids=lambda shown: shown.name)
def test_a_file_has_every_row_of_its_view(shown: View, folder: Path) -> None:
    names = [each.name for each in shown.all_columns]
    read = ds.dataset(folder / f"{shown.name}.parquet").to_table().to_pylist()
    assert [[row[name] for name in names] for row in read] == [
        row for resource in resources(shown.resource) for row in flatten(shown, resource)
    ]


def test_a_date_that_is_not_whole_is_in_the_text_alone() -> None:
    [row] = rows(
        "condition",
        {"onsetDateTime": "2019-05", "recordedDate": "2019-05-02", "abatementDateTime": "2020"},
    )
    assert (row["onset_date"], row["onset_at"], row["onset_text"]) == (None, None, "2019-05")
    assert row["abatement_text"] == "2020"
    assert row["recorded_date"].isoformat() == "2019-05-02"
    assert row["recorded_at"] is None


def rows(name: str, *found: dict[str, Any]) -> list[dict[str, Any]]:
    stream = io.BytesIO()
    file = ViewFile(stream, view(name))
    file.write([orjson.dumps({"id": str(number), **each}) for number, each in enumerate(found)])
    file.close()
    read: list[dict[str, Any]] = pq.read_table(io.BytesIO(stream.getvalue())).to_pylist()
    return read


@pytest.mark.parametrize("resource_type", ["Patient", "Observation", "Appointment", "Location"])
def test_whole_resources_are_byte_for_byte(resource_type: str, folder: Path) -> None:
    found = ds.dataset(folder / "whole" / f"{resource_type}.parquet").to_table().to_pylist()
    lines = contents()[resource_type]
    assert [row["resource"].encode() for row in found] == lines
    for row, resource in zip(found, resources(resource_type), strict=True):
        assert row["id"] == resource["id"]
        assert row["last_updated"] == datetime.fromisoformat(resource["meta"]["lastUpdated"])


def test_whole_resources_tell_whose_they_are(folder: Path) -> None:
    for shown in VIEWS:
        if "patient_id" in [each.name for each in shown.columns] and not shown.where:
            whole = pq.read_table(folder / "whole" / f"{shown.resource}.parquet").to_pylist()
            of_view = pq.read_table(folder / f"{shown.name}.parquet").to_pylist()
            owners = {row["id"]: row["patient_id"] for row in whole}
            assert {row["id"]: row["patient_id"] for row in of_view}.items() <= owners.items()
            assert None not in owners.values()
    [first, *_] = pq.read_table(folder / "whole" / "Patient.parquet").to_pylist()
    assert first["patient_id"] == first["id"]


def test_the_practices_own_data_are_nobodys(folder: Path) -> None:
    [owner] = set(pq.read_table(folder / "whole" / "Location.parquet")["patient_id"].to_pylist())
    assert owner is None


def test_files_have_nothing_that_spark_does_not_read(folder: Path) -> None:
    """https://spark.apache.org/docs/latest/sql-data-sources-parquet.html, and the format's own."""
    read = {"BOOLEAN", "INT32", "INT64", "DOUBLE", "BYTE_ARRAY", "FIXED_LEN_BYTE_ARRAY"}
    for path in folder.rglob("*.parquet"):
        metadata = pq.read_metadata(path)
        for number in range(metadata.num_columns):
            column = metadata.row_group(0).column(number)
            assert column.physical_type in read
            assert column.compression == "ZSTD"
            assert set(column.encodings) <= {"PLAIN", "RLE", "RLE_DICTIONARY"}
            said = metadata.schema.column(number).logical_type.to_json()
            if "Timestamp" in said:
                assert orjson.loads(said)["timeUnit"] == "microseconds"
                assert orjson.loads(said)["isAdjustedToUTC"] is True


def test_codes_have_a_dictionary_and_ids_have_none(folder: Path) -> None:
    group = pq.read_metadata(folder / "observation.parquet").row_group(0)
    with_dictionary = {
        group.column(number).path_in_schema
        for number in range(group.num_columns)
        if group.column(number).has_dictionary_page
    }
    assert {"status", "patient_id", "loinc_code", "value_unit"} <= with_dictionary
    assert not {"id", "last_updated", "effective_text"} & with_dictionary


def test_a_file_tells_what_its_columns_are(folder: Path) -> None:
    schema = pq.read_schema(folder / "condition.parquet")
    assert schema.metadata[b"view"] == b"condition"
    assert schema.field("icd10_code").metadata[b"description"] == b"ICD-10-CM"
    assert schema.field("onset_date").type == pa.date32()
    assert schema.field("onset_at").type == pa.timestamp("us", tz="UTC")


def test_a_file_without_rows_is_a_table_without_rows() -> None:
    for write in (lambda to: ViewFile(to, view("claim")), lambda to: ParquetFile(to, "Claim")):
        stream = io.BytesIO()
        assert write(stream).close() == 0
        assert pq.read_table(io.BytesIO(stream.getvalue())).num_rows == 0


def many(count: int) -> list[bytes]:
    return [orjson.dumps({"id": str(number), "status": "final"}) for number in range(count)]


def groups_of(stream: io.BytesIO) -> list[int]:
    metadata = pq.read_metadata(io.BytesIO(stream.getvalue()))
    return [metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)]


def test_rows_are_written_by_groups() -> None:
    stream = io.BytesIO()
    file = ParquetFile(stream, "Observation")
    lines = many(parquet.ROWS * 2 + 5)
    file.write(lines[:-5])
    before = len(stream.getvalue())
    assert before > 10_000
    file.write(lines[-5:])
    assert len(stream.getvalue()) == before
    assert file.close() == parquet.ROWS * 2 + 5
    assert groups_of(stream) == [parquet.ROWS, parquet.ROWS, 5]


def test_large_resources_make_smaller_groups() -> None:
    stream = io.BytesIO()
    file = ParquetFile(stream, "Binary")
    half = b'{"id":"1","data":"%b"}' % (b"A" * (parquet.BYTES // 2))
    file.write([half] * 5)
    file.close()
    assert groups_of(stream) == [2, 2, 1]


_PEAK = """
import resource, sys, orjson
from fhirapi.bulk.analytics.parquet import ParquetFile, ViewFile
from fhirapi.bulk.analytics.view_definitions import find

class Nowhere:
    closed = False
    def write(self, content): return len(content)
    def flush(self): pass
    def tell(self): return 0

note = {"subject": {"reference": "Patient/1"}, "note": [{"text": "x" * 500}]}
for file in (ParquetFile(Nowhere(), "Observation"), ViewFile(Nowhere(), find("observation"))):
    for number in range(int(sys.argv[1])):
        file.write([orjson.dumps({"id": str(number), **note})])
    file.close()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_memory_stays_the_same_however_many_resources_come() -> None:
    def peak(count: int) -> int:
        """KiB."""
        command = [sys.executable, "-c", _PEAK, str(count)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return int(done.stdout)

    # Six times as many, which would be 60 MiB more of JSON alone.
    assert peak(6 * 2 * parquet.ROWS) - peak(2 * parquet.ROWS) < 30 * 1024


def test_small_files_are_put_together() -> None:
    lines, pieces = contents()["Encounter"], []
    for start in range(0, len(lines), 50):
        pieces.append(io.BytesIO())
        file = ViewFile(pieces[-1], view("encounter"))
        file.write(lines[start : start + 50])
        file.close()
    together = io.BytesIO()
    assert put_together(pieces, together) == len(lines)
    assert groups_of(together) == [len(lines)]
    whole = io.BytesIO()
    file = ViewFile(whole, view("encounter"))
    file.write(lines)
    file.close()
    read, expected = (pq.read_table(io.BytesIO(each.getvalue())) for each in (together, whole))
    assert read.equals(expected, check_metadata=True)
    columns = [
        pq.read_metadata(io.BytesIO(each.getvalue())).row_group(0).to_dict()["columns"]
        for each in (together, whole)
    ]
    dictionaries = [[column["has_dictionary_page"] for column in each] for each in columns]
    assert dictionaries[0] == dictionaries[1]


def test_large_files_are_put_together_by_groups() -> None:
    pieces = [io.BytesIO(), io.BytesIO()]
    for piece in pieces:
        file = ParquetFile(piece, "Observation")
        file.write(many(parquet.ROWS + 1))
        file.close()
    together = io.BytesIO()
    assert put_together(pieces, together) == 2 * parquet.ROWS + 2
    assert max(groups_of(together)) <= 2 * parquet.ROWS


def test_nothing_can_be_put_together_of_nothing() -> None:
    with pytest.raises(ValueError, match="no file"):
        put_together([], io.BytesIO())


def test_a_file_that_is_given_up_says_no_more(capfd: pytest.CaptureFixture[str]) -> None:
    stream = io.BytesIO()
    file = ParquetFile(stream, "Observation")
    file.write(many(10))
    file.discard()
    stream.close()
    del file
    assert capfd.readouterr().err == ""


def test_who_has_no_pyarrow_is_told_so_without_an_error() -> None:
    """And who has it does not import it for the question."""
    asked = """
import sys
from fhirapi.bulk.analytics.available import is_available
assert is_available() is (sys.argv[1] == "there")
assert "pyarrow" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", asked, "there"], check=True)
    # -S: without the folder of installed packages.
    subprocess.run([sys.executable, "-S", "-c", asked, "absent"], check=True)
