"""References of what is written: to each other by full URL, by search, and to what must be there.

https://hl7.org/fhir/R4/http.html#trules
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings

from fhirapi.definitions import registry
from fhirapi.definitions.schema import ResourceType
from fhirapi.outcomes import Problem
from fhirapi.search.matching import pairs_of
from fhirapi.searchparams import reference
from fhirapi.store import exact
from fhirapi.store.write import Asked, Identity, nothing_there
from fhirapi.validation.tables import structure
from fhirapi.write_outcomes import bad_entry, invalid_resource, unmet_reference
from fhirapi.writing.change import Resource, Writer
from fhirapi.writing.conditions import meant
from fhirapi.writing.deeds import Deed, at

_CONDITIONAL = re.compile(r"([A-Z][A-Za-z]+)\?(.+)", re.DOTALL)
_URLS = frozenset({"uri", "url", "canonical", "oid", "uuid"})
_URN = re.compile(r"urn:(?:uuid|oid):[A-Za-z0-9.-]+")


class Node(NamedTuple):
    """A member of a resource, or an element of a list, that is a string."""

    holder: Any
    """The dict or list that holds it."""
    step: Any
    """Its name or number there."""
    above: "_Way"
    type: str
    """As R4 has it; empty for what R4 does not have."""

    @property
    def text(self) -> str:
        return str(self.holder[self.step])

    @property
    def path(self) -> str:
        """FHIRPath."""
        way: _Way | None = (self.above, self.step)
        steps: list[str] = []
        while way:
            way, step = way
            steps.append(f"[{step}]" if type(step) is int else f".{step}")
        return "".join(reversed(steps)).removeprefix(".")


_Way = tuple["_Way | None", Any]
"""The steps to a node, the last one apart: few are ever asked for their path."""


class Reference(NamedTuple):
    """To something on this server."""

    deed: Deed
    """What refers to it."""
    node: Node
    target: Identity


def resolve(writer: Writer, deeds: Sequence[Deed]) -> None:
    """Full URLs become ``Type/id``, conditional references what they mean. Raises an Outcome."""
    urls = _urls(deeds)
    for deed in deeds:
        if deed.resource is not None and _is_incomplete(deed.resource, urls):
            # A copy: if the transaction has to begin again, so do its references.
            deed.resource = deepcopy(deed.resource)
            with at(deed):
                _complete(writer, deed.resource, urls)


def _urls(deeds: Sequence[Deed]) -> dict[str, str]:
    """``Type/id`` by full URL, which only one entry may have. Raises the 400 outcome."""
    urls: dict[str, str] = {}
    for deed in deeds:
        if deed.change.full_url and deed.resource_id:
            with at(deed):
                if deed.change.full_url in urls:
                    raise bad_entry("Another entry has the same fullUrl.")
            urls[deed.change.full_url] = f"{deed.name}/{deed.resource_id}"
    return urls


def local(deeds: Sequence[Deed]) -> list[Reference]:
    """What the resources refer to on this server."""
    return [
        Reference(deed, node, (name, resource_id))
        for deed in deeds
        for node in _references(deed)
        for name, _, resource_id in [_local(node.text).partition("/")]
        if resource_id
    ]


def require_targets(writer: Writer, deeds: Sequence[Deed], referring: Sequence[Reference]) -> None:
    """Each reference to this server leads to what the caller may write to. Raises 422.

    But for those that the standing version had: a change need not mend what was loaded.
    """
    made = {deed.identity for deed in deeds if deed.resource is not None}
    places: dict[Identity, list[Reference]] = {}
    for each in referring:
        if each.target not in made:
            places.setdefault(each.target, []).append(each)
    known = [(found, target) for target in places if (found := registry.find(target[0]))]
    asked = [Asked(resource_type, resource_id) for resource_type, (_, resource_id) in known]
    missing = set(nothing_there(writer.caller, asked))
    missing |= places.keys() - {target for _, target in known}
    wrong = [each for target, those in places.items() if target in missing for each in those]
    kept = {id(each.deed): _standing_texts(each.deed) for each in wrong}
    wrong = [each for each in wrong if each.node.text not in kept[id(each.deed)]]
    for deed in deeds if wrong else ():
        with at(deed):
            if problems := [_dangling(each.node.path) for each in wrong if each.deed is deed]:
                raise invalid_resource(tuple(problems))


def _standing_texts(deed: Deed) -> set[str]:
    """The references of the version that is replaced."""
    if deed.standing is None or not deed.standing.content:
        return set()
    stored = exact.parse(deed.standing.content)
    return {node.text for node in _strings(stored, deed.name) if node.step == "reference"}


def _dangling(path: str) -> Problem:
    return Problem("not-found", "It refers to nothing that this token may refer to.", path)


def _references(deed: Deed) -> Iterator[Node]:
    if deed.resource is not None:
        yield from (node for node in _strings(deed.resource, deed.name) if node.step == "reference")


def _local(text: str) -> str:
    """``Type/id``; empty for what is contained, or on another server."""
    form = next(reference.forms({"reference": text}, settings.FHIR_BASE_URL), "")
    return form if form and reference.is_local(form) else ""


def _is_incomplete(resource: Resource, urls: Mapping[str, str]) -> bool:
    return any(
        (node.text in urls and _may_be_url(node))
        or (node.step == "div" and "urn:" in node.text)
        or (node.step == "reference" and ("?" in node.text or node.text.startswith("urn:")))
        for node in _strings(resource, "")
    )


def _may_be_url(node: Node) -> bool:
    """An Identifier's value is none, though it may be the same text."""
    return node.step == "reference" or node.type in _URLS


