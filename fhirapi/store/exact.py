"""JSON whose numbers stay what they were written as: 1.50 is not 1.5.

FHIR: the precision of a decimal is significant. https://hl7.org/fhir/R4/datatypes.html#decimal
"""

import json
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

import orjson

DEEPEST = 100
"""Levels of objects and lists: far more than a resource needs, far less than Python can bear."""
MOST_VALUES = 250_000
"""Of a body that is sent: a thousand resources of a hundred values and more; to look through ten
times as many, as 5 MB may hold, takes seconds."""
_LARGEST_EXPONENT = 300
"""As a double, in which search compares; a number beyond would only cost memory."""


def parse(text: str) -> Any:
    """Decimals become ``Decimal``. Raises ValueError for what is not JSON that FHIR can hold."""
    if "\\u0000" in text:
        # https://hl7.org/fhir/R4/datatypes.html#string; PostgreSQL could not index it either.
        raise ValueError("a string holds the character U+0000.")
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"{error.msg} at character {error.pos}.") from None
    except RecursionError:
        raise ValueError("nested too deeply.") from None
    if "\\ud" in text.lower():
        _require_whole_characters(value)
    return value


def _require_whole_characters(value: Any) -> None:
    """An escape may stand for half of a surrogate pair, which no UTF-8 can hold."""
    write(value)


def write(resource: Any, *, is_pretty: bool = False) -> str:
    """Members in their order, without white space unless it is wanted. Raises ValueError."""
    option = orjson.OPT_INDENT_2 if is_pretty else None
    try:
        return orjson.dumps(resource, default=_number, option=option).decode()
    except TypeError as error:  # orjson's: a lone surrogate, or nested too deeply
        raise ValueError("a string is not valid Unicode, or it is nested too deeply.") from error


def size(value: Any) -> int:
    """How many values it holds, itself included. Raises ValueError if it is nested too deeply."""
    level, found = [value], 0
    for _ in range(DEEPEST + 1):
        found += len(level)
        level = [
            inner
            for node in level
            if type(node) is dict or type(node) is list
            for inner in (node.values() if type(node) is dict else node)
        ]
        if not level:
            return found
    raise ValueError("nested too deeply.")


def _number(value: Any) -> orjson.Fragment:
    if not isinstance(value, Decimal):
        raise TypeError(type(value).__name__)
    text = str(value)
    if "E-" in text:
        text = f"{value:f}"  # 0.0000001 as most would write it; the same digits
    return orjson.Fragment(text)


def _decimal(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ValueError("a number is out of range.") from None
    if abs(value.adjusted()) > _LARGEST_EXPONENT:
        raise ValueError("a number is out of range.")
    return value


def _integer(text: str) -> int | Decimal:
    # What orjson cannot write again: more than 64 bits, and the sign of -0.
    return int(text) if len(text) < 19 and text != "-0" else _decimal(text)


def _refuse(_name: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON.")


def _once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """RFC 8259 section 4: of two members with one name, each reader would take another."""
    found = dict(members)
    if len(found) < len(members):
        raise ValueError("an object has two members with the same name.")
    return found


_DECODER = json.JSONDecoder(
    object_pairs_hook=_once,
    parse_float=_decimal,
    parse_int=_integer,
    parse_constant=_refuse,
    strict=True,
)
