"""Objects that many schemas have, told once: a concept alone would be written a thousand times."""

import json
from collections import Counter
from typing import Any

from fhirapi.provider.openapi_parts import ref
from fhirapi.provider.schema import Json

_BESIDE = ("description", "default", "readOnly")
"""May stand beside a reference (JSON Schema 2020-12); differ from field to field."""


def with_shared(schemas: Json) -> Json:
    """The same schemas, with what is repeated as further ones that they refer to."""
    counts: Counter[str] = Counter()
    for each in schemas.values():
        _count(each, counts, is_top=True)
    found: dict[str, tuple[str, Json]] = {}
    told = {name: _told(each, counts, found, is_top=True) for name, each in schemas.items()}
    return told | dict(found.values())


def _is_object(node: Any) -> bool:
    return isinstance(node, dict) and node.get("type") == "object" and "properties" in node


def _core(node: Json) -> Json:
    return {name: value for name, value in node.items() if name not in _BESIDE}


def _text(node: Json) -> str:
    return json.dumps(_core(node), sort_keys=True)


def _inner(node: Any) -> list[Any]:
    if isinstance(node, dict):
        return list(node.values())
    return node if isinstance(node, list) else []


def _count(node: Any, counts: Counter[str], *, is_top: bool = False) -> None:
    if _is_object(node) and not is_top:
        counts[_text(node)] += 1
    for each in _inner(node):
        _count(each, counts)


def _told(
    node: Any, counts: Counter[str], found: dict[str, tuple[str, Json]], *, is_top: bool = False
) -> Any:
    if isinstance(node, list):
        return [_told(each, counts, found) for each in node]
    if not isinstance(node, dict):
        return node
    if is_top or not _is_object(node) or counts[text := _text(node)] < 2:
        return {name: _told(value, counts, found) for name, value in node.items()}
    if text not in found:
        told = _told(_core(node), counts, found, is_top=True)
        found[text] = _name(node, found), told
    beside = {name: node[name] for name in _BESIDE if name in node}
    return ref(found[text][0]) | beside


def _name(node: Json, found: dict[str, tuple[str, Json]]) -> str:
    """By what it has: ``of.code.system.display``."""
    base = ".".join(["of", *list(node["properties"])[:4]])
    taken = sum(name == base or name.startswith(f"{base}-") for name, _ in found.values())
    return f"{base}-{taken + 1}" if taken else base
