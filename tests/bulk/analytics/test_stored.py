"""What FHIR's values become in a table: the same value, or nothing."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirapi.bulk.analytics import stored

zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(
    min_value=datetime(2, 1, 1), max_value=datetime(9998, 12, 31), timezones=zones
)


@given(st.dates())
def test_a_whole_date_is_that_day(day: date) -> None:
    assert stored.day(day.isoformat()) == day
    assert stored.timestamp(day.isoformat()) is None


@given(moments)
def test_a_moment_is_itself_and_its_day_is_the_writers(moment: datetime) -> None:
    assert stored.timestamp(moment.isoformat()) == moment
    assert stored.timestamp(moment.isoformat()).tzinfo is UTC  # type: ignore[union-attr]
    assert stored.day(moment.isoformat()) == moment.date()


@pytest.mark.parametrize(
    "text",
    ["2019", "2019-05", "20190501", "2019-W01-1", "2019-02-30", "2019-05-01 10:00", "", "x", None,
     7, ["2019-05-01"], "2019-5-1", "2019-05-01x"],
)  # fmt: skip
def test_what_is_no_whole_date_is_no_day(text: Any) -> None:
    assert stored.day(text) is None


@pytest.mark.parametrize(
    "text",
    ["2019-05-01", "2019-05-01T10:00:00", "2019-05-01T23:59:60Z", "0001-01-01T00:00:00+14:00",
     "9999-12-31T23:00:00-10:00", "2019-05-01T", None, 7],
)  # fmt: skip
def test_what_names_no_moment_of_the_calendar_is_no_timestamp(text: Any) -> None:
    assert stored.timestamp(text) is None


def test_fractions_beyond_the_microsecond_are_cut() -> None:
    moment = stored.timestamp("2019-05-01T10:00:00.123456789Z")
    assert moment == datetime(2019, 5, 1, 10, 0, 0, 123456, tzinfo=UTC)


decimals = st.decimals(min_value=-(10**9), max_value=10**9, places=6, allow_nan=False)


@given(decimals)
def test_a_double_gives_back_the_digits_that_were_written(written: Decimal) -> None:
    [read] = orjson.loads(f"[{written}]".encode())
    assert Decimal(repr(stored.double(read))) == written


@given(st.lists(st.decimals(min_value=0, max_value=10**6, places=2, allow_nan=False)))
def test_sums_of_money_are_exact(amounts: list[Decimal]) -> None:
    read = orjson.loads(f"[{','.join(map(str, amounts))}]".encode())
    assert sum((stored.amount(each) or 0) for each in read) == sum(amounts)


def test_money_is_rounded_to_the_millionth() -> None:
    assert stored.amount(0.00000250000001) == Decimal("0.000003")
    assert stored.amount(125) == Decimal("125.000000")


@pytest.mark.parametrize("value", ["1.5", True, None, [1.5], {"value": 1}])
def test_what_is_no_number_is_none_in_a_table(value: Any) -> None:
    assert stored.double(value) is None
    assert stored.amount(value) is None
    assert stored.integer(value) is None


@pytest.mark.parametrize("value", [1e40, 10**33, 1.5e300])
def test_an_amount_too_large_for_the_table_is_none(value: float) -> None:
    assert stored.amount(value) is None


@pytest.mark.parametrize("value", [1.0, 1.5, 2**63, -(2**63) - 1])
def test_what_is_no_whole_number_of_64_bits_is_no_integer(value: float) -> None:
    assert stored.integer(value) is None


@pytest.mark.parametrize("value", [0, 1, "true", None])
def test_only_true_and_false_are_booleans(value: Any) -> None:
    assert stored.boolean(value) is None
    assert [stored.boolean(True), stored.boolean(False)] == [True, False]
