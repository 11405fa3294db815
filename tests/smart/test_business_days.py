"""Business days: weekends and federal holidays do not count, wherever a stretch begins."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fhirapi.smart.clients.business_days import after, holidays, is_business_day

# A loaded machine may be slow to make up the first examples.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))
# As the Office of Personnel Management lists them, observed.
KEPT = {
    2021: ("01-01", "01-18", "02-15", "05-31", "06-18", "07-05", "09-06", "10-11", "11-11",
           "11-25", "12-24"),
    2026: ("01-01", "01-19", "02-16", "05-25", "06-19", "07-03", "09-07", "10-12", "11-11",
           "11-26", "12-25"),
    2027: ("01-01", "01-18", "02-15", "05-31", "06-18", "07-05", "09-06", "10-11", "11-11",
           "11-25", "12-24"),
}  # fmt: skip


@pytest.mark.parametrize("year", KEPT)
def test_the_holidays_are_those_that_the_government_lists(year: int) -> None:
    assert holidays(year) == {date.fromisoformat(f"{year}-{day}") for day in KEPT[year]}


def test_new_year_on_a_saturday_is_kept_in_the_old_year() -> None:
    assert date(2022, 1, 1).weekday() == 5
    assert not is_business_day(date(2021, 12, 31))
    assert after(date(2021, 12, 30), 1) == date(2022, 1, 3)


@pytest.mark.parametrize(
    ("begin", "days", "end"),
    [
        ("2026-11-23", 10, "2026-12-08"),  # over Thanksgiving and two weekends
        ("2026-11-29", 5, "2026-12-04"),  # from a Sunday
        ("2026-12-18", 5, "2026-12-28"),  # over Christmas
        ("2026-03-02", 5, "2026-03-09"),
        ("2026-03-02", 10, "2026-03-16"),
    ],
)
def test_deadlines_that_were_counted_on_a_calendar(begin: str, days: int, end: str) -> None:
    assert after(date.fromisoformat(begin), days) == date.fromisoformat(end)


@unhurried
@given(DAYS, st.integers(1, 40))
def test_between_a_day_and_its_deadline_lie_just_so_many_business_days(
    day: date, days: int
) -> None:
    end = after(day, days)
    between = [day + timedelta(days=n) for n in range(1, (end - day).days + 1)]
    assert sum(map(is_business_day, between)) == days
    assert is_business_day(end)


@unhurried
@given(DAYS, st.integers(0, 20), st.integers(0, 20))
def test_two_stretches_are_one(day: date, first: int, second: int) -> None:
    assert after(after(day, first), second) == after(day, first + second)


@unhurried
@given(DAYS, DAYS, st.integers(1, 20))
def test_who_comes_later_is_not_promised_an_earlier_day(one: date, other: date, days: int) -> None:
    earlier, later = sorted((one, other))
    assert after(earlier, days) <= after(later, days)


@unhurried
@given(st.integers(1990, 2100))
def test_a_year_has_eleven_holidays_and_none_is_on_a_weekend(year: int) -> None:
    assert len(holidays(year)) == 11
    assert all(day.weekday() < 5 for day in holidays(year))
