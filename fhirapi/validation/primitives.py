"""The forms of FHIR's primitive types. https://hl7.org/fhir/R4/datatypes.html#primitive

Each function says what is wrong with a JSON value; the empty text if nothing is. Numbers are as
``store/exact.py`` reads them: a decimal is an int or a ``Decimal``.
"""

import binascii
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from fhirapi.validation.narrative import problem_of_div

Check = Callable[[Any], str]

LONGEST_STRING = 1024 * 1024
"""Characters. https://hl7.org/fhir/R4/datatypes.html#string"""
_LARGEST = 2**31 - 1

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_CODE = re.compile(r"\S+(?:\s\S+)*")
_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
_OID = re.compile(r"urn:oid:[0-2](?:\.(?:0|[1-9][0-9]*))+")
_UUID = re.compile(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_DAY = r"(?P<year>[0-9]{4})-(?P<month>0[1-9]|1[0-2])-(?P<day>0[1-9]|[12][0-9]|3[01])"
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]+)?"  # 60: a leap second
_ZONE = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
_SHORT = r"(?!0000)[0-9]{4}(?:-(?:0[1-9]|1[0-2]))?"
_INSTANT = re.compile(f"{_DAY}T{_CLOCK}{_ZONE}", re.ASCII)
_DATE_TIME = re.compile(f"{_SHORT}|{_DAY}(?:T{_CLOCK}{_ZONE})?", re.ASCII)
_DATE = re.compile(f"{_SHORT}|{_DAY}", re.ASCII)
_TIME = re.compile(_CLOCK, re.ASCII)


def _string(value: Any) -> str:
    if type(value) is not str:
        return "A JSON string is expected."
    if not value or value.isspace():
        return "It is empty or has nothing but white space."
    if len(value) > LONGEST_STRING:
        return "It is longer than the 1,048,576 characters that a string may have."
    if not value.isprintable() and _FORBIDDEN.search(value):
        return "It holds control characters or is not valid Unicode."
    return ""


def _of_form(pattern: re.Pattern[str], text: str) -> Check:
    def check(value: Any) -> str:
        if type(value) is not str:
            return "A JSON string is expected."
        return "" if pattern.fullmatch(value) else text

    return check


def _uri(value: Any) -> str:
    if type(value) is str and value.isprintable() and value and " " not in value:
        return ""
    return _string(value) or ("" if value.split() == [value] else "A URI has no white space.")


def _code(value: Any) -> str:
    if type(value) is str and value.isprintable() and value and " " not in value:
        return ""
    if wrong := _string(value):
        return wrong
    text = "A code has no white space at its ends, and single blanks within."
    return "" if _CODE.fullmatch(value) else text


def _of_calendar(pattern: re.Pattern[str], text: str) -> Check:
    def check(value: Any) -> str:
        if type(value) is not str:
            return "A JSON string is expected."
        match = pattern.fullmatch(value)
        if match is None:
            return text
        if (day := match["day"]) and (day > "28" or match["year"] == "0000"):
            try:
                date(int(match["year"]), int(match["month"]), int(day))
            except ValueError:
                return "There is no such day in the calendar."
        return ""

    return check


def _boolean(value: Any) -> str:
    return "" if type(value) is bool else "true or false is expected, without quotation marks."


def _decimal(value: Any) -> str:
    if type(value) is float:
        return "" if value - value == 0 else "A finite number is expected."
    is_number = type(value) is Decimal or type(value) is int
    return "" if is_number else "A JSON number is expected."


def _whole(smallest: int) -> Check:
    text = f"A whole number from {smallest} to {_LARGEST} is expected."

    def check(value: Any) -> str:
        if type(value) is int and smallest <= value <= _LARGEST:
            return ""
        # -0 is one to the pattern of R4, and has to be stored as it came.
        is_zero = type(value) is Decimal and smallest <= 0 and str(value) == "-0"
        return "" if is_zero else text

    return check


def _base64(value: Any) -> str:
    if type(value) is not str:
        return "A JSON string is expected."
    try:
        content = value if value.isalnum() else "".join(value.split())
        if content and binascii.a2b_base64(content, strict_mode=True) is not None:
            return ""
    except ValueError:
        pass
    return "It is not base64 (RFC 4648)."


def _xhtml(value: Any) -> str:
    if type(value) is not str:
        return "A JSON string is expected."
    return problem_of_div(value)


CHECKS: dict[str, Check] = {
    "base64Binary": _base64,
    "boolean": _boolean,
    "canonical": _uri,
    "code": _code,
    "date": _of_calendar(_DATE, "A date is expected: YYYY, YYYY-MM or YYYY-MM-DD."),
    "dateTime": _of_calendar(
        _DATE_TIME,
        "A dateTime is expected: YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss+zz:zz; "
        "a time has seconds and a time zone.",
    ),
    "decimal": _decimal,
    "id": _of_form(_ID, "An id has 1 to 64 letters, digits, '-' and '.'."),
    "instant": _of_calendar(_INSTANT, "An instant is expected: YYYY-MM-DDThh:mm:ss.sss+zz:zz."),
    "integer": _whole(-_LARGEST - 1),
    "markdown": _string,
    "oid": _of_form(_OID, "An OID is expected: urn:oid:1.2.3."),
    "positiveInt": _whole(1),
    "string": _string,
    "time": _of_form(_TIME, "A time is expected: hh:mm:ss, without a time zone."),
    "unsignedInt": _whole(0),
    "uri": _uri,
    "url": _uri,
    "uuid": _of_form(_UUID, "A UUID is expected: urn:uuid: and lower-case hexadecimal digits."),
    "xhtml": _xhtml,
}
