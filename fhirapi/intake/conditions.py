"""``Type?query`` in a file: which resources that means.

https://hl7.org/fhir/R4/http.html#trules (conditional references), https://hl7.org/fhir/R4/http.html#ccreate

An identifier, the usual case, is asked for many at a time, and of what arrives as well. Any other
search is asked of the store alone: what it means may arrive first.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from fhirapi.definitions import registry
from fhirapi.definitions.schema import ResourceType
from fhirapi.intake.rejects import Unusable
from fhirapi.outcomes import Outcome
from fhirapi.search.binder import Binder
from fhirapi.search.query import parse
from fhirapi.search.value import Value
from fhirapi.searchparams import token
from fhirapi.searchparams.keys import key
from fhirapi.searchparams.paths import values
from fhirapi.sql import fetch
from fhirapi.store.constraint import Everything

_IDENTIFIED = """
SELECT asked.key, found.resource_id
FROM unnest(%s::bigint[]) AS asked(key), LATERAL (
    SELECT s.resource_id
    FROM fhirapi_searchrow s JOIN fhirapi_content c ON c.id = s.id AND NOT c.is_deleted
    WHERE s.refs @> ARRAY[asked.key] LIMIT 3
) found
"""
_SEARCHED = """
SELECT r.resource_id
FROM fhirapi_searchrow r JOIN fhirapi_content c ON c.id = r.id AND NOT c.is_deleted
WHERE r.resource_type = {resource_type} AND {criteria} LIMIT 2
"""


class Condition(NamedTuple):
    resource_type: str
    query: str
    identifier: int | None = None
    """The key under which it is found, if it is ``identifier=system|value`` and nothing else."""


@lru_cache(maxsize=10_000)
def condition(resource_type: str, query: str) -> Condition:
    """Raises Unusable for what is not a search that can be asked."""
    declared = registry.find(resource_type)
    if declared is None:
        raise Unusable("A condition names a type that this server does not have.")
    pairs = parse_qsl(query, keep_blank_values=True)
    try:
        if _is_identifier(declared, pairs):
            form = token.query_form(pairs[0][1])
            return Condition(resource_type, query, key(resource_type, "identifier", form))
        _criteria(declared, pairs, Binder(Everything()))
    except (Outcome, ValueError):  # their texts repeat what was asked
        raise Unusable(
            f"A condition is not a search of {resource_type} that can be asked here: a parameter "
            "is unknown, a chain or not about which resources match, or a value cannot be read."
        ) from None
    return Condition(resource_type, query)


def _is_identifier(resource_type: ResourceType, pairs: list[tuple[str, str]]) -> bool:
    return (
        resource_type.parameter("identifier") is not None
        and [name for name, _ in pairs] == ["identifier"]
        and "," not in pairs[0][1]
    )


def _criteria(resource_type: ResourceType, pairs: list[tuple[str, str]], binder: Binder) -> str:
    """Raises Outcome, or ValueError for a search through others and for what selects nothing."""
    criteria = parse(resource_type, pairs, strict=True).criteria
    if not criteria or len(criteria) < len(pairs):
        raise ValueError("Only parameters that select resources are possible.")
    if not all(isinstance(each, Value) for each in criteria):
        raise ValueError("Chains are not possible.")
    return " AND ".join(each.sql("r", binder) for each in criteria)


def meant(
    conditions: Iterable[Condition], arriving: Iterable[dict[str, Any]] = ()
) -> dict[Condition, set[str]]:
    """For each condition the ids of what it means, two or more if that is not one resource."""
    asked = set(conditions)
    identified = _identified([each for each in asked if each.identifier is not None], arriving)
    return {
        each: _searched(each) if each.identifier is None else identified[each.identifier]
        for each in asked
    }


def _identified(
    asked: list[Condition], arriving: Iterable[dict[str, Any]]
) -> dict[int | None, set[str]]:
    found: dict[int | None, set[str]] = {each.identifier: set() for each in asked}
    if not found:
        return found
    for each, resource_id in fetch(_IDENTIFIED, [list(found)]):
        found[each].add(resource_id)
    kinds = {each.resource_type for each in asked}
    for resource in arriving:
        if resource["resourceType"] in kinds:
            for form in _identifier_keys(resource):
                if form in found:
                    found[form].add(resource["id"])
    return found


def _searched(asked: Condition) -> set[str]:
    declared = registry.find(asked.resource_type)
    assert declared is not None, "a condition is made of declared types only"  # noqa: S101
    binder = Binder(Everything())
    sql = _SEARCHED.format(
        resource_type=binder.bind(asked.resource_type),
        criteria=_criteria(declared, parse_qsl(asked.query, keep_blank_values=True), binder),
    )
    return {resource_id for (resource_id,) in fetch(sql, binder.parameters)}


def _identifier_keys(resource: dict[str, Any]) -> Iterator[int]:
    for value in values(resource, "identifier"):
        if type(value) is dict and "coding" not in value:
            yield from (
                key(resource["resourceType"], "identifier", form) for form in token.forms(value)
            )
