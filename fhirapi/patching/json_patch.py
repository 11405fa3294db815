"""JSON Patch. https://www.rfc-editor.org/rfc/rfc6902, https://hl7.org/fhir/R4/http.html#patch

Numbers stay as they are written, members where they are: a replaced one keeps its place.
"""

import re
from copy import deepcopy
from decimal import Decimal
from functools import partial
from typing import Any

from fhirapi.store import exact
from fhirapi.write_outcomes import bad_patch, unpatchable

Operation = dict[str, Any]

MOST = 1000  # operations of one patch
_MOST_COPIED = 100_000  # values: a copy of a copy of a copy would fill the memory
_POINTER = re.compile(r"(?:/(?:[^~/]|~[01])*)*")
_INDEX = re.compile(r"0|[1-9][0-9]{0,8}", re.ASCII)
_NEEDS = {
    "add": ("value",), "remove": (), "replace": ("value",), "move": ("from",), "copy": ("from",),
    "test": ("value",),
}  # fmt: skip
_NOTHING_THERE = "there is nothing at its path."


def read(document: Any) -> list[Operation]:
    """Raises the 400 outcome for what is no JSON Patch."""
    if type(document) is not list or len(document) > MOST:
        raise bad_patch(f"a list of at most {MOST} operations is expected.")
    for number, each in enumerate(document, 1):
        needs = _NEEDS.get(str(each.get("op"))) if type(each) is dict else None
        if needs is None:
            raise bad_patch(f"operation {number} is none of {', '.join(_NEEDS)}.")
        if any(name not in each for name in needs):
            raise bad_patch(f"operation {number} has no {needs[0]}.")
        pointers = [each.get("path"), *(each[name] for name in needs if name == "from")]
        if not all(type(text) is str and _POINTER.fullmatch(text) for text in pointers):
            raise bad_patch(f"operation {number} needs JSON Pointers, such as /name/0/family.")
    return document


def apply(operations: list[Operation], resource: Any) -> Any:
    """The new resource; the one given is used up. Raises the 422 outcome."""
    copied = 0
    for number, operation in enumerate(operations, 1):
        try:
            if operation["op"] == "copy":
                copied += exact.size(_get(resource, _steps(operation["from"])))
            if copied > _MOST_COPIED:
                raise ValueError("too much would be copied.")
            resource = _DO[operation["op"]](resource, operation)
            if number == len(operations):
                _require_resource(resource)
        except ValueError as why:
            raise unpatchable(number, str(why)) from None
    return resource


def _require_resource(value: Any) -> None:
    if type(value) is not dict:
        raise ValueError("what it leaves is no resource.")
    exact.size(value)


def _add(resource: Any, operation: Operation) -> Any:
    # A copy: the patch may be applied again, and must not find its own traces.
    return _put(resource, _steps(operation["path"]), deepcopy(operation["value"]))


def _remove(resource: Any, operation: Operation) -> Any:
    return _without(resource, _steps(operation["path"]))


def _replace(resource: Any, operation: Operation) -> Any:
    steps, value = _steps(operation["path"]), deepcopy(operation["value"])
    _get(resource, steps)
    if not steps:
        return value
    holder = _get(resource, steps[:-1])
    holder[_index(steps[-1]) if type(holder) is list else steps[-1]] = value
    return resource


def _move(resource: Any, operation: Operation) -> Any:
    origin, steps = _steps(operation["from"]), _steps(operation["path"])
    value = _get(resource, origin)
    if origin == steps:
        return resource
    if steps[: len(origin)] == origin:
        raise ValueError("nothing can be moved into itself.")
    return _put(_without(resource, origin), steps, value)


def _copy(resource: Any, operation: Operation) -> Any:
    value = _get(resource, _steps(operation["from"]))
    return _put(resource, _steps(operation["path"]), deepcopy(value))


def _test(resource: Any, operation: Operation) -> Any:
    if not is_same(_get(resource, _steps(operation["path"])), operation["value"]):
        raise ValueError("the test failed, the value is another one.")
    return resource


_DO = {
    "add": _add, "remove": _remove, "replace": _replace, "move": _move, "copy": _copy,
    "test": _test,
}  # fmt: skip


def _steps(pointer: str) -> list[str]:
    """RFC 6901 section 4"""
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def _get(resource: Any, steps: list[str]) -> Any:
    node = resource
    for step in steps:
        if type(node) is dict and step in node:
            node = node[step]
        elif type(node) is list and _index(step) < len(node):
            node = node[_index(step)]
        else:
            raise ValueError(_NOTHING_THERE)
    return node


def _put(resource: Any, steps: list[str], value: Any) -> Any:
    if not steps:
        return value
    holder, step = _get(resource, steps[:-1]), steps[-1]
    if type(holder) is dict:
        holder[step] = value
    elif type(holder) is list:
        index = len(holder) if step == "-" else _index(step)
        if index > len(holder):
            raise ValueError("the list is shorter than its path says.")
        holder.insert(index, value)
    else:
        raise ValueError(_NOTHING_THERE)
    return resource


def _without(resource: Any, steps: list[str]) -> Any:
    _get(resource, steps)
    if not steps:
        raise ValueError("the resource itself cannot be taken away.")
    holder = _get(resource, steps[:-1])
    del holder[_index(steps[-1]) if type(holder) is list else steps[-1]]
    return resource


def _index(step: str) -> int:
    if not _INDEX.fullmatch(step):
        raise ValueError("a list has numbers.")
    return int(step)


def is_same(one: Any, other: Any) -> bool:
    """RFC 6902 section 4.6: numbers by their value, and no number is a boolean."""
    if type(one) is dict and type(other) is dict:
        return one.keys() == other.keys() and all(is_same(one[key], other[key]) for key in one)
    if type(one) is list and type(other) is list:
        return len(one) == len(other) and all(map(is_same, one, other))
    numbers = (int, Decimal)
    if type(one) in numbers and type(other) in numbers:
        return bool(one == other)
    return type(one) is type(other) and bool(one == other)


def patch_of(document: Any) -> partial[Any]:
    """As ``writing.change.Patch`` wants it. Raises the 400 outcome."""
    return partial(apply, read(document))
