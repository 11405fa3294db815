"""Says by itself, without the product, which resources a search has to find."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

Resource = dict[str, Any]

_STEP = re.compile(r"extension\.where\(url='([^']+)'\)|([A-Za-z]+)")
_FIRST = datetime.min.replace(tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)


def extract(resource: Resource, path: str) -> list[Any]:
    """Values at a path as the US Core tables write it: ``Condition.onsetDateTime``."""
    nodes: list[Any] = [resource]
    for url, name in _STEP.findall(path.partition(".")[2]):
        nodes = [found for node in nodes for found in _children(node, url, name)]
    return nodes


def _children(node: Any, url: str, name: str) -> Iterator[Any]:
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        is_choice = key.startswith(name) and key[len(name) :][:1].isupper() and name not in node
        if key == (name or "extension") or (name and is_choice):
            for each in value if isinstance(value, list) else [value]:
                if not url or each.get("url") == url:
                    yield each


def texts(value: Any, kind: str) -> set[str]:
    """How the value can be written in a search for it, as the public procedures do."""
    if isinstance(value, str):
        return {value}
    if kind == "Reference":
        return {value["reference"]} if "reference" in value else set()
    if kind in ("HumanName", "Address"):
        parts = value.get("family"), *value.get("given", ()), value.get("city"), value.get("text")
        return {part for part in parts if part}
    if "value" in value:
        return {f"{value.get('system', '')}|{value['value']}"}
    coded = {f"{each.get('system', '')}|{each['code']}" for each in _codings(value)}
    return coded | {each["code"] for each in _codings(value)}


def _codings(value: Any) -> list[Any]:
    return [each for each in value.get("coding", [value]) if "code" in each]


def bounds(value: Any) -> tuple[datetime, datetime]:
    """The range of instants that a date, an instant or a Period means."""
    if isinstance(value, dict):
        start = bounds(value["start"])[0] if "start" in value else _FIRST
        return start, bounds(value["end"])[1] if "end" in value else _LAST
    if len(value) == 4:
        return _day(f"{value}-01-01"), _day(f"{int(value) + 1}-01-01")
    if len(value) == 7:
        start = _day(f"{value}-01")
        return start, (start + timedelta(days=32)).replace(day=1)
    if len(value) == 10:
        return _day(value), _day(value) + timedelta(days=1)
    instant = datetime.fromisoformat(value)
    width = timedelta(microseconds=1000 if "." in value else 1_000_000)
    return instant, instant + width


def _day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def compares(prefix: str, stored: Any, asked: Any) -> bool:
    """https://hl7.org/fhir/R4/search.html#prefix"""
    start, end = bounds(stored)
    low, high = bounds(asked)
    within = low <= start and end <= high
    return {
        "eq": within,
        "gt": end > high,
        "lt": start < low,
        "ge": end > high or within,
        "le": start < low or within,
    }[prefix]
