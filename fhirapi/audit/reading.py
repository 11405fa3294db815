"""Reads the trail as its macs see it: ids, macs and lines, in the order of the ids.

COPY, whose lines are taken as they come: nothing is made of them but their mac.
"""

import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import psycopg
from django.db import connection, transaction
from psycopg.pq import ExecStatus

from fhirapi.audit.keys import NONE
from fhirapi.audit.line import AS_LINES, COLUMNS

_TELLS = f"record.id, encode(record.mac, 'hex'), {', '.join(f'record.{each}' for each in COLUMNS)}"
_BETWEEN = f"""
COPY (SELECT {_TELLS} FROM fhirapi_auditrecord record
      WHERE record.id > {{after}} AND record.id <= {{until}} ORDER BY record.id) TO STDOUT
"""  # noqa: S608 - constants
# LIMIT: so that the planner takes the index for each of them.
_OF = f"""
COPY (SELECT record.* FROM unnest('{{ids}}'::int8multirange) run
      CROSS JOIN LATERAL (
          SELECT {_TELLS} FROM fhirapi_auditrecord record
          WHERE record.id >= lower(run) AND record.id < upper(run)
          ORDER BY record.id LIMIT 100000000) record
      ORDER BY 1) TO STDOUT
"""  # noqa: S608 - constants

Line = tuple[int, bytes, bytes]
"""Id, mac and line. The mac is ``unkeyed`` where the record has none."""


def between(after: int, until: int) -> Iterator[Line]:
    """The records behind ``after``, up to ``until``."""
    return _lines(_BETWEEN.format(after=int(after), until=int(until)))


def of(ids: str) -> Iterator[Line]:
    """``ids``: a multirange, as a seal has it."""
    return _lines(_OF.format(ids=ids))


def unkeyed(line: bytes) -> bytes:
    """In place of a mac, for records from before there were any: a seal holds it."""
    return NONE + sha256(line).digest()


def _lines(copy_sql: str) -> Iterator[Line]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(AS_LINES)
        raw: Any = connection.connection
        for told in _copied(raw, copy_sql):
            record_id, mac, line = told[:-1].split(b"\t", 2)
            yield int(record_id), unkeyed(line) if mac == b"\\N" else unhex(mac), line


def _copied(raw: "psycopg.Connection[Any]", copy_sql: str) -> Iterator[bytes]:
    """Rows as they come, past the driver's Python layer, which costs as much as verifying them."""
    server = raw.pgconn
    begun = server.exec_(copy_sql.encode())
    if begun.status != ExecStatus.COPY_OUT:
        raise psycopg.errors.error_from_result(begun)
    is_whole = False
    try:
        while (told := server.get_copy_data(0))[0] > 0:
            yield bytes(told[1])
        is_whole = True
    finally:
        if not is_whole:  # nobody wants the rest, or there is none
            raw.close()
    while (result := server.get_result()) is not None:
        if result.status not in (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK):
            raise psycopg.errors.error_from_result(result)


def unhex(text: bytes) -> bytes:
    return bytes.fromhex(text.decode())


_UNESCAPED = {"b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "\\": "\\"}
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


def cells(line: bytes) -> list[str | None]:
    """The columns of a line as text; the array of patients as its literal."""
    return [
        None if cell == "\\N" else _ESCAPE.sub(lambda found: _UNESCAPED[found[1]], cell)
        for cell in line.decode().split("\t")
    ]
