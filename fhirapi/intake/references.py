"""References between resources that come in together, and conditional ones.

https://hl7.org/fhir/R4/bundle.html#references, https://hl7.org/fhir/R4/http.html#trules
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl
from uuid import UUID, uuid5

from fhirapi.definitions import registry
from fhirapi.searchparams import token
from fhirapi.searchparams.keys import key
from fhirapi.searchparams.paths import values
from fhirapi.sql import fetch

_LOCAL = re.compile(r"([A-Z][A-Za-z]+)/([A-Za-z0-9.-]{1,64})(/_history/.*)?")
_CONDITIONAL = re.compile(r"([A-Z][A-Za-z]+)\?(.*)", re.DOTALL)
_SPECIAL = re.compile(rb'"reference"\s*:\s*"(?:urn:|[A-Za-z]+\?|[^"]*\\)')
_IDENTIFIED = """
SELECT asked.key, found.resource_id
FROM unnest(%s::bigint[]) AS asked(key), LATERAL (
    SELECT s.resource_id FROM fhirapi_searchrow s WHERE s.refs @> ARRAY[asked.key] LIMIT 3
) found
"""


class Unusable(ValueError):
    """Why a resource cannot be stored; the text repeats nothing of it but its type and ids."""


class Conditional(NamedTuple):
    """A reference by identifier: ``Practitioner?identifier=system|value``."""

    element: dict[str, Any]
    """The Reference, to be completed."""
    target_type: str
    key: int


def renamed(namespace: UUID, resource_type: str, resource_id: str) -> str:
    """The new id of what came with this one."""
    return str(uuid5(namespace, f"{resource_type}/{resource_id}"))


def rewrite(
    resource: dict[str, Any], urls: Mapping[str, str], namespace: UUID | None
) -> list[Conditional]:
    """Makes references by the Bundle's full URLs ``Type/id``; returns the conditional ones.

    With a namespace the ids referred to are renamed as well. Raises Unusable.
    """
    conditionals = []
    for element in _references(resource):
        text = element["reference"]
        if text in urls:
            element["reference"] = urls[text]
        elif text.startswith("urn:"):
            raise Unusable("A reference by urn: means nothing that is in the same Bundle.")
        elif match := _CONDITIONAL.fullmatch(text):
            conditionals.append(_conditional(element, match[1], match[2]))
        elif namespace and (match := _LOCAL.fullmatch(text)):
            element["reference"] = f"{match[1]}/{renamed(namespace, match[1], match[2])}"
    return conditionals


def may_need_rewriting(text: bytes) -> bool:
    """Whether a resource on its own has such references: quicker asked of its text."""
    return _SPECIAL.search(text) is not None


def _references(resource: dict[str, Any]) -> Iterator[dict[str, Any]]:
    nodes: list[Any] = [resource]
    while nodes:
        node = nodes.pop()
        if type(node) is dict:
            if type(node.get("reference")) is str:
                yield node
            node = node.values()
        for child in node:
            if type(child) is dict or type(child) is list:
                nodes.append(child)


def _conditional(element: dict[str, Any], target_type: str, query: str) -> Conditional:
    asked = parse_qsl(query, keep_blank_values=True)
    resource_type = registry.find(target_type)
    if resource_type is None or resource_type.parameter("identifier") is None:
        raise Unusable("A conditional reference to a type that is not found by identifier.")
    if [name for name, _ in asked] != ["identifier"] or not asked[0][1].strip("|"):
        raise Unusable(
            "A conditional reference is understood as Type?identifier=system|value, and not "
            "otherwise."
        )
    return Conditional(element, target_type, key(target_type, "identifier", asked[0][1]))


def identified(
    conditionals: Iterable[Conditional], arriving: Iterable[dict[str, Any]]
) -> dict[int, set[str]]:
    """For each conditional reference's key the ids that have it: stored, or arriving with it."""
    wanted = {each.key: each.target_type for each in conditionals}
    found: dict[int, set[str]] = {each: set() for each in wanted}
    if not wanted:
        return found
    for each, resource_id in fetch(_IDENTIFIED, [list(wanted)]):
        found[each].add(resource_id)
    kinds = set(wanted.values())
    for resource in arriving:
        if resource["resourceType"] in kinds:
            for each in _identifier_keys(resource):
                if each in found:
                    found[each].add(resource["id"])
    return found


def _identifier_keys(resource: dict[str, Any]) -> Iterator[int]:
    for value in values(resource, "identifier"):
        if type(value) is dict and "coding" not in value:
            yield from (
                key(resource["resourceType"], "identifier", form) for form in token.forms(value)
            )
