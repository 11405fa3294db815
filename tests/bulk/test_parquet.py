"""An export as tables, read by DuckDB."""

from pathlib import Path
from typing import Any

import duckdb
import pytest
from pytest_django import Settings

from tests.bulk.exporting import Exporter

pytestmark = pytest.mark.django_db(transaction=True)
PARQUET = "application/vnd.apache.parquet"


@pytest.fixture
def tables(exporter: Exporter, tmp_path: Path) -> dict[str, Path]:
    """By the name of the file: resources by their type, rows by their view."""
    found: dict[str, Path] = {}
    manifest = exporter.export("$export", {"_outputFormat": PARQUET}).manifest
    for file in manifest["output"]:
        answer = exporter.get(file["url"], accept_encoding="gzip")
        assert answer["Content-Type"] == PARQUET
        assert "Content-Encoding" not in answer  # it is compressed as it is
        path = tmp_path / file["url"].rpartition("/")[2]
        path.write_bytes(b"".join(answer.streaming_content))
        assert file.get("extension", {}).get("view") in (None, path.stem)
        assert ask("SELECT count(*) FROM table_", path) == [(file["count"],)]
        found[path.stem] = path
    return found


def ask(sql: str, table: Path) -> list[Any]:
    return duckdb.execute(sql.replace("table_", f"read_parquet('{table}')")).fetchall()


def test_each_type_has_its_resources_and_its_views(tables: dict[str, Path]) -> None:
    assert {"Observation", "observation", "observation_component", "Patient"} <= set(tables)
    rows = ask("SELECT id, patient_id, resource->>'$.status' FROM table_ ORDER BY id",
               tables["Observation"])  # fmt: skip
    assert rows == [
        ("j-pulse", "142860", "final"), ("r-lab", "142859", "final"),
        ("r-pulse", "142859", "final"), ("z-lab", "7", "final"),
    ]  # fmt: skip
    flat = ask("SELECT loinc_code, count(*) FROM table_ GROUP BY 1 ORDER BY 1",
               tables["observation"])  # fmt: skip
    assert flat == [("718-7", 1), ("8867-4", 3)]


def test_parts_of_a_type_become_one_table(exporter: Exporter, settings: Settings) -> None:
    settings.EXPORT_PART_ROWS = 1
    exported = exporter.export("$export", {"_outputFormat": "parquet", "_type": "Observation"})
    counts = {file["url"].rpartition("/")[2]: file["count"] for file in exported.manifest["output"]}
    assert len(counts) == len(exported.manifest["output"])
    assert counts["Observation.parquet"] == counts["observation.parquet"] == 4


def test_a_file_of_whole_patients_is_no_table(exporter: Exporter) -> None:
    asked = {"_outputFormat": "parquet", "organizeOutputBy": "Patient"}
    answer = exporter.kick_off("Patient/$export", asked)
    assert answer.status_code == 400
    assert "a table holds one type" in answer.content.decode()
