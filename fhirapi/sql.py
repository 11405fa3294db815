"""Runs the store's own SQL on Django's connection: server-side parameters and kept plans.

``fetch`` takes and gives Python values. ``Statement`` is for the hot path: it talks to libpq past
the driver's Python layer, which costs more than a read's round trip.
"""

import re
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import psycopg
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.pq import ConnStatus, DiagnosticField, Escaping, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

AWAY = (psycopg.OperationalError, OperationalError)
"""What the driver, and Django, raise where the database cannot be reached, or not now."""
DATABASE_AWAY = "The database cannot be reached: %s"

Parameters = Sequence[Any] | Mapping[str, Any]
Row = tuple[bytes | None, ...]

_PLACEHOLDER = re.compile(r"%\((\w+)\)s")
_NUMBERED = re.compile(rb"\$(\d+)")


def fetch(sql: str, parameters: Parameters = ()) -> list[tuple[Any, ...]]:
    """All rows. Takes part in Django's transaction, if one is open."""

    def run(raw: "psycopg.Connection[Any]") -> list[tuple[Any, ...]]:
        return psycopg.ClientCursor(raw).execute(sql, parameters).fetchall()

    return _healed(run)


def fetch_one(sql: str, parameters: Parameters = ()) -> tuple[Any, ...] | None:
    rows = fetch(sql, parameters)
    return rows[0] if rows else None


Answer = TypeVar("Answer")


def _healed(run: "Callable[[psycopg.Connection[Any]], Answer]") -> Answer:
    try:
        return run(_connection())
    except psycopg.OperationalError:
        wrapper = database()
        if wrapper.in_atomic_block or wrapper.is_usable():
            raise
        # The database was restarted behind this connection: once more on a new one.
        wrapper.close()
        return run(_connection())


_thread = threading.local()


def database() -> BaseDatabaseWrapper:
    """This thread's connection as Django keeps it, without the price of Django's proxies."""
    found: BaseDatabaseWrapper | None = getattr(_thread, "database", None)
    if found is None:
        found = _thread.database = connections[DEFAULT_DB_ALIAS]
    return found


def _connection() -> "psycopg.Connection[Any]":
    wrapper = database()
    if wrapper.connection is None:
        wrapper.ensure_connection()
    raw: psycopg.Connection[Any] = wrapper.connection
    return raw


# --- The hot path ------------------------------------------------------------------------------
# psycopg prepares nothing itself (settings.DATABASES): after a rollback it would drop ours too.
_known: "WeakKeyDictionary[psycopg.Connection[Any], set[bytes]]" = WeakKeyDictionary()
"""The names of the statements that each connection has prepared."""


