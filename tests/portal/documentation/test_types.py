"""The chapters of the resource types: nothing is missing, and every search finds what they say."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest
from django.db import transaction

from fhirapi.definitions import registry
from fhirapi.definitions.schema import ParameterType, SearchParameter
from fhirapi.search.query import modifiers
from portal.documentation.chapters import CHAPTERS, find
from portal.documentation.examples.example import names, write
from portal.documentation.examples.searches import Search, searches
from portal.documentation.examples.searches import write as write_searches
from portal.documentation.types import about, facts
from portal.documentation.written import markdown_of
from tests.portal.documentation.replaying import RECORDING, record
from tests.portal.documentation.sampling import richest, sample
from tests.portal.documentation.world import World

COMPOSITE = ParameterType.COMPOSITE  # has no modifier by which to ask for those without
TYPES = sorted(each.name for each in registry.every())
IS_RECORDING = "types" in RECORDING or "all" in RECORDING
# The same world as the examples, on the same worker.
pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("documentation-examples")]


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield World.made()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def recorded(world: World) -> None:
    """With ``python -m tools.examples types``: searches anew, and types that have no example."""
    if IS_RECORDING:
        write_searches({name: _searches_of(world, name) for name in TYPES})
        for name in (each for each in TYPES if f"types/{each}" not in names()):
            _record_type(world, name)


def _searches_of(world: World, name: str) -> dict[str, Search]:
    type_ = registry.find(name)
    assert type_
    of_type = world.of_type(name)
    found = {}
    for each in type_.search:
        query = f"{each.code}={sample(type_, each, of_type)}"
        found[each.code] = _that_finds(world, name, each, Search(query, _total(world, name, query)))
    return found


def _that_finds(world: World, name: str, each: SearchParameter, by_value: Search) -> Search:
    """By its value; where nobody has any, those without one. Or those who say it in text alone."""
    if by_value.total or "missing" not in modifiers(each):
        return by_value
    queries = [f"{each.code}:missing={word}" for word in ("true", "false")]
    query = next(each for each in queries if _total(world, name, each))
    return Search(query, _total(world, name, query), by_value.query)


def _record_type(world: World, name: str) -> None:
    of_type = world.of_type(name)
    assert of_type, f"{name}: the practice has none, so write its example by hand"
    address = f"/R4-patient-api/{name}/{richest(of_type)['id']}"
    step = {"words": f"Read one {name}", "request": f"GET {address}"}
    write(f"types/{name}", {"who": "service", "steps": [step]})
    record(f"types/{name}", world)


def _total(world: World, name: str, query: str) -> int:
    answer = world.session.get(f"{name}?{query}&_summary=count")
    assert answer.status_code == 200, (name, query, answer.content)
    assert f"{query.partition('=')[0]}=" in unquote(answer.json()["link"][0]["url"]), query
    return int(answer.json()["total"])


@pytest.mark.parametrize("name", TYPES)
def test_a_search_by_each_parameter_finds_as_many_as_is_said(
    world: World, recorded: None, name: str
) -> None:
    type_ = registry.find(name)
    assert type_
    said = searches()[name]
    assert set(said) == {each.code for each in type_.search}, "python -m tools.examples types"
    assert {code: _total(world, name, each.query) for code, each in said.items()} == {
        code: each.total for code, each in said.items()
    }
    assert {each.type for each in type_.search if not said[each.code].total} <= {COMPOSITE}


@pytest.mark.parametrize("name", TYPES)
def test_a_type_has_its_chapter_with_all_its_fields_and_parameters(name: str) -> None:
    chapter = find(f"resources/{name}")
    assert chapter
    assert chapter.below == "resources"
    text = markdown_of(chapter)
    told = facts(name)
    assert all(f"| `{each.name}` |" in text for each in told["fields"])
    assert all(f"`{each.search.query}`" in text.replace("\\|", "|") for each in told["parameters"])
    assert f"types/{name}" in names()


def test_every_type_has_a_word_and_nothing_else_has() -> None:
    assert sorted(about()) == TYPES
    listed = [each.slug for each in CHAPTERS if each.below == "resources"]
    assert listed == [f"resources/{each}" for each in TYPES]


def test_a_field_says_how_it_is_searched_and_what_us_core_asks() -> None:
    fields = {each.name: each for each in facts("Patient")["fields"]}
    assert fields["birthDate"].searched_by == ("birthdate",)
    assert fields["name"].us_core.startswith("mandatory")
    assert "deceased" not in fields
    assert fields["deceased[x]"].types == "boolean, dateTime"
