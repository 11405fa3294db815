"""Reads the text of a search into a SearchQuery. https://hl7.org/fhir/R4/search.html"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from fhirapi.definitions import registry
from fhirapi.definitions.builders import COMMON
from fhirapi.definitions.schema import ParameterType, ResourceType, SearchParameter
from fhirapi.outcomes import bad_value, unknown_parameter
from fhirapi.search.cost import (
    DEFAULT_COUNT,
    MAX_COUNT,
    MAX_DEPTH,
    MAX_LENGTH,
    MAX_PARAMETERS,
    Budget,
)
from fhirapi.search.criteria import Chain, Criterion, Has
from fhirapi.search.include import Include, parse_include
from fhirapi.search.sort import SortKey, parse_sort
from fhirapi.search.value import Value, alternatives

_PASSED_OVER = frozenset({"_format", "_pretty", "_page"})  # not about which resources match
_MODIFIERS = {
    ParameterType.TOKEN: frozenset({"", "not", "missing", "text"}),
    ParameterType.REFERENCE: frozenset({"", "missing", "identifier"}),
    ParameterType.DATE: frozenset({"", "missing"}),
    ParameterType.STRING: frozenset({"", "exact", "contains", "missing"}),
    ParameterType.URI: frozenset({"", "missing"}),
    ParameterType.QUANTITY: frozenset({"", "missing"}),
    ParameterType.NUMBER: frozenset({"", "missing"}),
    ParameterType.COMPOSITE: frozenset({""}),
}
_SUMMARIES = frozenset({"true", "text", "data", "count", "false"})
_TOTALS = frozenset({"none", "estimate", "accurate"})
RESULT_PARAMETERS: dict[str, frozenset[str]] = {
    "_count": frozenset(),
    "_sort": frozenset(),
    "_include": frozenset(),
    "_revinclude": frozenset(),
    "_total": _TOTALS,
    "_summary": _SUMMARIES,
    "_elements": frozenset(),
}
"""Those that say how the result looks, with the values they may have where these are few."""
_COMMON = tuple(each.code for each in COMMON)


@dataclass
class SearchQuery:
    resource_type: ResourceType
    criteria: list[Criterion] = field(default_factory=list)
    includes: list[Include] = field(default_factory=list)
    sort: list[SortKey] = field(default_factory=list)
    count: int = DEFAULT_COUNT
    has_total: bool = True
    summary: str = "false"
    elements: tuple[str, ...] = ()
    applied: list[tuple[str, str]] = field(default_factory=list)
    """What was understood, as it was written: the self link."""
    ignored: list[str] = field(default_factory=list)


def parse(
    resource_type: ResourceType, pairs: Iterable[tuple[str, str]], *, strict: bool = False
) -> SearchQuery:
    """Raises an Outcome for a value that cannot be read and, if strict, for an unknown name."""
    query, budget = SearchQuery(resource_type), Budget()
    pairs = list(pairs)
    if len(pairs) > MAX_PARAMETERS:
        raise bad_value(pairs[-1][0], f"a search may have at most {MAX_PARAMETERS} parameters.")
    for name, text in pairs:
        if name in _PASSED_OVER:
            continue
        if len(text) > MAX_LENGTH:
            raise bad_value(name, f"at most {MAX_LENGTH} characters are possible.")
        if "\x00" in text or "\x00" in name:
            raise bad_value(name, "the value holds a character that no resource can hold.")
        if _add(query, name, text, budget):
            query.applied.append((name, text))
        elif strict:
            raise unknown_parameter(name, resource_type.name)
        else:
            query.ignored.append(name)
    if query.summary == "count":
        query.count = 0
    return query


def _add(query: SearchQuery, name: str, text: str, budget: Budget) -> bool:
    """False if the name, or what it names, is unknown."""
    if name[0:1] == "_" and not name.startswith(("_has:", *_COMMON)):
        return _add_result_parameter(query, name, text)
    criterion = _criterion(query.resource_type, name, text, budget, depth=0)
    if criterion is None:
        return False
    query.criteria.append(criterion)
    return True


def _add_result_parameter(query: SearchQuery, name: str, text: str) -> bool:
    """Parameters that say how the result looks. https://hl7.org/fhir/R4/search.html#Summary"""
    match name.partition(":")[0]:
        case "_count":
            query.count = _count(text)
        case "_sort":
            query.sort = parse_sort(query.resource_type, text)
        case "_include" | "_revinclude":
            query.includes.append(parse_include(name, text))
        case "_total":
            query.has_total = _one_of(name, text, _TOTALS) != "none"
        case "_summary":
            query.summary = _one_of(name, text, _SUMMARIES)
        case "_elements":
            query.elements = alternatives(name, text)
        case _:
            return False
    return True


