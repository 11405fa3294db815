"""The order of a result, and where a page of it ended. https://hl7.org/fhir/R4/search.html#sort"""

from dataclasses import dataclass

from fhirapi.definitions.schema import ParameterType, ResourceType, SearchParameter
from fhirapi.outcomes import bad_value
from fhirapi.search.binder import Binder
from fhirapi.search.cost import LOOK_FOR_ORDER, MAX_SORT_KEYS
from fhirapi.searchparams.keys import parameter_key

_COLUMNS = frozenset({"_id", "_lastUpdated"})


@dataclass(frozen=True)
class SortKey:
    code: str
    is_descending: bool


def is_sortable(parameter: SearchParameter) -> bool:
    """What has an order of its own and is kept as it is: codes and references are hashed."""
    return parameter.code in _COLUMNS or (parameter.type in _SIDE and not parameter.stored_as)


def parse_sort(resource_type: ResourceType, text: str) -> list[SortKey]:
    """``-date,_id``. Raises an Outcome for a parameter that cannot be sorted by."""
    words = text.split(",")
    if len(words) > MAX_SORT_KEYS:
        raise bad_value("_sort", f"at most {MAX_SORT_KEYS} parameters are possible.")
    keys = []
    for word in words:
        code = word.strip().removeprefix("-")
        parameter = resource_type.parameter(code)
        if parameter is None or not is_sortable(parameter):
            raise bad_value(
                "_sort", f"'{code[:64]}' is not a date, text or number of {resource_type.name}."
            )
        keys.append(SortKey(code, word.strip().startswith("-")))
    return keys


@dataclass(frozen=True)
class OrderColumn:
    """One column of the ORDER BY: how it is computed from a search row, and its SQL type."""

    sql: str
    cast: str
    is_descending: bool
    looks: int = 0
    """What it costs of ``cost.MAX_LOOKS`` for each row; 0: it is a column."""


@dataclass(frozen=True)
class _Side:
    """Where a parameter type's values are kept, and what stands at the end for none."""

    table: str
    column: str
    cast: str
    last_ascending: str
    last_descending: str


# For text, nothing comes before everything: a row without a name first, as it always was.
_SIDE = {
    ParameterType.STRING: _Side("fhirapi_searchstring", "value", "text", "", ""),
    ParameterType.DATE: _Side(
        "fhirapi_searchdate", "start", "timestamptz", "infinity", "-infinity"
    ),
    ParameterType.NUMBER: _Side("fhirapi_searchquantity", "low", "float8", "infinity", "-infinity"),
    ParameterType.QUANTITY: _Side(
        "fhirapi_searchquantity", "low", "float8", "infinity", "-infinity"
    ),
}


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
    side = _SIDE[parameter.type]
    last = side.last_descending if sort.is_descending else side.last_ascending
    if resource_type.is_clinical_date(parameter):
        value, looks = "s.clinical_date", 0
    else:
        looks = LOOK_FOR_ORDER
        extreme = "max" if sort.is_descending else "min"
        named = binder.bind(parameter_key(resource_type.name, sort.code))
        value = (
            f"(SELECT {extreme}(v.{side.column}) FROM {side.table} v "
            f"WHERE v.row_id = s.id AND v.key = {named}::bigint)"
        )
    ordered = f"COALESCE({value}, '{last}'::{side.cast})"
    return OrderColumn(ordered, side.cast, sort.is_descending, looks)


def after(columns: list[OrderColumn], values: list[str], row_id: int, binder: Binder) -> str:
    """The condition that a hit comes after the row where the last page ended."""
    condition = f"hit.id > {binder.bind(row_id)}"
    for number in reversed(range(len(columns))):
        column, value = columns[number], values[number]
        name, bound = f"hit.k{number}", f"{binder.bind(value)}::{column.cast}"
        beyond = "<" if column.is_descending else ">"
        condition = f"({name} {beyond} {bound} OR ({name} = {bound} AND {condition}))"
    return condition
