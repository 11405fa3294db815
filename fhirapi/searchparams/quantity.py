"""Quantities: a number with its unit. https://hl7.org/fhir/R4/search.html#quantity

``5.4`` · ``5.4|http://unitsofmeasure.org|mg`` · ``5.4||mg``. Units are compared as they are
written; nothing is converted.
"""

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

from fhirapi.searchparams import number
from fhirapi.searchparams.number import Comparison, Span
from fhirapi.searchparams.values import escape, split, unescape

_EVERYTHING = Span(-math.inf, math.inf)


class Measured(NamedTuple):
    span: Span
    units: frozenset[str]
    """Forms under which the unit can be asked for."""


def measured(value: Any) -> Iterator[Measured]:
    """Index side: Quantity, Age, Duration, Money and Range."""
    if type(value) is not dict:
        return
    if "low" in value or "high" in value:
        low, high = value.get("low", {}), value.get("high", {})
        lowest = next(number.spans(low.get("value")), _EVERYTHING).low
        highest = next(number.spans(high.get("value")), _EVERYTHING).high
        yield Measured(Span(lowest, highest), frozenset((*_units(low), *_units(high))))
    elif "value" in value:
        for span in number.spans(value["value"]):
            yield Measured(_bounded(span, value.get("comparator")), frozenset(_units(value)))


def _bounded(span: Span, comparator: str | None) -> Span:
    """A stored ``< 5`` is everything below."""
    if comparator in ("<", "<="):
        return Span(-math.inf, span.high)
    if comparator in (">", ">="):
        return Span(span.low, math.inf)
    return span


def _units(value: dict[str, Any]) -> Iterator[str]:
    code = value.get("code") or value.get("currency")
    if code:
        yield f"|{escape(code)}"
        if system := value.get("system"):
            yield f"{escape(system)}|{escape(code)}"
    if unit := value.get("unit"):
        yield f"|{escape(unit)}"


class Asked(NamedTuple):
    comparison: Comparison
    unit: str
    """The form of the unit; any unit if empty."""


def query(text: str) -> Asked:
    """Query side. Raises ValueError."""
    parts = split(text, "|")
    if len(parts) == 1:
        return Asked(number.query(text), "")
    if len(parts) != 3 or not parts[2]:
        raise ValueError("a number, number|system|code or number||code is expected.")
    unit = "|".join(escape(unescape(part)) for part in parts[1:])
    return Asked(number.query(parts[0]), unit)
