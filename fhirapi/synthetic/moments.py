"""Days and instants in FHIR's spelling. https://hl7.org/fhir/R4/datatypes.html#instant"""

from datetime import date, timedelta
from functools import cache

AS_OF = date(2026, 6, 30)
"""The data's own today: nothing is dated later, so equal seeds give equal bytes for ever."""

OPENED = "2014-01-06T08:00:00-06:00"
"""When what all records share was entered."""


@cache
def _summer(year: int) -> tuple[date, date]:
    """First and last day of daylight saving time in the United States since 2007."""
    march, november = date(year, 3, 8), date(year, 11, 1)
    return (
        march + timedelta(6 - march.weekday()),
        november + timedelta(5 - november.weekday()),
    )


def offset(day: date, standard_hours: int, *, has_summer_time: bool) -> str:
    """``-05:00`` and the like, right for office hours on that day."""
    hours = standard_hours
    if has_summer_time:
        first, last = _summer(day.year)
        hours += first <= day <= last
    return f"-{-hours:02}:00"


def instant(day: date, minute: int, zone: str) -> str:
    """An instant with seconds and zone; ``minute`` counts from midnight and may pass 24 hours."""
    if minute >= 1440:
        day += timedelta(minute // 1440)
        minute %= 1440
    return f"{day.isoformat()}T{minute // 60:02}:{minute % 60:02}:00{zone}"


def years_between(earlier: date, later: date) -> int:
    """Completed years, as an age is counted."""
    before_birthday = (later.month, later.day) < (earlier.month, earlier.day)
    return later.year - earlier.year - before_birthday


def weekday_from(day: date) -> date:
    """The day itself, or the Monday after a weekend."""
    return day + timedelta(7 - day.weekday()) if day.weekday() > 4 else day