def _complete(writer: Writer, resource: Resource, urls: Mapping[str, str]) -> None:
    """Everywhere a URL may stand, and in the narrative: https://hl7.org/fhir/R4/http.html#trules"""
    for node in _strings(resource, str(resource["resourceType"])):
        text = node.text
        if text in urls and _may_be_url(node):
            node.holder[node.step] = urls[text]
        elif node.step == "div":
            if urls and "urn:" in text:
                node.holder["div"] = _URN.sub(lambda found: urls.get(found[0], found[0]), text)
        elif node.step == "reference":
            if text.startswith("urn:"):
                problem = Problem("not-found", "No entry of the request has this URL.", node.path)
                raise invalid_resource((problem,))
            if match := _CONDITIONAL.fullmatch(text):
                node.holder["reference"] = _found(writer, match[1], match[2], node.path)


def _found(writer: Writer, name: str, query: str, path: str) -> str:
    target: ResourceType | None = registry.find(name)
    if target is None:
        raise unmet_reference(path)
    found = meant(writer, target, pairs_of(query))
    if len(found) != 1:
        raise unmet_reference(path)
    return f"{name}/{found[0]}"


def _strings(resource: Resource, path: str) -> Iterator[Node]:
    """Every string in it, with its place; may be replaced on the way."""
    nodes: list[tuple[Any, _Way, str]] = [(resource, (None, path), "Resource")]
    while nodes:
        node, way, kind = nodes.pop()
        is_object = type(node) is dict
        types: Mapping[Any, str] = _types(node, kind) if is_object else {}
        for step, value in list(node.items()) if is_object else list(enumerate(node)):
            type_ = types.get(step, "") if is_object else kind
            if type(value) is str:
                yield Node(node, step, way, type_)
            elif type(value) is dict or type(value) is list:
                nodes.append((value, (way, step), type_))


def _types(node: Resource, kind: str) -> dict[str, str]:
    """Of the elements of an object of this type."""
    return _types_of(str(node.get("resourceType"))[:64] if kind == "Resource" else kind)


@lru_cache(maxsize=1000)
def _types_of(kind: str) -> dict[str, str]:
    try:
        return {name: each.type for name, each in structure(kind).elements.items()}
    except KeyError:
        return {}
