"""Texts, codes, numbers and dates: what is one JSON value in FHIR, too.

https://hl7.org/fhir/R4/datatypes.html#primitive
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from fhirapi.provider.schema import FieldError, Json, Shape

_DATE = r"\d{4}-\d{2}-\d{2}"
_PARTIAL = r"\d{4}(-\d{2}(-\d{2})?)?"
_TIME = r"T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]((0\d|1[0-3]):[0-5]\d|14:00))"
_NO_CHARACTER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
"""https://hl7.org/fhir/R4/datatypes.html#string"""


class Plain(Shape):
    """Stored as it is shown; what does not have the form is not shown."""

    def show(self, stored: Any) -> Any:
        return None if any(self.errors(stored, "")) else stored

    def store(self, value: Any, onto: Any) -> Any:
        return value


@dataclass(frozen=True)
class Text(Plain):
    pattern: str = ""
    """A regular expression that all of it has to match."""
    form: str = ""
    """What the pattern asks for, in words."""

    def errors(self, value: Any, name: str) -> Iterator[FieldError]:
        if not isinstance(value, str):
            yield FieldError(name, "type", "A text is expected here.")
        elif not value.strip():
            yield FieldError(name, "format", "The text is empty: leave the field out, or say null.")
        elif _NO_CHARACTER.search(value):
            yield FieldError(name, "format", "The text holds what is no character.")
        elif self.pattern and not re.fullmatch(self.pattern, value):
            yield FieldError(name, "format", f"Expected is {self.form}.")

    def json_schema(self) -> Json:
        schema: Json = {"type": "string", "minLength": 1}
        return {**schema, "pattern": f"^{self.pattern}$"} if self.pattern else schema


URI = Text(r"\S+", "a URI, without white space")
"""https://hl7.org/fhir/R4/datatypes.html#uri"""


@dataclass(frozen=True)
class Enum(Plain):
    codes: tuple[str, ...]

    def errors(self, value: Any, name: str) -> Iterator[FieldError]:
        if not isinstance(value, str):
            yield FieldError(name, "type", "A text is expected here.")
        elif value not in self.codes:
            yield FieldError(name, "enum", f"Expected is one of {', '.join(self.codes)}.")

    def json_schema(self) -> Json:
        return {"type": "string", "enum": list(self.codes)}


@dataclass(frozen=True)
class Boolean(Plain):
    def errors(self, value: Any, name: str) -> Iterator[FieldError]:
        if not isinstance(value, bool):
            yield FieldError(name, "type", "Expected is true or false.")

    def json_schema(self) -> Json:
        return {"type": "boolean"}


@dataclass(frozen=True)
class Number(Plain):
    """A decimal. Its digits are kept: 1.50 is not 1.5. Reads what ``store.exact`` parsed."""

    def errors(self, value: Any, name: str) -> Iterator[FieldError]:
        if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
            yield FieldError(name, "type", "A number is expected here.")

    def json_schema(self) -> Json:
        return {"type": "number"}


@dataclass(frozen=True)
class Integer(Plain):
    least: int

    def errors(self, value: Any, name: str) -> Iterator[FieldError]:
        if isinstance(value, bool) or not isinstance(value, int):
            yield FieldError(name, "type", "A whole number is expected here.")
        elif not self.least <= value <= _LARGEST:
            yield FieldError(
                name, "format", f"Expected is a whole number from {self.least} to {_LARGEST}."
            )

    def json_schema(self) -> Json:
        return {"type": "integer", "minimum": self.least, "maximum": _LARGEST}


_LARGEST = 2**31 - 1
"""Of FHIR's integers: 32 bits."""


@dataclass(frozen=True)
class Date(Plain):
    """A day, or only its month or year where no more is known. A stored time is not shown."""

    is_partial: bool = True

    def show(self, stored: Any) -> Any:
        day = stored.partition("T")[0] if isinstance(stored, str) else stored
        return super().show(day)

    def errors(self, value: Any, name: str) -> Iterator[FieldError]:
        form = "YYYY-MM-DD, YYYY-MM or YYYY" if self.is_partial else "YYYY-MM-DD"
        yield from _date_errors(value, name, _PARTIAL if self.is_partial else _DATE, form)

    def json_schema(self) -> Json:
        if self.is_partial:
            return {"type": "string", "pattern": f"^{_PARTIAL}$"}
        return {"type": "string", "format": "date"}


@dataclass(frozen=True)
class Instant(Plain):
    """A moment with its UTC offset, RFC 3339."""

    def errors(self, value: Any, name: str) -> Iterator[FieldError]:
        yield from _date_errors(value, name, _DATE + _TIME, "YYYY-MM-DDThh:mm:ss+hh:mm")

    def json_schema(self) -> Json:
        return {"type": "string", "format": "date-time"}


@dataclass(frozen=True)
class DateTime(Plain):
    """A moment with its UTC offset; or a day, month or year where no more is known."""

    def errors(self, value: Any, name: str) -> Iterator[FieldError]:
        form = "YYYY-MM-DDThh:mm:ss+hh:mm, YYYY-MM-DD, YYYY-MM or YYYY"
        yield from _date_errors(value, name, f"{_DATE}{_TIME}|{_PARTIAL}", form)

    def json_schema(self) -> Json:
        return {"type": "string", "pattern": f"^({_DATE}{_TIME}|{_PARTIAL})$"}


def _date_errors(value: Any, name: str, pattern: str, form: str) -> Iterator[FieldError]:
    if not isinstance(value, str):
        yield FieldError(name, "type", f"A text is expected here: {form}.")
    elif not re.fullmatch(pattern, value, re.ASCII):
        yield FieldError(name, "format", f"Expected is {form}.")
    elif not _is_in_calendar(value):
        yield FieldError(name, "format", "There is no such date or time.")


def _is_in_calendar(value: str) -> bool:
    day, time, rest = value.partition("T")
    text = day + "-01" * (2 - day.count("-")) + time + re.sub(r"\.\d+", "", rest)
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
