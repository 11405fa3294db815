"""Search inside of a record."""

import pytest

from fhirapi.store.load import load
from tests import people
from tests.portal.record.conftest import RECORD
from tests.portal.ui.browser import text


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


def test_nothing_typed_leads_back(rebeccas):
    assert rebeccas.post(f"{RECORD}find/", {"find": " "}).url == "/portal/patients/142859/"


def test_words_never_stand_in_an_address(rebeccas):
    assert rebeccas.get(f"{RECORD}find/?find=x").status_code == 405
    assert 'method="post"' in text(rebeccas.get("/portal/patients/142859/"))
