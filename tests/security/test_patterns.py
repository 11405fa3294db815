"""No pattern of ours takes long over a text that was made for it.

Measured is how the work grows with the text, in CPU time and only where there is enough of it to
be measured: to look at a text twice as long may take four times as much, and no more.
"""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from itertools import permutations
from time import process_time
from typing import Any

from django.urls import URLResolver, get_resolver

import fhirapi
import portal

parser: Any = importlib.import_module("re._parser")  # of the standard library, without types
_ENOUGH = 0.05  # seconds
_MOST = 6.0  # times as much
_SHORT, _LONG = 26, 1_600
_INNER: dict[str, Callable[[Any], Any]] = {
    "IN": lambda argument: [argument],
    "MAX_REPEAT": lambda argument: [argument[2]],
    "MIN_REPEAT": lambda argument: [argument[2]],
    "SUBPATTERN": lambda argument: [argument[3]],
    "BRANCH": lambda argument: argument[1],
    "ASSERT": lambda argument: [argument[1]],
    "ASSERT_NOT": lambda argument: [argument[1]],
}
_ONE_OF = {"CATEGORY_DIGIT": "1", "CATEGORY_SPACE": " ", "CATEGORY_WORD": "a"}


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    for package in (fhirapi, portal):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations" in found.name or ".management" in found.name:
                continue
            module = importlib.import_module(found.name)
            for name, value in vars(module).items():
                if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
                    yield f"{found.name}.{name}", value


def routes(resolver: URLResolver) -> Iterator[tuple[str, re.Pattern[str]]]:
    for each in resolver.url_patterns:
        yield f"route {each.pattern}", each.pattern.regex
        if isinstance(each, URLResolver):
            yield from routes(each)


def letters(parsed: Any) -> Iterator[str]:
    """One character of every kind that a pattern looks for."""
    for operation, argument in parsed:
        kind = str(operation)
        if kind in ("LITERAL", "NOT_LITERAL"):
            yield chr(argument)
        elif kind == "RANGE":
            yield chr(argument[0])
        elif kind == "CATEGORY":
            yield _ONE_OF.get(str(argument), "-")
        elif kind == "ANY":
            yield "a"
        elif kind in _INNER:
            for inner in _INNER[kind](argument):
                yield from letters(inner)


def texts(pattern: re.Pattern[str]) -> list[str]:
    kinds = list(dict.fromkeys(letters(parser.parse(pattern.pattern, pattern.flags))))[:8]
    return [*kinds, *map("".join, permutations(kinds[:4], 2))]


def work(look: Callable[[str], object], text: str, length: int) -> float:
    made = text * (length // len(text)) + "\x00"  # nothing ends with it: all ways are tried
    began = process_time()
    look(made)
    return process_time() - began


def grows(look: Callable[[str], object], text: str) -> bool:
    for length in (_SHORT, _LONG):
        much = work(look, text, length)
        if much > _ENOUGH and much > _MOST * work(look, text, length // 2):
            return True
    return False


def ways(name: str, pattern: re.Pattern[str]) -> list[Callable[[str], object]]:
    """How it is looked for: from the beginning, and anywhere only where somebody does that."""
    from_the_beginning: list[Callable[[str], object]] = [pattern.match, pattern.fullmatch]
    if name.startswith("route "):
        return from_the_beginning
    room, _, own_name = name.rpartition(".")
    source = inspect.getsource(importlib.import_module(room))
    is_searched = re.search(rf"\b{own_name}\.(search|sub|split|find)", source)
    return [*from_the_beginning, *([pattern.search] if is_searched else [])]


def test_no_pattern_grows_faster_than_the_square() -> None:
    found = dict([*patterns(), *routes(get_resolver())])
    assert len(found) > 300
    slow = {
        (name, text)
        for name, pattern in found.items()
        for look in ways(name, pattern)
        for text in texts(pattern)
        if grows(look, text)
    }
    assert slow == set()


def test_the_measure_finds_what_it_is_for() -> None:
    assert grows(re.compile(r"(a+)+b").match, "a")
    assert grows(re.compile(r"a*a*a*b").match, "a")
    assert not grows(re.compile(r"a*a*b").match, "a")
