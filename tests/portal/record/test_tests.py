"""Results of laboratory tests and vital signs: the latest of each, and all of one."""

from typing import Any

from fhirapi.store.load import load
from tests import people
from tests.portal.record.conftest import RECORD
from tests.portal.ui.browser import text


def _range(unit: str) -> dict[str, Any]:
    return {"low": {"value": 70, "unit": unit}, "high": {"value": 99, "unit": unit}}


def glucose(
    id_: str, on: str, value: float, unit: str = "mg/dL", flag: str = "N"
) -> dict[str, Any]:
    made = people.observation(id_, "142859", code="2345-7", on=on, category="laboratory")
    words = "High" if flag == "H" else "Normal"
    return {
        **made,
        "code": {**made["code"], "text": "Glucose"},
        "valueQuantity": {"value": value, "unit": unit},
        "interpretation": [{"coding": [{"code": flag}], "text": words}],
        "referenceRange": [
            {"low": {"value": 70, "unit": unit}, "high": {"value": 99, "unit": unit}}
        ],
    }


def open_test(browser, section: str = "labs"):
    tests = browser.get(f"{RECORD}{section}/").context["tests"]
    return browser.get(f"{RECORD}{section}/tests/{tests[0].test}/")


def test_a_test_stands_once_with_its_latest_result(rebeccas):
    load([glucose("g-1", "2023-01-01", 85), glucose("g-2", "2024-02-03", 120, flag="H")])
    page = text(rebeccas.get(f"{RECORD}labs/"))
    assert page.count("Glucose") == 1
    assert ("120 mg/dL" in page, "85 mg/dL" in page) == (True, False)
    assert '<span class="badge bad">High</span>' in page
    assert "70\u201399 mg/dL" in page


def test_the_page_of_a_test_has_every_result_and_a_plot_with_the_usual_range(rebeccas):
    load([glucose("g-1", "2023-01-01", 85), glucose("g-2", "2024-02-03", 120, flag="H")])
    page = text(open_test(rebeccas))
    for expected in ('class="band"', 'class="flagged"', "85 mg/dL (01/01/2023)", "02/03/2024"):
        assert expected in page


def test_another_unit_stands_in_the_table_but_not_in_the_plot(rebeccas):
    load([glucose(f"g-{n}", f"202{n}-01-01", 90 + n) for n in (1, 2)])
    load([glucose("g-0", "2019-01-01", 5.1, unit="mmol/L")])
    response = open_test(rebeccas)
    assert [each.leaves_out for each in response.context["plots"]] == [1]
    assert "5.1 mmol/L" in text(response)


def test_a_single_result_has_no_plot(rebeccas):
    load([glucose("g-1", "2023-01-01", 85)])
    assert open_test(rebeccas).context["plots"] == []


def test_both_parts_of_a_blood_pressure_have_a_plot(reader):
    tests = reader.get(f"{RECORD}vitals/").context["tests"]
    pressure = next(each for each in tests if each.newest.name == "Blood pressure")
    response = reader.get(f"{RECORD}vitals/tests/{pressure.test}/")
    words = [each.words for each in response.context["plots"]]
    assert sorted(words) == ["Diastolic blood pressure", "Systolic blood pressure"]
    assert "/" in response.context["lines"][0].cells[0].words


def test_labs_and_vitals_are_kept_apart(rebeccas):
    load([glucose("g-1", "2023-01-01", 85), people.observation("v-1", "142859")])
    assert "Glucose" not in text(rebeccas.get(f"{RECORD}vitals/"))
    test = rebeccas.get(f"{RECORD}labs/").context["tests"][0].test
    assert rebeccas.get(f"{RECORD}vitals/tests/{test}/").status_code == 404
    assert rebeccas.get(f"{RECORD}labs/tests/not-a-test/").status_code == 404
    assert rebeccas.get(f"{RECORD}visits/tests/{test}/").status_code == 404
