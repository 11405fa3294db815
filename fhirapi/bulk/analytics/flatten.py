"""From a resource to the rows of a view."""

from collections.abc import Callable
from functools import cache
from itertools import groupby
from typing import Any

from fhirapi.bulk.analytics.following import Visit, fulfils, visit
from fhirapi.bulk.analytics.stored import CONVERTERS
from fhirapi.bulk.analytics.view import Column, View

Row = list[Any]
_Read = Callable[[Any], Row]


def flatten(view: View, resource: dict[str, Any]) -> list[Row]:
    """Rows with a value for each of ``view.all_columns``. The resource is of the view's type."""
    return flattener(view)(resource)


@cache
def flattener(view: View) -> Callable[[dict[str, Any]], list[Row]]:
    """Compiled once for each view."""
    is_shown = fulfils(view.where) if view.where else None
    read = _reader(view.columns)
    each, read_each = visit(view.for_each) if view.for_each else None, _reader(view.each_columns)
    missing: Row = [None] * len(view.each_columns)

    def rows(resource: dict[str, Any]) -> list[Row]:
        if is_shown and not is_shown(resource):
            return []
        row = read(resource)
        if each is None:
            return [row]
        elements: Row = []
        each(resource, elements)
        if not elements:
            return [row + missing] if view.keeps_empty else []
        return [row + read_each(element) for element in elements]

    return rows


def _reader(columns: tuple[Column, ...]) -> _Read:
    # Columns beside one another that show the same value in other forms share the way to it.
    steps: list[tuple[Visit, list[Callable[[Any], Any]]]] = [
        (visit(path), [CONVERTERS[each.stored] for each in same])
        for path, same in groupby(columns, key=lambda column: column.path)
    ]

    def read(node: Any) -> Row:
        row: Row = []
        for follow, converters in steps:
            found: list[Any] = []
            follow(node, found)
            value = found[0] if found else None
            for convert in converters:
                row.append(convert(value))
        return row

    return read
