"""What a resource refers to on this server, and with which element."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from django.conf import settings

from fhirapi.searchparams import reference

Resource = dict[str, Any]


def targets(resource: Resource) -> set[str]:
    """``Type/id`` of each."""
    found: set[str] = set()
    nodes: list[Any] = [resource]
    for node in nodes:  # grows on the way
        if type(node) is dict:
            text = node.get("reference")
            if type(text) is str and (name := local(text)):
                found.add(name)
            node = node.values()
        for child in node:
            if type(child) is dict or type(child) is list:
                nodes.append(child)
    return found


@lru_cache(maxsize=100_000)
def local(text: str) -> str:
    """``Type/id``; empty for what is contained, or on another server."""
    form = next(reference.forms({"reference": text}, settings.FHIR_BASE_URL), "")
    return form if form and reference.is_local(form) else ""


def path_of(resource: Resource, name: str) -> str:
    """FHIRPath of the first element that refers to it."""
    found = (path for path, text in _texts(resource) if local(text) == name)
    return next(found, str(resource["resourceType"]))


def _texts(resource: Resource) -> Iterator[tuple[str, str]]:
    nodes: list[tuple[Any, str]] = [(resource, str(resource["resourceType"]))]
    while nodes:
        node, path = nodes.pop(0)
        is_object = type(node) is dict
        for step, value in node.items() if is_object else enumerate(node):
            inner = f"{path}.{step}" if is_object else f"{path}[{step}]"
            if type(value) is str and step == "reference":
                yield inner, value
            elif type(value) is dict or type(value) is list:
                nodes.append((value, inner))
