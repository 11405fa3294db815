"""Everything a search row says about a resource, derived from the declaration of its type."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from fhirapi.definitions.schema import ParameterType, ResourceType, SearchParameter
from fhirapi.searchparams import date, number, quantity, reference, string, token, uri
from fhirapi.searchparams.date import Range
from fhirapi.searchparams.keys import key, parameter_key
from fhirapi.searchparams.paths import steps, values
from fhirapi.searchparams.quantity import Measured

ENCODING = 3
"""Counted up when the same declaration and value give other keys: then all must be reindexed."""


@dataclass(slots=True)
class IndexEntry:
    patient_id: str | None = None
    clinical: Range | None = None
    """From the beginning of the first clinical date to the end of the last."""
    tokens: set[int] = field(default_factory=set)
    refs: set[int] = field(default_factory=set)
    strings: set[tuple[int, str]] = field(default_factory=set)
    dates: set[tuple[int, Range]] = field(default_factory=set)
    quantities: set[tuple[int, Measured]] = field(default_factory=set)
    links: set[tuple[int, str]] = field(default_factory=set)
    """(parameter, or that of no name, Type/id)"""


def index(resource_type: ResourceType, resource: dict[str, Any], base: str) -> IndexEntry:
    """``base``: this server's FHIR address, by which references may name its own resources."""
    entry = IndexEntry(patient_id=_patient_id(resource_type, resource, base))
    if resource_type.clinical_date:
        found = [
            each
            for value in values(resource, resource_type.clinical_date)
            for each in date.ranges(value)
        ]
        if found:
            entry.clinical = Range(
                min(each.start for each in found), max(each.end for each in found)
            )
    for root, parameter, path in _to_look_at(resource_type):
        if root and root not in resource:
            continue  # most parameters have no value in most resources
        for value in values(resource, path):
            _add(entry, resource_type, parameter, value, base)
    _add_unsearched(entry, resource_type, resource, base)
    return entry


def _add_unsearched(
    entry: IndexEntry, resource_type: ResourceType, resource: dict[str, Any], base: str
) -> None:
    """What it refers to by other elements, such as extensions: under no parameter's name, for the
    integrity of references alone.
    """
    known = {form for _, form in entry.links}
    known.add(f"Patient/{entry.patient_id}")  # a column of the row says it
    unnamed = parameter_key(resource_type.name, "")
    for written in reference.everywhere(resource):
        if written["reference"] in known:
            continue
        for form in reference.forms(written, base):
            if form not in known and reference.is_local(form):
                known.add(form)
                entry.links.add((unnamed, form))


@lru_cache(maxsize=500)
def _to_look_at(resource_type: ResourceType) -> list[tuple[str, SearchParameter, str]]:
    """Parameter and path, with the element the path begins with (none for a choice of types)."""
    return [
        ("" if (first := steps(path)[0]).is_choice else first.name, parameter, path)
        for parameter in resource_type.search
        if not parameter.stored_as and not resource_type.is_clinical_date(parameter)
        for path in parameter.paths
    ]


def _patient_id(resource_type: ResourceType, resource: dict[str, Any], base: str) -> str | None:
    if resource_type.patient is None:
        return None
    if resource_type.patient == "id":
        return str(resource["id"])
    for value in values(resource, resource_type.patient):
        for form in reference.forms(value, base):
            if form.startswith("Patient/"):
                return form.removeprefix("Patient/")
    return None


def _add(
    entry: IndexEntry,
    resource_type: ResourceType,
    parameter: SearchParameter,
    value: Any,
    base: str,
) -> None:
    name, code = resource_type.name, parameter.code
    match parameter.type:
        case ParameterType.TOKEN:
            _add_token(entry, name, parameter, value)
        case ParameterType.REFERENCE:
            _add_reference(entry, resource_type, parameter, value, base)
        case ParameterType.URI:
            entry.tokens.update(key(name, code, form) for form in uri.forms(value))
        case ParameterType.STRING:
            named = parameter_key(name, code)
            entry.strings.update((named, form) for form in string.forms(value))
        case ParameterType.DATE:
            named = parameter_key(name, code)
            entry.dates.update((named, each) for each in date.ranges(value))
        case ParameterType.QUANTITY:
            named = parameter_key(name, code)
            entry.quantities.update((named, each) for each in quantity.measured(value))
        case ParameterType.NUMBER:
            named = parameter_key(name, code)
            entry.quantities.update(
                (named, Measured(span, frozenset())) for span in number.spans(value)
            )


def _add_token(entry: IndexEntry, name: str, parameter: SearchParameter, value: Any) -> None:
    code = parameter.code
    keys = entry.refs if parameter.is_nearly_unique else entry.tokens
    keys.update(key(name, code, form) for form in token.forms(value))
    if parameter.is_nearly_unique:
        entry.refs.update(key(name, f"{code}:of-type", form) for form in token.typed_forms(value))


def _add_reference(
    entry: IndexEntry,
    resource_type: ResourceType,
    parameter: SearchParameter,
    value: Any,
    base: str,
) -> None:
    name, code = resource_type.name, parameter.code
    for form in reference.forms(value, base):
        kind = form.partition("/")[0]
        if kind == "Patient" and resource_type.names_patient(parameter):
            continue  # a column of the row says it
        if parameter.is_narrow and kind not in parameter.targets:
            continue
        entry.refs.add(key(name, code, form))
        if reference.is_local(form):
            entry.links.add((parameter_key(name, code), form))
    entry.refs.update(
        key(name, f"{code}:identifier", form) for form in reference.identifier_forms(value)
    )
