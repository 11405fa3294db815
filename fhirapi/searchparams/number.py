"""Numbers and how a search compares them. https://hl7.org/fhir/R4/search.html#number

Without a prefix, the digits say how exactly: ``100`` is 99.5 up to 100.5, ``100.00`` is 99.995 up
to 100.005. The prefixes that compare take the number as exact.
"""

import math
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from fhirapi.searchparams.values import PREFIXES

_PREFIXED = re.compile(
    rf"(?P<prefix>{'|'.join(PREFIXES)})?"
    r"(?P<number>[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?)",
    re.ASCII,
)
_LONGEST = 40  # characters; no measurement has more digits


class Span(NamedTuple):
    """From ``low`` up to ``high``, both included; the same for a plain number."""

    low: float
    high: float


def spans(value: Any) -> Iterator[Span]:
    """Index side; a Decimal, too, where the text of a resource was read digit by digit."""
    if type(value) in (int, float, Decimal) and math.isfinite(exact := float(value)):
        yield Span(exact, exact)


class Comparison(NamedTuple):
    prefix: str
    exact: float
    low: float
    high: float
    """What an inexact comparison accepts: ``low`` included, ``high`` not."""


def query(text: str) -> Comparison:
    """Query side. Raises ValueError."""
    match = _PREFIXED.fullmatch(text)
    if not match or len(text) > _LONGEST:
        raise ValueError("a number such as 5.4, ge100 or 1e-3 is expected.")
    prefix, number = match["prefix"] or "eq", Decimal(match["number"])
    slack = abs(number) / 10 if prefix == "ap" else _half_a_digit(number)
    comparison = Comparison(prefix, float(number), float(number - slack), float(number + slack))
    if not all(math.isfinite(each) for each in comparison[1:]):
        raise ValueError("the number is too large.")
    return comparison


def _half_a_digit(number: Decimal) -> Decimal:
    """100: 0.5. The specification reads 1e2 as 95 up to 105, one digit finer than it says."""
    exponent = int(number.as_tuple().exponent)
    return Decimal(5).scaleb(exponent - (2 if exponent > 0 else 1))


def condition(comparison: Comparison, low: str, high: str, bind: Callable[[float], str]) -> str:
    """SQL that compares the stored span, in the columns named, with the number asked for."""
    prefix, exact = comparison.prefix, bind(comparison.exact)
    if prefix in ("eq", "ne"):
        accepted = f"({low} >= {bind(comparison.low)} AND {high} < {bind(comparison.high)})"
        return accepted if prefix == "eq" else f"NOT {accepted}"
    if prefix == "ap":
        return f"({low} <= {bind(comparison.high)} AND {high} >= {bind(comparison.low)})"
    return {
        "gt": f"{high} > {exact}",
        "lt": f"{low} < {exact}",
        "ge": f"{high} >= {exact}",
        "le": f"{low} <= {exact}",
        "sa": f"{low} > {exact}",
        "eb": f"{high} < {exact}",
    }[prefix]
