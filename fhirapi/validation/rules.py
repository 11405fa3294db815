"""What a rule is. https://hl7.org/fhir/R4/conformance-rules.html#constraints"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

Value = dict[str, Any]


@dataclass(frozen=True)
class Rule:
    """May rely on the form of what it looks at: it is asked only where that is right."""

    key: str
    """As R4 has it: ``obs-6``."""
    text: str
    holds: Callable[[Value], bool]
    severity: str = "error"


def has(value: Value, name: str) -> bool:
    """``name.exists()``: of a primitive, extensions alone suffice; of a choice, any type."""
    if name.endswith("[x]"):
        stem = name.removesuffix("[x]")
        return any(_is_of_choice(each.removeprefix("_"), stem) for each in value)
    return name in value or f"_{name}" in value


def has_any(value: Value, *names: str) -> bool:
    return any(has(value, name) for name in names)


def implies(condition: str, *needed: str) -> Callable[[Value], bool]:
    """Where the one is, all the others are."""
    return lambda value: not has(value, condition) or all(has(value, name) for name in needed)


def one_of(*names: str) -> Callable[[Value], bool]:
    """At least one of them."""
    return lambda value: has_any(value, *names)


def not_both(first: str, second: str) -> Callable[[Value], bool]:
    return lambda value: not (has(value, first) and has(value, second))


def exactly_one(first: str, second: str) -> Callable[[Value], bool]:
    return lambda value: has(value, first) != has(value, second)


def is_coded(concept: Value | None, system: str, codes: Iterable[str]) -> bool:
    codings = (concept or {}).get("coding", [])
    return any(each.get("system") == system and each.get("code") in codes for each in codings)


def _is_of_choice(name: str, stem: str) -> bool:
    return name.startswith(stem) and name[len(stem) : len(stem) + 1].isupper()
