"""The declarations of the views mean something: against R4's own definitions of its types."""

import duckdb
import pytest

from fhirapi.bulk.analytics import fhirpath
from fhirapi.bulk.analytics.fhirpath import Expression, Path
from fhirapi.bulk.analytics.flatten import flatten
from fhirapi.bulk.analytics.view import Column, Stored, View
from fhirapi.bulk.analytics.view_definitions import VIEWS, find, views_of
from fhirapi.definitions import registry
from fhirapi.validation.tables import structure
from tests.bulk.analytics.records import resources

EVERY = pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
KINDS = {
    "boolean": {Stored.BOOLEAN},
    "decimal": {Stored.DOUBLE, Stored.AMOUNT},
    "date": {Stored.DATE, Stored.TEXT},
    "dateTime": {Stored.DATE, Stored.TIMESTAMP, Stored.TEXT},
    "instant": {Stored.DATE, Stored.TIMESTAMP, Stored.TEXT},
    "integer": {Stored.INTEGER},
    "positiveInt": {Stored.INTEGER},
    "unsignedInt": {Stored.INTEGER},
}
"""How a type may be stored; others are text."""


def leads_to(start: str, path: Path) -> tuple[set[str], bool]:
    """The types of what a path finds below a type, and whether it may find several."""
    types, is_many = {start}, False
    for step in path:
        match step:
            case fhirpath.Child(name):
                found = [structure(each).elements[name] for each in types]
                types = {each.type for each in found}
                is_many |= any(each.is_list for each in found)
            case fhirpath.Where(criterion):
                [inside] = types
                require(inside, criterion)
            case fhirpath.First():
                is_many = False
            case fhirpath.Exists():
                types, is_many = {"boolean"}, False
            case fhirpath.Join():
                assert types == {"string"}
                is_many = False
            case fhirpath.ResourceKey():
                types = {"id"}
            case fhirpath.ReferenceKey(target):
                assert types == {"Reference"}
                assert registry.find(target), target
                types = {"id"}
            case fhirpath.Union(paths):
                [inside] = types
                led = [leads_to(inside, each) for each in paths]
                types, is_many = set().union(*(found for found, _ in led)), True
    return types, is_many


def require(start: str, criterion: Expression) -> None:
    """That it asks for something that there is, and for one value at most."""
    match criterion:
        case fhirpath.And(expressions):
            for each in expressions:
                require(start, each)
        case fhirpath.Equal(path, value):
            types, is_many = leads_to(start, path)
            assert not is_many
            assert (types == {"boolean"}) is (type(value) is bool)
        case path:
            assert leads_to(start, path) == ({"boolean"}, False)


def check(column: Column, start: str) -> None:
    types, is_many = leads_to(start, path_of(column.path))
    assert not is_many, column.name
    # A date is a dateTime without a time: what can be either is told as dateTime.
    either = {"date", "dateTime", "instant"}
    assert types == {column.type} or (column.type == "dateTime" and types <= either), column.name
    assert column.stored in KINDS.get(column.type, {Stored.TEXT}), column.name


@EVERY
def test_every_path_leads_to_one_value_of_the_type_that_the_column_has(view: View) -> None:
    for column in view.columns:
        check(column, view.resource)
    if view.where:
        require(view.resource, fhirpath.parse(view.where))


@EVERY
def test_what_a_view_has_rows_of_is_there_and_so_are_its_columns(view: View) -> None:
    assert bool(view.for_each) is bool(view.each_columns)
    if view.for_each:
        [element] = leads_to(view.resource, path_of(view.for_each))[0]
        for column in view.each_columns:
            check(column, element)


@EVERY
def test_references_join_to_a_type_that_may_stand_there(view: View) -> None:
    """A column of ids of a type that R4 does not allow there would always be empty."""
    for columns, start in ((view.columns, ()), (view.each_columns, path_of(view.for_each))):
        for column in columns:
            *before, last = path_of(column.path)
            if isinstance(last, fhirpath.ReferenceKey):
                assert last.type in targets(view.resource, (*start, *before)), column.name


def path_of(text: str) -> Path:
    path = fhirpath.parse(text) if text else ()
    assert isinstance(path, tuple)
    return path


def targets(resource_type: str, path: Path) -> frozenset[str]:
    """Of the reference that the path leads to."""
    position = max(n for n, step in enumerate(path) if isinstance(step, fhirpath.Child))
    reference = path[position]
    assert isinstance(reference, fhirpath.Child)
    [owner], _ = leads_to(resource_type, path[:position])
    return structure(owner).elements[reference.name].targets or frozenset()


@EVERY
def test_names_need_no_quotes_in_sql_and_no_other_column_has_them(view: View) -> None:
    names = [each.name for each in view.all_columns]
    assert len(set(names)) == len(names)
    database = duckdb.connect()
    columns = ", ".join(f"{each.name} {ddl(each)}" for each in view.all_columns)
    database.execute(f"CREATE TABLE {view.name} ({columns})")
    asked = f"SELECT {', '.join(names)} FROM {view.name}"  # noqa: S608 - names of ours
    assert database.execute(asked).fetchall() == []


def ddl(column: Column) -> str:
    return column.stored.value.replace("CHARACTER VARYING", "VARCHAR")


def test_no_two_views_have_one_name() -> None:
    assert [find(view.name) for view in VIEWS] == list(VIEWS)
    assert find("patients") is None


def test_the_main_types_have_views() -> None:
    main = [
        "Patient", "Encounter", "Condition", "Observation", "MedicationRequest", "Procedure",
        "AllergyIntolerance", "Immunization", "DiagnosticReport", "DocumentReference", "Coverage",
        "Claim", "ExplanationOfBenefit", "Appointment", "Practitioner", "Organization", "Location",
    ]  # fmt: skip
    assert [name for name in main if not views_of(name)] == []
    assert views_of("Binary") == []


@EVERY
def test_a_view_without_rows_of_its_own_has_one_for_each_resource(view: View) -> None:
    rows = [flatten(view, resource) for resource in resources(view.resource)]
    assert all(len(row) == len(view.all_columns) for found in rows for row in found)
    if not view.for_each and not view.where:
        assert [len(found) for found in rows] == [1] * len(rows)
        assert [row[0] for [row] in rows] == [each["id"] for each in resources(view.resource)]


@EVERY
def test_a_view_makes_rows_of_whatever_it_gets(view: View) -> None:
    """Files of others are loaded unchecked if the operator says so."""
    wrong = {each.name: {"coding": [None, 7, {"code": ["x"]}]} for each in view.all_columns}
    for broken in ({}, wrong, {"meta": 7, "name": None, "component": [3], "identifier": "x"}):
        for row in flatten(view, {**broken, "resourceType": view.resource}):
            assert len(row) == len(view.all_columns)
