"""Everything a search row says about a resource, derived from the declaration of its type."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fhirapi.definitions.schema import ParameterType, ResourceType, SearchParameter
from fhirapi.searchparams import date, reference, string, token, uri
from fhirapi.searchparams.date import Range
from fhirapi.searchparams.keys import key, parameter_key
from fhirapi.searchparams.paths import values


@dataclass(slots=True)
class IndexEntry:
    patient_id: str | None = None
    clinical_date: datetime | None = None
    tokens: set[int] = field(default_factory=set)
    refs: set[int] = field(default_factory=set)
    strings: set[tuple[int, str]] = field(default_factory=set)
    dates: set[tuple[int, Range]] = field(default_factory=set)
    links: set[tuple[int, str]] = field(default_factory=set)
    """(parameter, Type/id)"""


def index(resource_type: ResourceType, resource: dict[str, Any]) -> IndexEntry:
    entry = IndexEntry(patient_id=_patient_id(resource_type, resource))
    if resource_type.clinical_date:
        for value in values(resource, resource_type.clinical_date):
            for each in date.ranges(value):
                entry.clinical_date = each.start
                break
    for parameter in resource_type.search:
        for path in parameter.paths:
            for value in values(resource, path):
                _add(entry, resource_type.name, parameter, value)
    return entry


def _patient_id(resource_type: ResourceType, resource: dict[str, Any]) -> str | None:
    if resource_type.patient is None:
        return None
    if resource_type.patient == "id":
        return str(resource["id"])
    for value in values(resource, resource_type.patient):
        for form in reference.forms(value):
            if form.startswith("Patient/"):
                return form.removeprefix("Patient/")
    return None


def _add(entry: IndexEntry, type_name: str, parameter: SearchParameter, value: Any) -> None:
    code = parameter.code
    match parameter.type:
        case ParameterType.TOKEN:
            keys = entry.refs if parameter.is_nearly_unique else entry.tokens
            keys.update(key(type_name, code, form) for form in token.forms(value))
        case ParameterType.REFERENCE:
            named = parameter_key(type_name, code)
            for form in reference.forms(value):
                entry.refs.add(key(type_name, code, form))
                if reference.is_local(form):
                    entry.links.add((named, form))
        case ParameterType.URI:
            entry.tokens.update(key(type_name, code, form) for form in uri.forms(value))
        case ParameterType.STRING:
            named = parameter_key(type_name, code)
            entry.strings.update((named, form) for form in string.forms(value))
        case ParameterType.DATE:
            named = parameter_key(type_name, code)
            entry.dates.update((named, each) for each in date.ranges(value))
