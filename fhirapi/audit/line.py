"""The bytes of a record that its mac is made of, on both of their ways.

They are the record's line in PostgreSQL's text format of COPY, without id and mac: the columns
with tabs between, nulls as ``\\N``. So whoever writes a record makes the line here, and whoever
verifies millions of them takes it from the server as it is. A test holds that the two are equal.
https://www.postgresql.org/docs/18/sql-copy.html#SQL-COPY-FILE-FORMATS
"""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from ipaddress import IPv6Address

from fhirapi.audit.entry import Entry

COLUMNS = ("recorded", *Entry._fields)
AS_LINES = "SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO, YMD'"
"""How a transaction must write times, for its COPY to give these lines."""
_NULL = "\\N"
_AWKWARD = re.compile(r"[\x08-\x0d\\]")
_ESCAPES = {"\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\v": "\\v", "\f": "\\f",
            "\r": "\\r"}  # fmt: skip
_ELEMENT = re.compile(r'"((?:[^"\\]|\\.)*)"|([^",{}]+)', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_QUOTED = re.compile(r'[\s{}",\\]|^$|^null$', re.IGNORECASE | re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def line(recorded: str, entry: Entry) -> bytes:
    """``recorded``: as ``moment`` writes it."""
    action, outcome, account_id, client_id, kind, resource_id, patient_ids, detail, address = entry
    if patient_ids is not None and '"' in patient_ids:
        patient_ids = as_array(patient_ids)
    if address is not None and ":" in address:
        address = as_address(address)
    cells = [action, outcome, None if account_id is None else str(account_id), client_id, kind,
             resource_id, patient_ids, detail, address]  # fmt: skip
    if _AWKWARD.search("".join([each for each in cells if each is not None])):
        cells = [each and _AWKWARD.sub(lambda found: _ESCAPES[found[0]], each) for each in cells]
    told = [_NULL if each is None else each for each in cells]
    return "\t".join([recorded, *told]).encode()


def moment(microseconds: int) -> str:
    """As PostgreSQL writes a time in UTC. ``microseconds``: since 1970."""
    seconds, rest = divmod(microseconds, 1_000_000)
    fraction = f".{rest:06d}".rstrip("0").rstrip(".")
    return f"{_second(seconds)}{fraction}+00"


@lru_cache(maxsize=16)
def _second(seconds: int) -> str:
    return f"{_EPOCH + timedelta(seconds=seconds):%Y-%m-%d %H:%M:%S}"


def as_array(literal: str) -> str:
    """An array literal of texts as PostgreSQL writes it: quotes only where they must be."""
    return "{" + ",".join(map(_element, _ELEMENT.finditer(literal[1:-1]))) + "}"


def _element(found: re.Match[str]) -> str:
    if found[2] is not None:  # it had no quotes, so it needs none, or is a null
        return found[2]
    value = _ESCAPED.sub(r"\1", found[1])
    if not _QUOTED.search(value):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


@lru_cache(maxsize=10_000)
def as_address(address: str) -> str:
    """An IPv6 address as PostgreSQL writes it; what is none, as it is: it will be refused."""
    try:
        value = int(IPv6Address(address))
    except ValueError:
        return address
    v4 = ".".join(str(value >> shift & 255) for shift in (24, 16, 8, 0))
    if value >> 32 == 0xFFFF:
        return f"::ffff:{v4}"
    if value >> 16 and value >> 32 == 0:
        return f"::{v4}"
    return str(IPv6Address(value))
