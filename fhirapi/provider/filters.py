"""Filters of a list as FHIR search parameters, and the builders that declare them."""

import re
from collections.abc import Mapping

from fhirapi.provider.schema import FieldError, Filter, FilterType, Kind, error_name
from fhirapi.provider.shapes.coded import SYSTEMS
from fhirapi.provider.shapes.links import ID
from fhirapi.provider.shapes.plain import DateTime

UPDATED = (
    Filter("updated_since", "_lastUpdated", "Changed at this moment or later.",
           FilterType.DATE, prefix="ge"),
    Filter("updated_before", "_lastUpdated", "Changed before this moment.",
           FilterType.DATE, prefix="lt"),
)  # fmt: skip
"""Of every kind."""


def patients(parameter: str = "patient") -> Filter:
    words = "Of this patient; several, separated by commas."
    return Filter("patient_id", parameter, words, FilterType.ID, target="Patient")


def ids(name: str, parameter: str, target: str, words: str) -> Filter:
    return Filter(name, parameter, words, FilterType.ID, target=target)


def codes(name: str, parameter: str, words: str) -> Filter:
    return Filter(name, parameter, f"{words} A code, or system|code: loinc|4548-4.",
                  FilterType.CODE)  # fmt: skip


def statuses(name: str, parameter: str, words: str, of: str, system: str = "") -> Filter:
    """``of``: the codes there are, separated by blanks."""
    return Filter(name, parameter, words, FilterType.STATUS, system=system,
                  codes=tuple(of.split()))  # fmt: skip


def identifiers(name: str, parameter: str, words: str, system: str = "") -> Filter:
    return Filter(name, parameter, words, FilterType.CODE, system=system)


def texts(name: str, parameter: str, words: str) -> Filter:
    return Filter(name, parameter, words, FilterType.TEXT)


def flags(name: str, parameter: str, words: str) -> Filter:
    return Filter(name, parameter, words, FilterType.FLAG)


def dates(name: str, parameter: str, words: str) -> tuple[Filter, Filter]:
    """``date_from`` and ``date_to``, both included; ``words`` continue "When ..."."""
    return (
        Filter(f"{name}_from", parameter, f"When {words}: then or later.",
               FilterType.DATE, prefix="ge"),
        Filter(f"{name}_to", parameter, f"When {words}: then or earlier.",
               FilterType.DATE, prefix="le"),
    )  # fmt: skip


def search_of(
    kind: Kind, given: Mapping[str, str]
) -> tuple[list[tuple[str, str]], list[FieldError]]:
    """The FHIR search (parameter, value) of a list, with what makes the kind; and what is wrong.

    Several values of a filter are separated by commas: any of them.
    """
    filters = {each.name: each for each in (*kind.filters, *UPDATED)}
    search, errors = list(kind.search), []
    for name, value in given.items():
        if name not in filters:
            errors.append(FieldError(error_name("", name), "unknown", "There is no such filter."))
            continue
        values = [each.strip() for each in value.split(",")]
        wrong = [error for each in values if (error := _error(filters[name], each))]
        errors += wrong[:1]
        if not wrong:
            parts = [_as_fhir(filters[name], each) for each in values]
            search.append((filters[name].parameter, ",".join(parts)))
    return search, errors


def _error(filter_: Filter, value: str) -> FieldError | None:
    name = filter_.name
    if not value:
        return FieldError(name, "format", "The filter has no value.")
    if filter_.type is FilterType.STATUS and value not in filter_.codes:
        return FieldError(name, "enum", f"Expected is one of {', '.join(filter_.codes)}.")
    if filter_.type is FilterType.FLAG and value not in ("true", "false"):
        return FieldError(name, "enum", "Expected is true or false.")
    if filter_.type is FilterType.DATE:
        return next(DateTime().errors(value, name), None)
    if filter_.type is FilterType.ID:
        return next(ID.errors(value, name), None)
    return None


def _as_fhir(filter_: Filter, value: str) -> str:
    match filter_.type:
        case FilterType.ID:
            return f"{filter_.target}/{value}" if filter_.target else value
        case FilterType.DATE:
            return filter_.prefix + value
        case FilterType.CODE | FilterType.STATUS:
            return _token(filter_, value)
        case _:
            return _escaped(value)


def _token(filter_: Filter, value: str) -> str:
    system, bar, code = value.rpartition("|")
    system = SYSTEMS.get(system, system)
    if not bar and filter_.system:
        system, bar = filter_.system, "|"
    return f"{_escaped(system)}{bar}{_escaped(code)}"


def _escaped(value: str) -> str:
    """https://hl7.org/fhir/R4/search.html#escaping"""
    return re.sub(r"([\\|$])", r"\\\1", value)
