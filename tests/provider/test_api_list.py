"""Lists of records: filters, order, pages."""

from typing import Any

import pytest

from tests.provider.client import Partner, fields, problem, problem_of


@pytest.fixture
def made(grey: Partner) -> list[str]:
    """Ids of five problems: of Rebecca from 2020 to 2023, of John in 2024."""
    told = [problem_of(onset_date=f"{year}-05-01") for year in range(2020, 2024)]
    told.append(problem_of("142860", onset_date="2024-05-01", clinical_status="resolved"))
    return [grey.post("problems", each).json()["id"] for each in told]


def onsets(response: Any) -> list[str]:
    assert response.status_code == 200, response.content
    return [each["onset_date"][:4] for each in response.json()["data"]]


def test_filters_narrow_a_list(grey: Partner, made: list[str]) -> None:
    assert len(onsets(grey.get("problems"))) == 5
    assert onsets(grey.get("problems", {"patient_id": "142860"})) == ["2024"]
    assert onsets(grey.get("problems", {"clinical_status": "resolved"})) == ["2024"]
    asked = {"onset_from": "2021", "onset_to": "2022-12-31", "sort": "onset"}
    assert onsets(grey.get("problems", asked)) == ["2021", "2022"]
    either = {"patient_id": "142859,142860", "code": "snomed|38341003"}
    assert len(onsets(grey.get("problems", either))) == 5
    assert onsets(grey.get("problems", {"code": "1"})) == []
    assert onsets(grey.get("problems", {"updated_before": "2020-01-01"})) == []


def test_what_is_no_filter_or_no_value_of_one_is_refused(grey: Partner) -> None:
    for name, text in (
        ("colour", "red"), ("clinical_status", "good"), ("onset_from", "soon"),
        ("sort", "colour"), ("limit", "0"), ("limit", "201"), ("limit", "x"), ("total", "yes"),
        ("patient_id", "a b"), ("patient_id", ""),
    ):  # fmt: skip
        response = grey.get("problems", {name: text})
        assert problem(response) == (400, "parameter"), (name, text)
        assert fields(response) == [name]
    assert fields(grey.get("problems?limit=1&limit=2")) == ["limit"]


def test_a_list_has_an_order(grey: Partner, made: list[str]) -> None:
    assert onsets(grey.get("problems", {"sort": "-onset", "limit": "2"})) == ["2024", "2023"]
    newest = grey.get("problems", {"sort": "-updated_at"}).json()["data"]
    assert [each["id"] for each in newest] == made[::-1]


def test_pages_follow_one_another_and_hold_everything_once(grey: Partner, made: list[str]) -> None:
    response = grey.get("problems", {"sort": "onset", "limit": "2", "total": "true"})
    assert response.json()["total"] == 5
    seen = onsets(response)
    while "next" in response.json():
        response = grey.get(response.json()["next"])
        seen += onsets(response)
    assert seen == ["2020", "2021", "2022", "2023", "2024"]


def test_the_next_page_may_be_longer_but_not_of_another_search(
    grey: Partner, made: list[str]
) -> None:
    cursor = grey.get("problems", {"sort": "onset", "limit": "1"}).json()["next_cursor"]
    longer = grey.get("problems", {"sort": "onset", "limit": "3", "cursor": cursor})
    assert onsets(longer) == ["2021", "2022", "2023"]
    other = grey.get("problems", {"sort": "-onset", "cursor": cursor})
    assert problem(other) == (400, "malformed")
    assert problem(grey.get("problems", {"cursor": "x"})) == (400, "malformed")


def test_a_count_is_told_only_where_it_is_asked_for(grey: Partner, made: list[str]) -> None:
    assert "total" not in grey.get("problems").json()
