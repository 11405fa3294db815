"""Contained resources and the references to them. https://hl7.org/fhir/R4/references.html#contained"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from fhirapi.outcomes import Problem
from fhirapi.validation import problems
from fhirapi.validation.problems import Place


class Local(NamedTuple):
    """A reference to ``#id``, or to ``#``: the resource that contains."""

    id: str
    targets: frozenset[str] | None
    place: Place


def problems_of_contained(
    resource: dict[str, Any], place: Place, local: Sequence[Local]
) -> Iterator[Problem]:
    """Of a resource whose form is valid."""
    contained = resource.get("contained", [])
    kinds = {each["id"]: each["resourceType"] for each in contained if "id" in each}
    kinds[""] = resource["resourceType"]
    for reference in local:
        if reference.id not in kinds:
            yield problems.invariant("ref-1", "Nothing contained has this id.", reference.place)
        elif reference.targets is not None and kinds[reference.id] not in reference.targets:
            yield problems.targets(reference.targets, reference.place)
    named = set(_strings(resource)) - {"#"}
    seen = set()
    for number, each in enumerate(contained):
        where = ((place, "contained"), number)
        yield from _problems_of_one(each, where, named)
        if each.get("id") in seen:
            yield problems.structure("Another contained resource has the same id.", where)
        seen.add(each.get("id", ""))


def _problems_of_one(each: dict[str, Any], place: Place, named: set[str]) -> Iterator[Problem]:
    meta = each.get("meta", {})
    if "contained" in each:
        text = "A contained resource contains no other."
        yield problems.invariant("dom-2", text, (place, "contained"))
    if f"#{each.get('id', '')}" not in named and "#" not in set(_strings(each)):
        text = "It is not referred to from the resource, nor does it refer to the resource with #."
        yield problems.invariant("dom-3", text, place)
    if "versionId" in meta or "lastUpdated" in meta:
        text = "A contained resource has no version of its own."
        yield problems.invariant("dom-4", text, (place, "meta"))
    if "security" in meta:
        text = "A contained resource has no security labels of its own."
        yield problems.invariant("dom-5", text, (place, "meta"))


def _strings(node: Any) -> Iterator[str]:
    nodes = [node]
    while nodes:
        inner = nodes.pop()
        for each in inner.values() if type(inner) is dict else inner:
            if type(each) is str:
                yield each
            elif type(each) is dict or type(each) is list:
                nodes.append(each)
