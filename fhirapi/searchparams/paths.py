"""The subset of FHIRPath that declarations use, compiled once a path.

``a.b`` · ``x[x]``, a choice of types · ``a.where(system='email')`` · ``extension('url').valueCode``

https://hl7.org/fhir/R4/fhirpath.html
"""

import re
from functools import lru_cache
from typing import Any, NamedTuple

_STEP = re.compile(
    r"(?P<name>[A-Za-z]\w*)(?P<choice>\[x\])?"
    r"(?:\('(?P<url>[^']+)'\)|\.where\((?P<element>\w+)='(?P<value>[^']+)'\))?"
    r"(?:\.|$)"
)


class Step(NamedTuple):
    name: str
    is_choice: bool
    element: str
    """Only children where this element ..."""
    value: str
    """... has this value; no such condition if empty."""


def values(resource: dict[str, Any], path: str) -> list[Any]:
    """Every value at the path, lists flattened; nothing where the path leads nowhere."""
    nodes: list[Any] = [resource]
    for name, is_choice, element, value in steps(path):
        found: list[Any] = []
        for node in nodes:
            if type(node) is not dict:
                continue
            child = _choice(node, name) if is_choice else node.get(name)
            if type(child) is list:
                # null: an element that has extensions only, https://hl7.org/fhir/R4/json.html#null
                found += (
                    child if None not in child else [each for each in child if each is not None]
                )
            elif child is not None:
                found.append(child)
        if element:
            found = [each for each in found if type(each) is dict and each.get(element) == value]
        nodes = found
    return nodes


@lru_cache(maxsize=2000)
def steps(path: str) -> tuple[Step, ...]:
    """Raises ValueError for what is not in the subset."""
    found, position = [], 0
    while position < len(path):
        match = _STEP.match(path, position)
        if not match:
            raise ValueError(f"{path!r} is not a path that can be followed.")
        condition = ("url", match["url"]) if match["url"] else (match["element"], match["value"])
        found.append(
            Step(match["name"], bool(match["choice"]), condition[0] or "", condition[1] or "")
        )
        position = match.end()
    return tuple(found)


def _choice(node: dict[str, Any], name: str) -> Any:
    length = len(name)
    for element, value in node.items():
        if element.startswith(name) and element[length : length + 1].isupper():
            return value
    return None


@lru_cache(maxsize=2000)
def json_path(path: str) -> str:
    """The same path in PostgreSQL's words; lists are unwrapped by its lax mode."""
    words = ["$"]
    for name, is_choice, element, value in steps(path):
        if is_choice:
            # An upper case letter must follow: value[x] is not valueSet's prefix alone.
            words.append(f'.keyvalue() ? (@.key like_regex "^{name}[A-Z]").value')
        else:
            words.append(f'."{name}"')
        if element:
            words.append(f' ? (@."{element}" == "{value}")')
    return "".join(words)