def _criterion(
    resource_type: ResourceType, name: str, text: str, budget: Budget, *, depth: int
) -> Criterion | None:
    if depth > MAX_DEPTH:
        raise bad_value(name, f"chains may be at most {MAX_DEPTH} links long.")
    if name.startswith("_has:"):
        return _has(resource_type, name, text, budget, depth)
    if "." in name:
        return _chain(resource_type, name, text, budget, depth)
    code, _, modifier = name.partition(":")
    parameter = resource_type.parameter(code)
    if parameter is None:
        return None
    if modifier in parameter.targets:  # subject:Patient=1
        parameter = _narrowed(parameter, modifier)
        modifier = ""
    if modifier not in modifiers(parameter):
        raise bad_value(code, f"the modifier ':{modifier[:32]}' is not supported here.")
    if modifier == "missing":
        _one_of(name, text, frozenset({"true", "false"}))
    value = Value(resource_type, parameter, modifier, alternatives(code, text))
    budget.compare(value.comparisons)
    return value


def modifiers(parameter: SearchParameter) -> frozenset[str]:
    """Those that the parameter knows; the empty one among them."""
    if not parameter.paths and not parameter.parts:  # a column: always there, and no more to ask
        return frozenset({"", "not"} if parameter.type is ParameterType.TOKEN else {""})
    known = _MODIFIERS[parameter.type]
    return known | {"of-type"} if parameter.is_nearly_unique else known


def _chain(
    resource_type: ResourceType, name: str, text: str, budget: Budget, depth: int
) -> Criterion | None:
    """``patient.identifier=1``, ``subject:Patient.name=x``."""
    first, _, rest = name.partition(".")
    code, _, wanted = first.partition(":")
    parameter = resource_type.parameter(code)
    if parameter is None or parameter.type is not ParameterType.REFERENCE:
        return None
    if wanted:
        if wanted not in parameter.targets:
            return None
        parameter = _narrowed(parameter, wanted)
    inner = []
    for target in parameter.targets:
        if target_type := registry.find(target):
            budget.follow()
            if found := _criterion(target_type, rest, text, budget, depth=depth + 1):
                inner.append(found)
    return Chain(resource_type, parameter, tuple(inner)) if inner else None


def _has(
    resource_type: ResourceType, name: str, text: str, budget: Budget, depth: int
) -> Criterion | None:
    """``_has:Observation:patient:code=1234-5``"""
    parts = name.split(":", 3)
    if len(parts) != 4:
        raise bad_value(name[:64], "_has:Type:reference:parameter is expected.")
    _, source_name, code, rest = parts
    source = registry.find(source_name)
    parameter = source.parameter(code) if source else None
    if source is None or parameter is None or resource_type.name not in parameter.targets:
        return None
    budget.follow()
    inner = _criterion(source, rest, text, budget, depth=depth + 1)
    return Has(resource_type, source, parameter, inner) if inner else None


def _narrowed(parameter: SearchParameter, target: str) -> SearchParameter:
    return replace(parameter, targets=(target,), is_narrow=True)


def _one_of(name: str, text: str, allowed: frozenset[str]) -> str:
    if text not in allowed:
        raise bad_value(name, f"one of {', '.join(sorted(allowed))} is expected.")
    return text


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise bad_value("_count", "a whole number is expected.")
    return min(int(text), MAX_COUNT) if len(text) < 10 else MAX_COUNT
