"""The subset of FHIRPath that declarations use: ``a.b``, ``x[x]`` choices and ``telecom:email``."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any


def values(resource: dict[str, Any], path: str) -> Iterator[Any]:
    """Every value at the path, lists flattened; nothing where the path leads nowhere."""
    return _walk(resource, _steps(path), 0)


@lru_cache(maxsize=2000)
def _steps(path: str) -> tuple[tuple[str, str, bool], ...]:
    """(element name, required ContactPoint.system or "", is a choice of types) for each step."""
    steps = []
    for part in path.split("."):
        name, _, system = part.partition(":")
        is_choice = name.endswith("[x]")
        steps.append((name.removesuffix("[x]"), system, is_choice))
    return tuple(steps)


def _walk(node: Any, steps: tuple[tuple[str, str, bool], ...], depth: int) -> Iterator[Any]:
    if depth == len(steps):
        yield node
        return
    name, system, is_choice = steps[depth]
    found = _choice(node, name) if is_choice else node.get(name) if type(node) is dict else None
    if found is None:
        return
    for child in found if type(found) is list else (found,):
        if not system or (type(child) is dict and child.get("system") == system):
            yield from _walk(child, steps, depth + 1)


def _choice(node: Any, name: str) -> Any:
    if type(node) is not dict:
        return None
    length = len(name)
    for element, value in node.items():
        if element.startswith(name) and element[length : length + 1].isupper():
            return value
    return None
