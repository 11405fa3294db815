"""Date semantics: index side and query side agree, whatever the precision and prefix."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhirapi.searchparams.date import BEGINNING, END, parse, query, ranges

NOW = datetime(2026, 11, 23, tzinfo=UTC)
instants = st.datetimes(
    min_value=datetime(1900, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)
)


def texts(instant: datetime) -> list[str]:
    """The instant at every precision that FHIR can write."""
    return [
        f"{instant:%Y}", f"{instant:%Y-%m}", f"{instant:%Y-%m-%d}", f"{instant:%Y-%m-%dT%H:%MZ}",
        f"{instant:%Y-%m-%dT%H:%M:%SZ}", f"{instant:%Y-%m-%dT%H:%M:%S.%fZ}",
    ]  # fmt: skip


@given(instants)
def test_every_precision_means_a_range_that_holds_the_instant(instant: datetime) -> None:
    for text in texts(instant):
        start, end = parse(text)
        assert start <= instant < end


@given(instants)
def test_a_finer_precision_lies_within_the_coarser(instant: datetime) -> None:
    coarse_to_fine = [parse(text) for text in texts(instant)]
    for coarse, fine in pairwise(coarse_to_fine):
        assert coarse.start <= fine.start < fine.end <= coarse.end


@given(instants, st.integers(-14 * 60, 14 * 60))
def test_a_time_zone_names_the_same_instant(instant: datetime, minutes: int) -> None:
    local = instant + timedelta(minutes=minutes)
    sign = "-" if minutes < 0 else "+"
    zone = f"{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
    assert parse(f"{local:%Y-%m-%dT%H:%M:%S}{zone}") == parse(f"{instant:%Y-%m-%dT%H:%M:%SZ}")


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2020", date(2020, 1, 1), date(2021, 1, 1)),
        ("2020-03", date(2020, 3, 1), date(2020, 4, 1)),
        ("2020-12", date(2020, 12, 1), date(2021, 1, 1)),
        ("2020-02-29", date(2020, 2, 29), date(2020, 3, 1)),
    ],
)
def test_a_partial_date_is_the_whole_year_month_or_day(text: str, start: date, end: date) -> None:
    found = parse(text)
    assert (found.start.date(), found.end.date()) == (start, end)


@pytest.mark.parametrize(
    "text",
    ["", "20", "2020-1", "2020-13", "2020-02-30", "2020-01-01T25:00", "2020-01-01T10", "x",
     "2020-01-01T10:00+99:00", "2020-01-01 10:00", "٢٠٢٠", "0000"],
)  # fmt: skip
def test_what_is_not_a_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the plain error of a value
        parse(text)


@given(st.text(max_size=30))
def test_any_text_is_either_a_date_or_refused(text: str) -> None:
    try:
        comparison = query(text, NOW)
    except ValueError:
        return
    assert comparison.range.start < comparison.range.end


@pytest.mark.parametrize("text", ["9999-12-31", "9999-12", "9999-12-31T23:59:59-05:00"])
def test_the_last_day_that_can_be_written_is_after_all_others(text: str) -> None:
    start, end = parse(text)
    assert parse("2999-12-31").end < start < end == END


def test_the_first_day_is_before_all_others_in_every_time_zone() -> None:
    start, end = parse("0001-01-01T00:00:00+14:00")
    assert start < end <= BEGINNING


def test_an_open_period_reaches_to_the_end_of_time() -> None:
    [since] = ranges({"start": "2020-05"})
    [until] = ranges({"end": "2020-05-01"})
    assert since.end == END
    assert until.start == BEGINNING


def test_approximately_widens_with_the_distance_from_now() -> None:
    near, far = query("ap2026-11", NOW).range, query("ap1926-11", NOW).range
    assert far.end - far.start > near.end - near.start
