"""Where in a resource a FHIRPath leads: the part of FHIRPath that patches need.

``Patient.name[0].given`` · ``name.where(use = 'official' and period.exists()).first()`` ·
``extension('urn:x').value`` · ``Observation.value`` for any type of value[x].

https://hl7.org/fhir/R4/fhirpatch.html, https://hl7.org/fhirpath/N1/
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from fhirapi.patching.elements import choices, elements
from fhirapi.patching.json_patch import is_same

Json = dict[str, Any]
Literal = str | Decimal | bool

_LONGEST = 1000
_TOKEN = re.compile(
    r"""\s*(?:(?P<name>[A-Za-z_][A-Za-z0-9_]*|`[A-Za-z0-9_]+`)(?:\[x\])?
    |(?P<text>'(?:[^'\\]|\\.)*')|(?P<number>-?\d+(?:\.\d+)?)|(?P<mark>[.()\[\]=]))\s*""",
    re.VERBOSE | re.ASCII,
)
_ESCAPED = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_LETTERS = {"n": "\n", "r": "\r", "t": "\t", "f": "\f"}


class Place(NamedTuple):
    """An element of a resource: ``owner[name]``; in a list ``owner[name][number]``."""

    owner: Json
    name: str
    number: int | None
    type: str
    """``HumanName``; empty for a primitive."""
    owner_type: str = ""

    @property
    def value(self) -> Any:
        found = self.owner[self.name]
        return found if self.number is None else found[self.number]


class Condition(NamedTuple):
    path: tuple["Step", ...]
    equal: Literal | None
    """None: that there is something."""


class Step(NamedTuple):
    kind: str
    """child, index, extension, where, first or last"""
    name: str = ""
    number: int = 0
    conditions: tuple[Condition, ...] = ()


@lru_cache(maxsize=500)
def parse(path: str) -> tuple[Step, ...]:
    """Raises ValueError for what is not in the subset."""
    reader = _Reader(path)
    steps = reader.path()
    if reader.token:
        raise _unreadable()
    return steps


def follow(root: Json, steps: tuple[Step, ...]) -> list[Place]:
    """From the resource itself, whose type the path may begin with."""
    places = [Place({"": root}, "", None, str(root.get("resourceType")))]
    if steps and steps[0] == Step("child", str(root.get("resourceType"))):
        steps = steps[1:]
    return _follow(places, steps)


def _follow(places: list[Place], steps: tuple[Step, ...]) -> list[Place]:
    for step in steps:
        if step.kind == "child":
            places = [child for each in places for child in _children(each, step.name)]
        elif step.kind == "extension":
            found = (child for each in places for child in _children(each, "extension"))
            places = [
                each for each in found if _is_object(each) and each.value.get("url") == step.name
            ]
        elif step.kind == "where":
            places = [each for each in places if _fulfils(each, step.conditions)]
        elif step.kind == "last":
            places = places[-1:]
        else:
            places = places[step.number : step.number + 1]
    return places


def _is_object(place: Place) -> bool:
    return type(place.value) is dict


def _children(place: Place, name: str) -> Iterator[Place]:
    if not _is_object(place):
        return
    node = place.value
    known = elements(place.type)
    names = [name] if name in known else [each.name for each in choices(place.type, name)]
    for each in names:
        if each not in node:
            continue
        child, kind = node[each], known[each].type
        for index, value in enumerate(child) if type(child) is list else [(None, child)]:
            if value is not None:  # null: there are extensions only
                yield Place(node, each, index, _type_of(value, kind), place.type)


def _type_of(value: Any, kind: str) -> str:
    """Of a contained resource, as it says itself."""
    inner = value.get("resourceType") if type(value) is dict else None
    return inner if isinstance(inner, str) else kind


def _fulfils(place: Place, conditions: tuple[Condition, ...]) -> bool:
    return all(_is_met(place, each) for each in conditions)


def _is_met(place: Place, condition: Condition) -> bool:
    found = _follow([place], condition.path)
    if condition.equal is None:
        return bool(found)
    return len(found) == 1 and is_same(found[0].value, condition.equal)


class _Reader:
    """Reads a path from left to right, a token ahead."""

    def __init__(self, text: str) -> None:
        if len(text) > _LONGEST:
            raise _unreadable()
        self._text, self._position = text, 0
        self.token: re.Match[str] | None = None
        self._advance()

    def path(self) -> tuple[Step, ...]:
        steps = list(self._step())
        while self._is("."):
            self._advance()
            steps += self._step()
        return tuple(steps)

    def _step(self) -> Iterator[Step]:
        name = self._name()
        yield self._call(name) if self._is("(") else Step("child", name)
        while self._is("["):
            self._advance()
            number = self._take("number")
            if not number.isdigit():
                raise _unreadable()
            yield Step("index", number=int(number))
            self._mark("]")

    def _call(self, name: str) -> Step:
        self._mark("(")
        if name == "where":
            step = Step("where", conditions=tuple(self._conditions()))
        elif name == "extension":
            step = Step("extension", _unquoted(self._take("text")))
        elif name in ("first", "last"):
            step = Step(name)
        else:
            raise _unreadable()
        self._mark(")")
        return step

    def _conditions(self) -> Iterator[Condition]:
        yield self._condition()
        while self.token and self.token["name"] == "and":
            self._advance()
            yield self._condition()

    def _condition(self) -> Condition:
        steps = list(self._step())
        while self._is("."):
            self._advance()
            if self.token and self.token["name"] == "exists":
                self._advance()
                self._mark("(")
                self._mark(")")
                return Condition(tuple(steps), None)
            steps += self._step()
        self._mark("=")
        return Condition(tuple(steps), self._literal())

    def _literal(self) -> Literal:
        token = self.token
        self._advance()
        if token and token["text"]:
            return _unquoted(token["text"])
        if token and token["number"]:
            return Decimal(token["number"])
        if token and token["name"] in ("true", "false"):
            return bool(token["name"] == "true")
        raise _unreadable()

    def _name(self) -> str:
        return self._take("name").strip("`")

    def _is(self, mark: str) -> bool:
        return self.token is not None and self.token["mark"] == mark

    def _mark(self, mark: str) -> None:
        if not self._is(mark):
            raise _unreadable()
        self._advance()

    def _take(self, kind: str) -> str:
        found = self.token[kind] if self.token else None
        if not found:
            raise _unreadable()
        self._advance()
        return found

    def _advance(self) -> None:
        if self._position == len(self._text):
            self.token = None
            return
        self.token = _TOKEN.match(self._text, self._position)
        if self.token is None:
            raise _unreadable()
        self._position = self.token.end()


def _unquoted(text: str) -> str:
    def letter(match: re.Match[str]) -> str:
        escaped = match[1]
        return chr(int(escaped[1:], 16)) if len(escaped) > 1 else _LETTERS.get(escaped, escaped)

    return _ESCAPED.sub(letter, text[1:-1])


def _unreadable() -> ValueError:
    return ValueError(
        "its path is not one that can be followed here: names, [0], first(), last(), "
        "extension('url') and where(a.b = 'c' and d.exists()) can."
    )
