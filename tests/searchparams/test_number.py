"""Numbers and quantities: index side and query side agree, whatever the digits and prefix."""

import math
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirapi.searchparams import number, quantity
from fhirapi.searchparams.number import Span
from fhirapi.searchparams.values import escape

numbers = st.decimals(-(10**9), 10**9, allow_nan=False, allow_infinity=False, places=3)
UCUM = "http://unitsofmeasure.org"


def accepts(text: str, stored: Any) -> bool:
    """Evaluates the SQL condition in Python: its words mean the same in both."""
    [span] = number.spans(stored)
    condition = number.condition(number.query(text), "low", "high", repr)
    words = condition.replace("AND", "and").replace("NOT", "not")
    return bool(eval(words, {}, {"low": span.low, "high": span.high}))  # noqa: S307


@given(numbers)
def test_a_number_is_found_by_its_own_digits(value: Any) -> None:
    for prefix in ("", "eq", "ge", "le", "ap"):
        assert accepts(f"{prefix}{value}", float(value))
    for prefix in ("ne", "gt", "lt", "sa", "eb"):
        assert not accepts(f"{prefix}{value}", float(value))


@given(numbers, numbers)
def test_comparisons_take_the_number_as_exact(stored: Any, asked: Any) -> None:
    one, other = float(stored), float(asked)
    assert accepts(f"gt{asked}", one) == accepts(f"sa{asked}", one) == (one > other)
    assert accepts(f"lt{asked}", one) == accepts(f"eb{asked}", one) == (one < other)
    assert accepts(f"ge{asked}", one) == (one >= other)
    assert accepts(f"le{asked}", one) == (one <= other)
    assert accepts(f"ne{asked}", one) != accepts(f"{asked}", one)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("100", 99.5, 100.5), ("100.00", 99.995, 100.005), ("1e2", 95, 105), ("-5", -5.5, -4.5),
        ("0.1", 0.05, 0.15), ("ap100", 90, 110), ("ap-100", -110, -90), ("+3", 2.5, 3.5),
    ],
)  # fmt: skip
def test_the_digits_say_how_exactly(text: str, low: float, high: float) -> None:
    assert number.query(text)[2:] == (low, high)


@given(st.text(max_size=20))
def test_any_text_is_either_a_number_or_refused(text: str) -> None:
    try:
        comparison = number.query(text)
    except ValueError:
        return
    assert comparison.low <= comparison.exact <= comparison.high


@pytest.mark.parametrize(
    "text",
    ["", "x", "1,5", "1 2", "1e999", "9" * 50, "ge", "--1", "0x10", "NaN", "Infinity", "\u0661"],
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="number"):
        number.query(text)


@pytest.mark.parametrize("value", [True, "5", None, math.nan, math.inf, {}])
def test_what_is_no_number_is_not_indexed(value: object) -> None:
    assert list(number.spans(value)) == []


def test_a_number_read_digit_by_digit_is_the_same_number() -> None:
    assert list(number.spans(Decimal("1.50"))) == list(number.spans(1.5))
    assert list(number.spans(Decimal("1e400"))) == []


units = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1)


@given(units, units)
def test_a_quantity_is_found_by_code_by_system_and_by_unit(code: str, unit: str) -> None:
    stored = {"value": 5, "unit": unit, "system": UCUM, "code": code}
    [measured] = quantity.measured(stored)
    for system, asked in ((UCUM, code), ("", code), ("", unit)):
        text = f"5|{system}|{escape(asked)}"
        assert quantity.query(text).unit in measured.units
    assert quantity.query("5").unit == ""
    assert quantity.query(f"5|urn:x|{escape(code)}").unit not in measured.units


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [
        ({"value": 5}, 5, 5),
        ({"value": 5, "comparator": "<"}, -math.inf, 5),
        ({"value": 5, "comparator": ">="}, 5, math.inf),
        ({"low": {"value": 1}, "high": {"value": 2}}, 1, 2),
        ({"low": {"value": 1}}, 1, math.inf),
    ],
)
def test_bounds_and_ranges_are_spans(value: object, low: float, high: float) -> None:
    [measured] = quantity.measured(value)
    assert measured.span == Span(low, high)


@pytest.mark.parametrize("text", ["5|mg", "5|a|b|c", "5||", "|s|c", "5|s|"])
def test_half_a_unit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="number"):
        quantity.query(text)
