"""Follows paths: each is compiled once, into functions that call one another.

A visit appends what it finds below a node to a list, so that a step needs no list of its own.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from fhirapi.bulk.analytics.fhirpath import (
    And,
    Child,
    Equal,
    Exists,
    Expression,
    First,
    Join,
    Path,
    ReferenceKey,
    ResourceKey,
    Step,
    Union,
    Where,
    parse,
)

Visit = Callable[[Any, list[Any]], None]
Test = Callable[[Any], bool]


@lru_cache(maxsize=2000)
def visit(path: str) -> Visit:
    """Raises ValueError for what is not in the subset."""
    steps = parse(path)
    if not isinstance(steps, tuple):
        raise ValueError(f"{path!r} is a criterion, it leads to no value.")
    return _path(steps)


def every(path: str, node: Any) -> list[Any]:
    found: list[Any] = []
    visit(path)(node, found)
    return found


def fulfils(criterion: str) -> Test:
    """Raises ValueError for what is not in the subset."""
    return _test(parse(criterion))


def _path(steps: Path) -> Visit:
    """The last step that needs all that the steps before it find divides the path."""
    for position in reversed(range(len(steps))):
        step = steps[position]
        if isinstance(step, First | Exists | Join):
            before, after = _path(steps[:position]), _each(steps[position + 1 :])
            return _on_all(step, before, after)
    return _each(steps)


def _on_all(step: First | Exists | Join, before: Visit, after: Visit) -> Visit:
    match step:
        case First():
            return _first(before, after)
        case Exists():
            return _whole(before, bool, after)
        case Join(separator):
            return _whole(before, lambda inner: separator.join(map(str, inner)) or None, after)


def _first(before: Visit, after: Visit) -> Visit:
    def visit(node: Any, found: list[Any]) -> None:
        inner: list[Any] = []
        before(node, inner)
        if inner:
            after(inner[0], found)

    return visit


def _whole(before: Visit, told: Callable[[list[Any]], Any], after: Visit) -> Visit:
    def visit(node: Any, found: list[Any]) -> None:
        inner: list[Any] = []
        before(node, inner)
        value = told(inner)
        if value is not None:
            after(value, found)

    return visit


def _each(steps: Sequence[Step]) -> Visit:
    visit: Visit = _append
    for step in reversed(steps):
        visit = _step(step, visit)
    return visit


def _append(node: Any, found: list[Any]) -> None:
    found.append(node)


def _step(step: Step, then: Visit) -> Visit:
    match step:
        case Child(name):
            return _child(name, then)
        case ResourceKey():
            return _child("id", then)
        case ReferenceKey(type_name):
            return _reference_key(type_name, then)
        case Where(criterion):
            return _where(_test(criterion), then)
        case Union(paths):
            return _union([_path(each) for each in paths], then)
    raise TypeError(step)


def _child(name: str, then: Visit) -> Visit:
    def visit(node: Any, found: list[Any]) -> None:
        child = node.get(name) if type(node) is dict else None
        if child is None:
            return
        if type(child) is list:
            for each in child:
                # null: an element that has extensions only, https://hl7.org/fhir/R4/json.html#null
                if each is not None:
                    then(each, found)
        else:
            then(child, found)

    return visit


def _where(test: Test, then: Visit) -> Visit:
    def visit(node: Any, found: list[Any]) -> None:
        if test(node):
            then(node, found)

    return visit


def _union(visits: list[Visit], then: Visit) -> Visit:
    def visit(node: Any, found: list[Any]) -> None:
        inner: list[Any] = []
        for each in visits:
            each(node, inner)
        for position, value in enumerate(inner):
            if value not in inner[:position]:
                then(value, found)

    return visit


def _reference_key(type_name: str, then: Visit) -> Visit:
    """Relative references only: an absolute URL is another server's."""
    match_key = re.compile(
        rf"{type_name or '[A-Za-z]+'}/([A-Za-z0-9.-]{{1,64}})(?:/_history/[A-Za-z0-9.-]{{1,64}})?"
    ).fullmatch

    def visit(node: Any, found: list[Any]) -> None:
        reference = node.get("reference") if type(node) is dict else None
        if type(reference) is str and (key := match_key(reference)):
            then(key[1], found)

    return visit


def _test(expression: Expression) -> Test:
    match expression:
        case And(expressions):
            tests = [_test(each) for each in expressions]
            return lambda node: all(test(node) for test in tests)
        case Equal(path, value):
            return _equal(_path(path), value)
    return _equal(_path(expression), True)


def _equal(visit: Visit, value: str | bool) -> Test:
    """Exactly one value, and this; ``True`` is not 1."""

    def test(node: Any) -> bool:
        found: list[Any] = []
        visit(node, found)
        return len(found) == 1 and type(found[0]) is type(value) and found[0] == value

    return test
