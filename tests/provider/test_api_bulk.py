"""Many records in one request, each stored or refused by itself."""

from typing import Any

import pytest
from pytest_django import Settings

from fhirapi.provider import create
from fhirapi.store.models import Content
from tests.provider.client import Partner, problem, problem_of

LAB = {"system": "https://lab.example/ids", "value": "A,17|x"}


def results(response: Any) -> list[dict[str, Any]]:
    assert response.status_code == 200, response.content
    told: list[dict[str, Any]] = response.json()["results"]
    return told


def test_right_records_are_stored_beside_wrong_ones(grey: Partner) -> None:
    items = [{"record": problem_of()}, {"record": {}}, {"record": problem_of("7")}, {}]
    response = grey.post("problems/bulk", {"records": items})
    told = results(response)
    assert [each["status"] for each in told] == [201, 422, 403, 422]
    assert [each["index"] for each in told] == [0, 1, 2, 3]
    assert response.json()["failed"] == 3
    named = [each["field"] for each in told[1]["problem"]["errors"]]
    assert sorted(named) == ["code", "patient_id"]
    assert Content.objects.filter(resource_type="Condition").count() == 1


def test_a_number_of_ones_own_finds_the_record_the_next_time(grey: Partner) -> None:
    item = {"external_id": LAB, "record": problem_of()}
    [first] = results(grey.post("problems/bulk", {"records": [item]}))
    later = {"external_id": LAB, "record": problem_of(clinical_status="resolved")}
    [second] = results(grey.post("problems/bulk", {"records": [later]}))
    assert (first["status"], second["status"]) == (201, 200)
    assert (second["id"], second["version"]) == (first["id"], "2")
    assert grey.get(f"problems/{first['id']}").json()["clinical_status"] == "resolved"


def test_the_same_number_twice_in_a_request_is_one_record(grey: Partner) -> None:
    item = {"external_id": LAB, "record": problem_of()}
    told = results(grey.post("problems/bulk", {"records": [item, item]}))
    assert [each["status"] for each in told] == [201, 200]
    assert Content.objects.filter(resource_type="Condition").count() == 1


def test_what_fails_unforeseen_is_the_result_of_its_item_alone(
    grey: Partner, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.DEBUG_PROPAGATE_EXCEPTIONS = False
    made = create.new_resource

    def breaks(kind: Any, flat: Any) -> Any:
        if flat.get("onset_text") == "breaks":
            raise LookupError
        return made(kind, flat)

    monkeypatch.setattr("fhirapi.provider.bulk.new_resource", breaks)
    items = [
        {"record": problem_of()},
        {"record": {"onset_text": "breaks"}},
        {"record": problem_of()},
    ]
    told = results(grey.post("problems/bulk", {"records": items}))
    assert [each["status"] for each in told] == [201, 500, 201]
    assert Content.objects.filter(resource_type="Condition").count() == 2


def test_numbers_under_a_key_find_their_records_in_any_order(grey: Partner) -> None:
    items = [{"external_id": {**LAB, "value": each}, "record": problem_of()} for each in "ab"]
    for key, order in (("one", items), ("two", items[::-1])):
        told = results(grey.post("problems/bulk", {"records": order}, idempotency_key=key))
        assert [each["status"] for each in told] == ([201, 201] if key == "one" else [200, 200])


def test_an_id_changes_the_record_from_the_version_that_is_named(grey: Partner) -> None:
    made = grey.post("problems", problem_of()).json()
    change = {"id": made["id"], "version": "1", "record": {"onset_date": "2019"}}
    told = results(grey.post("problems/bulk", {"records": [change, change]}))
    assert [each["status"] for each in told] == [200, 412]
    kept = grey.get(f"problems/{made['id']}").json()
    assert (kept["onset_date"], kept["version"]) == ("2019", "2")
    [other] = results(grey.post("diagnoses/bulk", {"records": [change]}))
    assert other["status"] == 404


def test_items_are_checked_before_anything_is_asked(grey: Partner) -> None:
    wrong: list[Any] = [
        {"id": "1", "external_id": LAB, "record": {}},
        {"external_id": {"system": "x"}, "record": {}},
        {"external_id": {"system": "two words", "value": "1"}, "record": {}},
        {"colour": 1, "record": {}},
        {"id": "a b", "record": {}},
        {"id": 7, "record": {}},
        {"id": "1", "version": 2, "record": {}},
        "text",
    ]
    told = results(grey.post("problems/bulk", {"records": wrong}))
    assert [each["status"] for each in told] == [422] * len(wrong)


def test_a_request_has_some_records_and_not_too_many(grey: Partner) -> None:
    wrong: list[Any] = [{}, {"records": []}, {"records": "x"}, {"records": [], "more": 1}]
    for told in wrong:
        assert problem(grey.post("problems/bulk", told)) == (400, "malformed")
    many: Any = {"records": [{"record": {}}] * 201}
    assert problem(grey.post("problems/bulk", many)) == (413, "too-large")
    assert problem(grey.post("claims/bulk", {"records": [{}]})) == (405, "method")


def test_a_repeated_import_is_answered_as_the_first_time(grey: Partner) -> None:
    told = {"records": [{"record": problem_of()}, {"record": {}}]}
    first = grey.post("problems/bulk", told, idempotency_key="n")
    again = grey.post("problems/bulk", told, idempotency_key="n")
    assert again.content == first.content
    assert Content.objects.filter(resource_type="Condition").count() == 1
