"""References between resources that come in together, and conditional ones.

https://hl7.org/fhir/R4/bundle.html#references, https://hl7.org/fhir/R4/http.html#trules
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from fhirapi.intake.conditions import Condition, condition
from fhirapi.intake.rejects import Unusable

_LOCAL = re.compile(r"([A-Z][A-Za-z]+)/([A-Za-z0-9.-]{1,64})(/_history/.*)?")
_CONDITIONAL = re.compile(r"([A-Z][A-Za-z]+)\?(.*)", re.DOTALL)
_SPECIAL = re.compile(rb'"reference"\s*:\s*"(?:urn:|[A-Za-z]+\?|[^"]*\\)')


class Conditional(NamedTuple):
    """A reference by search: ``Practitioner?identifier=system|value``."""

    element: dict[str, Any]
    """The Reference, to be completed."""
    condition: Condition


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
    for element in references(resource):
        text = element["reference"]
        if text in urls:
            element["reference"] = urls[text]
        elif text.startswith("urn:"):
            raise Unusable("A reference by urn: means nothing that is in the same Bundle.")
        elif match := _CONDITIONAL.fullmatch(text):
            conditionals.append(Conditional(element, condition(match[1], match[2])))
        elif namespace and (match := _LOCAL.fullmatch(text)):
            element["reference"] = f"{match[1]}/{renamed(namespace, match[1], match[2])}"
    return conditionals


def may_need_rewriting(text: bytes) -> bool:
    """Whether a resource on its own has such references: quicker asked of its text."""
    return _SPECIAL.search(text) is not None


def references(resource: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every Reference in it, to be changed in place."""
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
