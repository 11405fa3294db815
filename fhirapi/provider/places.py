"""Where in a resource a value lives: the way there, reading it, writing it.

``path("dispenseRequest.quantity")``, ``path("reasonCode[0]")`` (the first),
``path("onset[x:DateTime]")`` (one type of a choice); ``one``, ``each`` and ``rest`` choose from a
list by what its items have.
"""

import re
from copy import deepcopy
from typing import Any

from fhirapi.provider.schema import Json, Step, Take

Way = tuple[Step, ...]

_STEP = re.compile(r"(?P<member>[a-zA-Z]+)(?P<first>\[0\])?(?:\[x:(?P<choice>[A-Za-z]+)\])?")
_ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"


def path(text: str) -> Way:
    return tuple(_step(each) for each in text.split("."))


def _step(text: str) -> Step:
    found = _STEP.fullmatch(text)
    if not found:
        raise ValueError(f"{text} is no step of a path.")
    if found["first"]:
        return Step(found["member"], Take.ONE, patterns=({},))
    return Step(found["member"], choice=found["choice"] or "")


def one(member: str, *patterns: Json, blank: Json | None = None) -> Way:
    """The first item that has the first pattern, or else the second, and so on.

    ``blank``: what a new item has; left out, it is the first pattern.
    """
    new = _as_item(patterns[0]) if blank is None else blank
    return (Step(member, Take.ONE, patterns=patterns, blank=new),)


def each(member: str, pattern: Json) -> Way:
    return (Step(member, Take.EACH, patterns=(pattern,), blank=_as_item(pattern)),)


def rest(member: str, *but: Way) -> Way:
    """All items but those that certain ``one`` lead to."""
    return (Step(member, Take.REST, others=tuple(way[0] for way in but)),)


def _as_item(pattern: Json) -> Json:
    return {key: value for key, value in pattern.items() if value is not None}


def get(element: Any, way: Way) -> Any:
    """The stored value, or None if the way leads nowhere."""
    for step in way:
        if not isinstance(element, dict):
            return None
        element = _below(element, step)
    return element


def put(element: Json, way: Way, value: Any) -> None:
    """Writes into the element; None takes away, and what is left empty goes with it."""
    step, further = way[0], way[1:]
    if not further:
        _set(element, step, value)
        return
    child = _below(element, step)
    if child is None:
        if value is None:
            return
        child = deepcopy(step.blank)
    put(child, further, value)
    _set(element, step, None if child in ({}, step.blank) else child)


def has(element: Any, pattern: Json) -> bool:
    """Whether an element has all that a pattern says; in lists the pattern's items suffice."""
    if not isinstance(element, dict):
        return False
    return all(_agrees(element.get(key), value) for key, value in pattern.items())


def _agrees(stored: Any, wanted: Any) -> bool:
    if isinstance(wanted, dict):
        return has(stored, wanted)
    if isinstance(wanted, list):
        items = stored if isinstance(stored, list) else []
        return all(any(_agrees(item, each) for item in items) for each in wanted)
    if isinstance(wanted, str) and wanted.endswith("/*"):
        return isinstance(stored, str) and stored.startswith(wanted[:-1])
    return bool(stored == wanted)


def _below(element: Json, step: Step) -> Any:
    stored = element.get(step.key)
    if step.take is Take.MEMBER:
        return stored
    items = stored if isinstance(stored, list) else []
    found = [items[number] for number in chosen(items, step)]
    if step.take is Take.ONE:
        return found[0] if found else None
    return found or None


def chosen(items: list[Any], step: Step) -> list[int]:
    """The numbers of the items that the step leads to."""
    if step.take is Take.REST:
        others = {number for other in step.others for number in chosen(items, other)}
        return [number for number in range(len(items)) if number not in others]
    matches = [
        [number for number, item in enumerate(items) if not pattern or has(item, pattern)]
        for pattern in step.patterns
    ]
    if step.take is Take.EACH:
        return matches[0]
    return next((found[:1] for found in matches if found), [])


def _set(element: Json, step: Step, value: Any) -> None:
    if step.take is Take.MEMBER:
        if step.choice and value is not None:
            _choose(element, step)
        _set_member(element, step.key, value)
        return
    items = list(element.get(step.key) or ())
    numbers = chosen(items, step)
    new = [] if value is None else value if isinstance(value, list) else [value]
    if step.take is Take.EACH:  # an item that was edited may have been made anew
        new = [{**step.blank, **item} for item in new]
    for number, item in zip(numbers, new, strict=False):
        items[number] = item
    for number in reversed(numbers[len(new) :]):
        del items[number]
    further = [{**step.blank, **item} if step.blank else item for item in new[len(numbers) :]]
    _set_member(element, step.key, [*items, *further] or None)


def _choose(element: Json, step: Step) -> None:
    """A choice has one type: the others go."""
    of_choice = re.compile(rf"_?{step.member}[A-Z]\w*")
    for key in [key for key in element if of_choice.fullmatch(key)]:
        if key.lstrip("_") != step.key:
            del element[key]


def _set_member(element: Json, key: str, value: Any) -> None:
    """Also what FHIR says beside a primitive value, in the member with the underscore.

    https://hl7.org/fhir/R4/json.html#primitive
    """
    beside = element.get(f"_{key}")
    if value is None:
        element.pop(key, None)
        beside = None
    elif isinstance(value, list) and isinstance(beside, list):
        old = element.get(key) or []
        by_value = dict(zip(map(repr, old), beside, strict=False))
        beside = [by_value.get(repr(each)) for each in value]
        beside = beside if any(beside) else None
    elif isinstance(beside, dict):  # there is a value now: it is not absent
        kept = [each for each in beside.get("extension", ()) if each.get("url") != _ABSENT]
        beside = {name: part for name, part in beside.items() if name != "extension"}
        beside |= {"extension": kept} if kept else {}
    if value is not None:
        element[key] = value
    if beside:
        element[f"_{key}"] = beside
    else:
        element.pop(f"_{key}", None)
