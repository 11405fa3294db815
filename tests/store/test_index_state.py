"""Searches are never silently incomplete: a declaration that changed is known to need a reindex."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.core.management import call_command
from django.test import Client

from fhirapi.definitions import registry
from fhirapi.definitions.builders import token
from fhirapi.definitions.schema import ResourceType
from fhirapi.store import index_state
from fhirapi.store.load import load
from portal.status import ready
from tests import people


@pytest.fixture
def stored(practice: None) -> None:
    load([people.observation("o", "142859")])
    index_state.mark(registry.every())


@pytest.fixture
def changed(stored: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[ResourceType]:
    """Observation with one search parameter more than when it was stored."""
    monkeypatch.setattr(ready, "_is_known_indexed", False)
    before = registry.find("Observation")
    assert before
    registry.unregister("Observation")
    registry.register(replace(before, search=(*before.search, token("unit", "valueQuantity.unit"))))
    yield before
    registry.unregister("Observation")
    registry.register(before)


def test_what_is_indexed_as_declared_is_not_stale(stored: None) -> None:
    assert index_state.stale() == []


def test_a_changed_declaration_makes_its_stored_type_stale(changed: ResourceType) -> None:
    assert [each.name for each in index_state.stale()] == ["Observation"]


def test_readyz_says_which_searches_would_be_incomplete(changed: ResourceType) -> None:
    response = Client().get("/readyz")
    assert response.status_code == 503
    assert "Searches of Observation would be incomplete" in response.json()["reasons"][0]


def test_a_reindex_of_what_is_stale_makes_it_ready(changed: ResourceType) -> None:
    call_command("reindex", "--stale", "--processes", "1")
    assert index_state.stale() == []
    assert Client().get("/readyz").status_code == 200


def test_types_without_content_begin_with_what_is_declared(practice: None) -> None:
    index_state.mark_empty()
    assert {each.name for each in index_state.stale()} == {"Patient", "Practitioner"}
