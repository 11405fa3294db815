"""Date parameters: every value means a range of instants. https://hl7.org/fhir/R4/search.html#date

``2020-03`` is the half-open range from the first of March to the first of April. A time zone that
is not given is UTC. The prefixes compare the range asked for with the range that is stored.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from fhirapi.searchparams.values import PREFIXES

# PostgreSQL and Python agree on these ends; FHIR years have four digits.
BEGINNING = datetime(1, 1, 2, tzinfo=UTC)
END = datetime(9999, 12, 30, tzinfo=UTC)
_DAY = timedelta(days=1)

_VALUE = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)"
    r"(?:T(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.(?P<fraction>\d+))?)?"
    r"(?P<zone>Z|[+-]\d\d:\d\d)?)?)?)?",
    re.ASCII,
)
_PREFIXED = re.compile(rf"({'|'.join(PREFIXES)})?(.+)", re.DOTALL)


class Range(NamedTuple):
    start: datetime
    end: datetime
    """The first instant that is no longer meant."""


def parse(text: str) -> Range:
    """The range that a date, dateTime or instant means. Raises ValueError."""
    match = _VALUE.fullmatch(text)
    if not match:
        raise ValueError(
            f"'{text[:40]}' is not a date such as 2020, 2020-03-01 or 2020-03-01T09:30Z."
        )
    try:
        return _range(match)
    except ValueError:
        raise ValueError(f"'{text[:40]}' is not a possible date.") from None


def _range(match: re.Match[str]) -> Range:
    year = int(match["year"])
    month = int(match["month"] or 1)
    start = datetime(
        year, month, int(match["day"] or 1),
        int(match["hour"] or 0), int(match["minute"] or 0), int(match["second"] or 0),
        tzinfo=UTC,
    )  # fmt: skip
    if match["month"] is None:
        return Range(start, _first_of(year + 1, 1))
    if match["day"] is None:
        return Range(start, _first_of(year + month // 12, month % 12 + 1))
    offset = _offset(match["zone"])
    try:
        return _instants(match, start - offset)
    except OverflowError:  # 9999-12-31 is what many write for "no end"
        return Range(END - _DAY, END) if year > 1 else Range(BEGINNING - _DAY, BEGINNING)


def _first_of(year: int, month: int) -> datetime:
    return datetime(year, month, 1, tzinfo=UTC) if year <= END.year else END


def _instants(match: re.Match[str], start: datetime) -> Range:
    """The day, minute, second or fraction that begins at ``start``."""
    if match["hour"] is None:
        return Range(start, start + _DAY)
    if match["second"] is None:
        return Range(start, start + timedelta(minutes=1))
    return _fraction(start, match["fraction"])


def _fraction(start: datetime, digits: str | None) -> Range:
    if not digits:
        return Range(start, start + timedelta(seconds=1))
    digits = digits[:6]  # PostgreSQL keeps microseconds
    width = 10 ** (6 - len(digits))
    start += timedelta(microseconds=int(digits) * width)
    return Range(start, start + timedelta(microseconds=width))


def _offset(zone: str | None) -> timedelta:
    if zone is None or zone == "Z":
        return timedelta()
    hours, minutes = int(zone[1:3]), int(zone[4:6])
    if hours > 14 or minutes > 59:
        raise ValueError(zone)
    offset = timedelta(hours=hours, minutes=minutes)
    return -offset if zone[0] == "-" else offset


def ranges(value: Any) -> Iterator[Range]:
    """Index side: date, dateTime, instant, Period and Timing; nothing for what is not a date."""
    if type(value) is str:
        try:
            yield parse(value)
        except ValueError:
            return  # a stored value that no search can mean
    elif type(value) is dict:
        if "event" in value:
            for event in value["event"]:
                yield from ranges(event)
        elif bounds := value.get("repeat", {}).get("boundsPeriod"):
            yield from ranges(bounds)
        elif "start" in value or "end" in value:
            starts = list(ranges(value.get("start")))
            ends = list(ranges(value.get("end")))
            yield Range(starts[0].start if starts else BEGINNING, ends[0].end if ends else END)


class Comparison(NamedTuple):
    prefix: str
    range: Range


def query(text: str, now: datetime) -> Comparison:
    """Query side: prefix and range. Raises ValueError.

    ``ap`` widens the range by a tenth of its distance from now, as the specification suggests.
    """
    match = _PREFIXED.fullmatch(text)
    if not match:
        raise ValueError("a date is expected.")
    prefix, asked = match[1] or "eq", parse(match[2])
    if prefix == "ap":
        slack = abs(now - asked.start) / 10
        asked = Range(
            asked.start - min(slack, asked.start - BEGINNING),
            asked.end + min(slack, END - asked.end),
        )
    return Comparison(prefix, asked)


def condition(comparison: Comparison, start: str, end: str, bind: Callable[[datetime], str]) -> str:
    """SQL that compares the stored range, in the columns named, with the one asked for.

    ``bind`` takes a value and returns its placeholder.
    """
    low, high = bind(comparison.range.start), bind(comparison.range.end)
    within = f"({start} >= {low} AND {end} <= {high})"
    return {
        "eq": within,
        "ne": f"NOT {within}",
        "gt": f"{end} > {high}",
        "lt": f"{start} < {low}",
        "ge": f"({end} > {high} OR {within})",
        "le": f"({start} < {low} OR {within})",
        "sa": f"{start} >= {high}",
        "eb": f"{end} <= {low}",
        "ap": f"({start} < {high} AND {end} > {low})",
    }[comparison.prefix]
