"""Views as other runners of SQL on FHIR read them: ViewDefinition resources.

https://sql-on-fhir.org/ig/StructureDefinition/ViewDefinition, profiles ShareableViewDefinition and
TabularViewDefinition: an address, FHIR's version, types of columns, single primitive values.
"""

from collections.abc import Iterator
from typing import Any

from fhirapi.bulk.analytics.view import Column, View

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