class Statement:
    """SQL that runs often; placeholders are ``%(name)s``.

    Prepared once a connection, with one plan for all values. Unless its best plan depends on them:
    then it is planned afresh each time, as it is where PREPARED_STATEMENTS is off. Such a statement
    goes through the records of everybody, so it may take SEARCH_TIMEOUT and no longer.
    """

    def __init__(self, sql: str, *, keeps_plan: bool = True) -> None:
        self._keeps_plan = keeps_plan
        names: dict[str, int] = {}
        numbered = _PLACEHOLDER.sub(
            lambda match: f"${names.setdefault(match[1], len(names) + 1)}", sql
        )
        self.text = numbered.replace("%%", "%").encode()
        self._names = tuple(names)
        self._name = blake2b(self.text, digest_size=12).hexdigest().encode()

    def fetch_one(self, parameters: Mapping[str, Any]) -> Row | None:
        """The first row in PostgreSQL's text format: bytes, None for null."""
        values: list[Any] = [_text(parameters[name]) for name in self._names]
        return _healed(lambda raw: self._first(raw, values))

    def fetch(self, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """All rows as Python values."""
        values: list[Any] = [_text(parameters[name]) for name in self._names]

        def run(raw: "psycopg.Connection[Any]") -> list[tuple[Any, ...]]:
            loader = psycopg.adapt.Transformer(raw)
            result = self._execute(raw, values)
            loader.set_pgresult(result)
            return loader.load_rows(0, result.ntuples, tuple)

        return _healed(run)

    def _first(self, raw: "psycopg.Connection[Any]", values: list[Any]) -> Row | None:
        result = self._execute(raw, values)
        if not result.ntuples:
            return None
        return tuple(result.get_value(0, column) for column in range(result.nfields))

    def _execute(self, raw: "psycopg.Connection[Any]", values: list[Any]) -> PGresult:
        server = raw.pgconn
        if not raw.autocommit and server.transaction_status == TransactionStatus.IDLE:
            _begin(raw)
        if not self._keeps_plan or not settings.PREPARED_STATEMENTS:
            result = server.exec_(self._limit(raw) + self._with_literals(raw, values))
        else:
            self._prepare(raw)
            result = server.exec_prepared(self._name, values)
        if result.status != ExecStatus.TUPLES_OK:
            raise _error(raw, result)
        return result

    def _limit(self, raw: "psycopg.Connection[Any]") -> bytes:
        """Sent with the statement, for it alone: the two are a transaction of their own.

        https://www.postgresql.org/docs/18/protocol-flow.html#PROTOCOL-FLOW-MULTI-STATEMENT
        Within another it would last until that ends.
        """
        is_alone = raw.pgconn.transaction_status == TransactionStatus.IDLE
        if self._keeps_plan or not is_alone or not settings.SEARCH_TIMEOUT:
            return b""
        return b"SET LOCAL statement_timeout = %d; " % (settings.SEARCH_TIMEOUT * 1000)

    def _with_literals(self, raw: "psycopg.Connection[Any]", values: list[Any]) -> bytes:
        """Planned for its values: the server is told to make plans for any (settings.DATABASES)."""
        escape = Escaping(raw.pgconn).escape_literal
        literals = [b"NULL" if value is None else bytes(escape(value)) for value in values]
        return _NUMBERED.sub(lambda match: literals[int(match[1]) - 1], self.text)

    def _prepare(self, raw: "psycopg.Connection[Any]") -> None:
        known = _known.setdefault(raw, set())
        if self._name in known:
            return
        result = raw.pgconn.prepare(self._name, self.text)
        if result.status != ExecStatus.COMMAND_OK:
            raise _error(raw, result)
        known.add(self._name)


def _begin(raw: "psycopg.Connection[Any]") -> None:
    """Opens Django's transaction, as the driver would before a statement of its own."""
    result = raw.pgconn.exec_(b"BEGIN")
    if result.status != ExecStatus.COMMAND_OK:
        raise _error(raw, result)


@lru_cache(maxsize=500)
def statement(sql: str, *, keeps_plan: bool) -> Statement:
    """For SQL that is put together: the same text is the same statement."""
    return Statement(sql, keeps_plan=keeps_plan)


def _error(raw: "psycopg.Connection[Any]", result: Any) -> psycopg.Error:
    # A server that went away has given no code.
    if raw.pgconn.status != ConnStatus.OK or not result.error_field(DiagnosticField.SQLSTATE):
        return psycopg.OperationalError("The connection to the database was lost.")
    return psycopg.errors.error_from_result(result)


def _text(value: Any) -> bytes | None:
    """A parameter in PostgreSQL's text format."""
    if type(value) is str:
        return value.encode()
    if value is None:
        return None
    if type(value) is bool:
        return b"t" if value else b"f"
    if type(value) is list:
        return array(value).encode()
    if type(value) is datetime:
        return value.isoformat().encode()
    return str(value).encode()


def array(values: Iterable[str | int | None]) -> str:
    """PostgreSQL's array literal. https://www.postgresql.org/docs/18/arrays.html#ARRAYS-IO"""
    return "{" + ",".join(map(_element, values)) + "}"


def _element(value: str | int | None) -> str:
    if type(value) is str:
        if "\\" in value or '"' in value:
            value = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{value}"'
    return "NULL" if value is None else str(value)
