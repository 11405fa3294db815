"""Views as others read them: ViewDefinition resources, and tables of documentation.

https://sql-on-fhir.org/ig/StructureDefinition/ViewDefinition, profiles ShareableViewDefinition and
TabularViewDefinition: an address, FHIR's version, types of columns, single primitive values.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from fhirapi.bulk.analytics.view import Column, View
from fhirapi.bulk.analytics.view_definitions import VIEWS

_ANSI = "ansi/type"
"""The tag by which a column tells which type of SQL it has."""


def view_definition(view: View, base: str) -> dict[str, Any]:
    """``base`` is the address of the FHIR API, without a slash at its end."""
    return {
        "resourceType": "ViewDefinition",
        "id": view.name.replace("_", "-"),
        "url": f"{base}/ViewDefinition/{view.name.replace('_', '-')}",
        "name": view.name,
        "title": view.words,
        "status": "active",
        "resource": view.resource,
        "fhirVersion": ["4.0.1"],
        **({"where": [{"path": view.where}]} if view.where else {}),
        "select": list(_selects(view)),
    }


def _selects(view: View) -> Iterator[dict[str, Any]]:
    yield {"column": [_column(each) for each in view.columns]}
    if view.for_each:
        name = "forEachOrNull" if view.keeps_empty else "forEach"
        yield {name: view.for_each, "column": [_column(each) for each in view.each_columns]}


def _column(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "path": column.path,
        "description": column.words,
        "collection": False,
        "type": column.type,
        "tag": [{"name": _ANSI, "value": column.stored.value}],
    }


def documentation(views: Sequence[View] = VIEWS) -> str:
    """A chapter of Markdown for each view."""
    return "\n".join(_chapter(view) for view in views)


def _chapter(view: View) -> str:
    lines = [f"### {view.name}", "", f"{view.words}. From `{view.resource}`{_rows(view)}.", ""]
    lines += ["| column | type | what | path |", "|---|---|---|---|"]
    lines += [_line(each, "") for each in view.columns]
    lines += [_line(each, f"{view.for_each}.") for each in view.each_columns]
    return "\n".join([*lines, ""])


def _rows(view: View) -> str:
    said = f", where `{view.where}`" if view.where else ""
    if view.for_each:
        said += f", a row for each `{view.for_each}`"
    return said + (", or one if there is none" if view.keeps_empty else "")


def _line(column: Column, before: str) -> str:
    path = f"{before}{column.path}".replace("|", "\\|")
    return f"| `{column.name}` | {column.stored.value} | {column.words} | `{path}` |"
