"""Business days in the US: Monday to Friday, but for the days on which federal holidays are kept.

5 U.S.C. 6103(a) names the holidays. One that falls on a Saturday is kept on the Friday before
(6103(b)), one on a Sunday on the Monday after it (Executive Order 11582, section 3).
"""

from datetime import date, datetime, timedelta
from functools import cache

from django.utils import timezone

MONDAY, THURSDAY, SATURDAY, SUNDAY = 0, 3, 5, 6
_A_DAY, _A_WEEK = timedelta(days=1), timedelta(weeks=1)
# New Year's Day, Juneteenth, Independence Day, Veterans Day, Christmas Day.
_OF_A_DATE = ((1, 1), (6, 19), (7, 4), (11, 11), (12, 25))
# Martin Luther King, Jr., Washington, Labor Day, Columbus Day, Thanksgiving Day: month, day of
# the week, and the how manieth of the month.
_OF_A_WEEKDAY = ((1, MONDAY, 3), (2, MONDAY, 3), (9, MONDAY, 1), (10, MONDAY, 2), (11, THURSDAY, 4))


@cache
def holidays(year: int) -> frozenset[date]:
    """When the holidays of a year are kept; its first may be the last day of the year before."""
    fixed = {_kept(date(year, month, day)) for month, day in _OF_A_DATE}
    moving = {_nth(year, *each) for each in _OF_A_WEEKDAY}
    memorial_day = date(year, 5, 31)
    memorial_day -= timedelta(days=(memorial_day.weekday() - MONDAY) % 7)
    return frozenset(fixed | moving | {memorial_day})


def is_business_day(day: date) -> bool:
    if day.weekday() >= SATURDAY:
        return False
    return day not in holidays(day.year) and day not in holidays(day.year + 1)


def after(day: date, days: int) -> date:
    """The so manieth business day after ``day``, which itself does not count."""
    while days:
        day += _A_DAY
        days -= is_business_day(day)
    return day


def day_of(moment: datetime) -> date:
    """In the practice's time zone, whatever the reader's is."""
    return timezone.localdate(moment, timezone.get_default_timezone())


def _kept(day: date) -> date:
    if day.weekday() == SATURDAY:
        return day - _A_DAY
    return day + _A_DAY if day.weekday() == SUNDAY else day


def _nth(year: int, month: int, weekday: int, number: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7) + (number - 1) * _A_WEEK
