"""What DuckDB finds in the files is what the resources hold."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from fhirapi.bulk.analytics.view_definitions import VIEWS
from tests.bulk.analytics.records import resources

pytestmark = pytest.mark.xdist_group("flat views")


@pytest.fixture(scope="module")
def query(folder: Path) -> Callable[[str], list[tuple[Any, ...]]]:
    """Asks DuckDB, which knows each view by its name."""
    database = duckdb.connect()
    database.execute("SET TimeZone = 'UTC'")
    for view in VIEWS:
        path = folder / f"{view.name}.parquet"
        database.execute(f"CREATE VIEW {view.name} AS FROM read_parquet('{path}')")
    return lambda sql: database.execute(sql).fetchall()


def by_code(resource: dict[str, Any]) -> str | None:
    loinc = (each for each in resource["code"]["coding"] if each["system"] == "http://loinc.org")
    return next((each["code"] for each in loinc), None)


def test_duckdb_counts_patients_by_gender_as_they_are(query: Any) -> None:
    expected = Counter(each["gender"] for each in resources("Patient"))
    assert dict(query("SELECT gender, count(*) FROM patient GROUP BY ALL")) == expected


def test_duckdb_averages_the_values_that_were_measured(query: Any) -> None:
    weights = [
        each["valueQuantity"]["value"]
        for each in resources("Observation")
        if by_code(each) == "29463-7" and "valueQuantity" in each
    ]
    found = query(
        "SELECT count(*), sum(value_number), max(value_number) FROM observation "
        "WHERE loinc_code = '29463-7' AND value_number IS NOT NULL"
    )
    assert found == [(len(weights), pytest.approx(sum(weights)), max(weights))]
    assert query("SELECT DISTINCT value_unit_code FROM observation WHERE loinc_code = '29463-7'")


def test_every_panel_of_two_pressures_is_a_row_with_both(query: Any) -> None:
    panels = [each for each in resources("Observation") if by_code(each) == "85354-9"]
    measured = [
        tuple(part.get("valueQuantity", {}).get("value") for part in each["component"])
        for each in panels
    ]
    found = query("SELECT systolic, diastolic FROM blood_pressure")
    assert Counter(found) == Counter(measured)
    assert all(high is None or low is None or high > low for high, low in found)


def test_components_join_to_their_observations(query: Any) -> None:
    expected = sum(len(each.get("component", [])) for each in resources("Observation"))
    joined = "FROM observation JOIN observation_component USING (id, patient_id)"
    assert query(f"SELECT count(*) {joined} WHERE has_components") == [(expected,)]


def test_ids_join_views_to_one_another(query: Any) -> None:
    """A reference is the id of a row: of observations by patient, by encounter, by report."""
    found = dict(query("SELECT patient_id, count(*) FROM observation GROUP BY ALL"))
    subjects = (each["subject"]["reference"] for each in resources("Observation"))
    assert found == Counter(reference.removeprefix("Patient/") for reference in subjects)
    joined = query(
        "SELECT count(*) FROM observation o JOIN patient p ON p.id = o.patient_id "
        "JOIN encounter e ON e.id = o.encounter_id AND e.patient_id = p.id"
    )
    assert joined == [(len(resources("Observation")),)]
    results = sum(len(each.get("result", [])) for each in resources("DiagnosticReport"))
    held = query(
        "SELECT count(*) FROM diagnostic_report_result r "
        "JOIN observation o ON o.id = r.observation_id AND o.patient_id = r.patient_id"
    )
    assert held == [(results,)]


def test_money_sums_to_the_cent(query: Any) -> None:
    totals = [Decimal(str(each["total"]["value"])) for each in resources("Claim")]
    assert query("SELECT sum(total_amount) FROM claim") == [(sum(totals),)]
    items = sum(
        Decimal(str(item["net"]["value"])) for each in resources("Claim") for item in each["item"]
    )
    assert query("SELECT sum(net_amount) FROM claim_item") == [(items,)]


def test_days_are_the_writers_and_moments_are_utc(query: Any) -> None:
    written = {each["id"]: each["period"]["start"] for each in resources("Encounter")}
    found = query("SELECT id, encounter_start_date, encounter_start_at FROM encounter")
    assert len(found) == len(written)
    for encounter_id, day, moment in found:
        assert day.isoformat() == written[encounter_id][:10]
        assert moment == datetime.fromisoformat(written[encounter_id])


def test_duckdb_reads_what_stands_in_the_json(folder: Path) -> None:
    path = folder / "whole" / "Patient.parquet"
    asked = "SELECT resource->>'$.name[0].family' FROM read_parquet(?) ORDER BY id"
    found = duckdb.connect().execute(asked, [str(path)]).fetchall()
    people = sorted(resources("Patient"), key=lambda each: each["id"])
    assert found == [(each["name"][0]["family"],) for each in people]
