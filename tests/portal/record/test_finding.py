"""Search inside of a record."""

from typing import Any

import pytest

from fhirapi.store.load import load
from portal.record import finding
from tests import people
from tests.portal.record.conftest import RECORD
from tests.portal.ui.browser import text

LEUKOCYTES = {
    "coding": [
        {
            "system": "http://loinc.org",
            "code": "6690-2",
            "display": "Leukocytes [#/volume] in Blood by Automated count",
        }
    ]
}


@pytest.fixture
def found(rebeccas):
    load([
        people.encounter("e-1", "142859", "2024-01-01", 'Séance of "migraine" 50%'),
        people.encounter("e-2", "142859", "2023-01-01", "Check-up"),
        people.encounter("e-3", "142860", "2023-01-01", "Migraine of John"),
    ])  # fmt: skip

    def find(typed: str) -> list[str]:
        hits = rebeccas.post(f"{RECORD}find/", {"find": typed}).context["found"].hits
        return [each.line.id for each in hits]

    return find


@pytest.mark.parametrize("typed", ["migraine", "séance MIG", '"migraine"', "50%", "of  50%"])
def test_an_entry_is_found_by_its_words(found, typed):
    assert found(typed) == ["e-1"]


@pytest.mark.parametrize("typed", ["zzz", "reference", "larson", ".*", "\\", "142859", "(("])
def test_ids_statuses_and_signs_find_nothing(found, typed):
    assert found(typed) == []


def many(number: int) -> list[dict[str, Any]]:
    return [
        people.encounter(f"m-{each}", "142859", f"20{10 + each // 12:02}-{1 + each % 12:02}-02",
                         f"Migraine number {each}")
        for each in range(number)
    ]  # fmt: skip


def test_the_newest_comes_first_and_pages_follow(rebeccas):
    load(many(120))
    hits, page = [], ""
    for expected in (50, 50, 20):
        response = rebeccas.post(f"{RECORD}find/", {"find": "migraine", "page": page})
        found = response.context["found"]
        assert (len(found.hits), found.total, found.pages) == (expected, 120, 3)
        hits += [each.line.id for each in found.hits]
        page = found.next_page or ""
    assert hits == [f"m-{each}" for each in reversed(range(120))]
    assert page == ""


@pytest.mark.parametrize("page", ["0", "-1", "x", "²", "99999999"])
def test_a_page_that_is_none_is_the_first(rebeccas, page):
    load(many(60))
    asked = {"find": "migraine", "page": page}
    assert rebeccas.post(f"{RECORD}find/", asked).context["found"].page == 1


def test_older_entries_than_those_looked_through_follow_by_a_click(rebeccas, monkeypatch):
    monkeypatch.setattr(finding, "_LOOKED_THROUGH", 40)
    load(many(60))
    first = rebeccas.post(f"{RECORD}find/", {"find": "migraine"})
    assert "Look through older entries" in text(first)
    further = first.context["found"].further
    rest = rebeccas.post(f"{RECORD}find/", {"find": "migraine", "after": further})
    shown = [each.line.id for each in rest.context["found"].hits]
    assert shown == [f"m-{each}" for each in reversed(range(20))]
    assert rest.context["found"].further is None


def test_one_kind_is_chosen_by_a_click(rebeccas):
    load([
        people.encounter("e-1", "142859", "2024-01-01", "Heart check"),
        people.observation("o-1", "142859") | {"code": {"text": "Heart rate"}},
        people.observation("o-2", "142859") | {"code": {"text": "Heart rate"}},
    ])  # fmt: skip
    asked = {"find": "heart"}
    everything = rebeccas.post(f"{RECORD}find/", asked).context["found"]
    assert [(each.slug, number) for each, number in everything.counts] == [
        ("vitals", 2), ("visits", 1)
    ]  # fmt: skip
    visits = rebeccas.post(f"{RECORD}find/", {**asked, "section": "visits"}).context["found"]
    assert [each.line.id for each in visits.hits] == ["e-1"]


@pytest.mark.parametrize("typed", ["white blood", "leukocytes automated"])
def test_a_test_is_found_by_its_plain_name_and_by_the_long_one(rebeccas, typed):
    load([people.observation("o-1", "142859", category="laboratory") | {"code": LEUKOCYTES}])
    load([people.observation("o-2", "142859", category="laboratory")])
    hits = rebeccas.post(f"{RECORD}find/", {"find": typed}).context["found"].hits
    assert [each.line.id for each in hits] == ["o-1"]


def test_nothing_typed_leads_back(rebeccas):
    assert rebeccas.post(f"{RECORD}find/", {"find": " "}).url == "/portal/patients/142859/"


def test_words_never_stand_in_an_address(rebeccas):
    assert rebeccas.get(f"{RECORD}find/?find=x").status_code == 405
    assert 'method="post"' in text(rebeccas.get("/portal/patients/142859/"))
