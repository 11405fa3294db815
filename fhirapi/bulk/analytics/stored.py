"""FHIR's values as those of a table; what a column cannot hold is null there.

https://hl7.org/fhir/R4/datatypes.html#primitive. A date may be a year or a month: its text stands
beside. Decimals are doubles, which give back the digits they were written with (up to 15), but for
amounts of money, whose sums are to be exact. See docs/decisions/0025-flat-views.md.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from typing import Any

from fhirapi.bulk.analytics.view import Stored

_MILLIONTH = Decimal("0.000001")
_AMOUNTS = Context(prec=38, rounding=ROUND_HALF_EVEN)
_SMALLEST, _LARGEST = -(2**63), 2**63 - 1


def text(value: Any) -> str | None:
    return value if type(value) is str else None


def boolean(value: Any) -> bool | None:
    return value if type(value) is bool else None


def integer(value: Any) -> int | None:
    return value if type(value) is int and _SMALLEST <= value <= _LARGEST else None


def double(value: Any) -> float | None:
    return float(value) if type(value) is float or type(value) is int else None


def amount(value: Any) -> Decimal | None:
    """Rounded to the millionth of the currency's unit."""
    if type(value) is not float and type(value) is not int:
        return None
    try:
        return Decimal(repr(value)).quantize(_MILLIONTH, context=_AMOUNTS)
    except InvalidOperation:  # more than 32 digits before the point
        return None


def day(value: Any) -> date | None:
    """The day that was written, in the time zone of who wrote it."""
    # Python reads 2020-W01-1 as well, which is no date of FHIR.
    if type(value) is not str or value[4:5] != "-" or value[7:8] != "-":
        return None
    if len(value) > 10 and value[10] != "T":
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def timestamp(value: Any) -> datetime | None:
    """To the microsecond, in UTC; only if there is a time, and so a time zone."""
    if type(value) is not str or value[10:11] != "T":
        return None
    try:
        moment = datetime.fromisoformat(value)
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


CONVERTERS: dict[Stored, Callable[[Any], Any]] = {
    Stored.TEXT: text,
    Stored.BOOLEAN: boolean,
    Stored.INTEGER: integer,
    Stored.DOUBLE: double,
    Stored.AMOUNT: amount,
    Stored.DATE: day,
    Stored.TIMESTAMP: timestamp,
}
