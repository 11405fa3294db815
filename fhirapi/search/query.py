"""Reads the text of a search into a SearchQuery. https://hl7.org/fhir/R4/search.html"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from fhirapi.definitions.schema import ParameterType, ResourceType, SearchParameter
from fhirapi.outcomes import bad_value, unknown_parameter

DEFAULT_COUNT = 50
MAX_COUNT = 1000
_MAX_VALUES = 1000  # in one or-list
_PASSED_OVER = frozenset({"_format", "_pretty", "_page"})  # not about which resources match
_MODIFIERS = {
    ParameterType.TOKEN: frozenset({"", "not"}),
    ParameterType.REFERENCE: frozenset({""}),
    ParameterType.DATE: frozenset({""}),
    ParameterType.STRING: frozenset({"", "exact", "contains"}),
    ParameterType.URI: frozenset({""}),
}
_UNESCAPED_COMMA = re.compile(r"(?<!\\),")
_ESCAPED = re.compile(r"\\([,$|\\])")


@dataclass(frozen=True)
class Criterion:
    """One parameter of the query; its values are alternatives."""

    parameter: SearchParameter
    modifier: str
    values: tuple[str, ...]


@dataclass
class SearchQuery:
    resource_type: ResourceType
    criteria: list[Criterion] = field(default_factory=list)
    ids: list[tuple[str, ...]] = field(default_factory=list)
    last_updated: list[str] = field(default_factory=list)
    count: int = DEFAULT_COUNT
    applied: list[tuple[str, str]] = field(default_factory=list)
    """What was understood, as it was written: the self link."""
    ignored: list[str] = field(default_factory=list)


def parse(
    resource_type: ResourceType, pairs: Iterable[tuple[str, str]], *, strict: bool = False
) -> SearchQuery:
    """Raises an Outcome for a value that cannot be read and, if strict, for an unknown name."""
    query = SearchQuery(resource_type)
    for name, text in pairs:
        if name in _PASSED_OVER:
            continue
        if "\x00" in text:
            raise bad_value(name, "the value holds a character that no resource can hold.")
        if _add(query, name, text):
            query.applied.append((name, text))
        elif strict:
            raise unknown_parameter(name, resource_type.name)
        else:
            query.ignored.append(name)
    return query


def _add(query: SearchQuery, name: str, text: str) -> bool:
    """False if the name is unknown."""
    if name == "_count":
        query.count = _count(text)
    elif name == "_id":
        query.ids.append(_alternatives(name, text))
    elif name == "_lastUpdated":
        query.last_updated.append(text)
    else:
        code, _, modifier = name.partition(":")
        parameter = query.resource_type.parameter(code)
        if parameter is None:
            return False
        if modifier not in _MODIFIERS[parameter.type]:
            raise bad_value(code, f"the modifier ':{modifier[:32]}' is not supported here.")
        query.criteria.append(Criterion(parameter, modifier, _alternatives(code, text)))
    return True


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise bad_value("_count", "a whole number is expected.")
    return min(int(text), MAX_COUNT)


def _alternatives(name: str, text: str) -> tuple[str, ...]:
    values = tuple(_ESCAPED.sub(r"\1", value) for value in _UNESCAPED_COMMA.split(text))
    if len(values) > _MAX_VALUES:
        raise bad_value(name, f"at most {_MAX_VALUES} alternatives are possible.")
    if any(not value.strip() for value in values):
        raise bad_value(name, "a value is empty.")
    return values
