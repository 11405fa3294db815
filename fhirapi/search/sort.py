"""The order of a result, and where a page of it ended. https://hl7.org/fhir/R4/search.html#sort"""

from dataclasses import dataclass

from fhirapi.definitions.schema import ParameterType, ResourceType
from fhirapi.outcomes import bad_value
from fhirapi.search.criteria import Binder
from fhirapi.searchparams.keys import parameter_key


@dataclass(frozen=True)
class SortKey:
    code: str
    is_descending: bool


def parse_sort(resource_type: ResourceType, text: str) -> list[SortKey]:
    """``-date,_id``. Raises an Outcome for a parameter that cannot be sorted by."""
    keys = []
    for word in text.split(","):
        code = word.strip().removeprefix("-")
        parameter = resource_type.parameter(code)
        is_sortable = parameter is not None and (
            parameter.type in (ParameterType.DATE, ParameterType.STRING) or code == "_id"
        )
        if not is_sortable:
            raise bad_value(
                "_sort", f"'{code[:64]}' is not a date or text of {resource_type.name}."
            )
        keys.append(SortKey(code, word.strip().startswith("-")))
    return keys


@dataclass(frozen=True)
class OrderColumn:
    """One column of the ORDER BY: how it is computed from a search row, and its SQL type."""

    sql: str
    cast: str
    is_descending: bool


def order_columns(
    resource_type: ResourceType, keys: list[SortKey], binder: Binder
) -> list[OrderColumn]:
    """Newest first by the type's clinical date, unless the query says otherwise."""
    if not keys:
        return [OrderColumn("COALESCE(s.clinical_date, '-infinity')", "timestamptz", True)]
    return [_column(resource_type, key, binder) for key in keys]


def _column(resource_type: ResourceType, sort: SortKey, binder: Binder) -> OrderColumn:
    parameter = resource_type.parameter(sort.code)
    if sort.code == "_id" or parameter is None:
        return OrderColumn('s.resource_id COLLATE "C"', "text", sort.is_descending)
    if sort.code == "_lastUpdated":
        return OrderColumn("s.last_updated", "timestamptz", sort.is_descending)
    extreme = "max" if sort.is_descending else "min"
    named = binder.bind(parameter_key(resource_type.name, sort.code))
    if parameter.type is ParameterType.STRING:
        value = f"(SELECT {extreme}(v.value) FROM fhirapi_searchstring v WHERE v.row_id = s.id"
        return OrderColumn(
            f"COALESCE({value} AND v.key = {named}), '')", "text", sort.is_descending
        )
    last = "-infinity" if sort.is_descending else "infinity"  # without a date: at the end
    value = f"(SELECT {extreme}(d.start) FROM fhirapi_searchdate d WHERE d.row_id = s.id"
    if parameter.paths == (resource_type.clinical_date,):
        return OrderColumn(
            f"COALESCE(s.clinical_date, '{last}')", "timestamptz", sort.is_descending
        )
    return OrderColumn(
        f"COALESCE({value} AND d.key = {named}), '{last}')", "timestamptz", sort.is_descending
    )


def after(columns: list[OrderColumn], values: list[str], row_id: int, binder: Binder) -> str:
    """The condition that a hit comes after the row where the last page ended."""
    condition = f"hit.id > {binder.bind(row_id)}"
    for number in reversed(range(len(columns))):
        column, value = columns[number], values[number]
        name, bound = f"hit.k{number}", f"{binder.bind(value)}::{column.cast}"
        beyond = "<" if column.is_descending else ">"
        condition = f"({name} {beyond} {bound} OR ({name} = {bound} AND {condition}))"
    return condition
