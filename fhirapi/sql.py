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
from select import POLLIN, POLLOUT, poll
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import psycopg
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.pq import ConnStatus, DiagnosticField, Escaping, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult

AWAY = (psycopg.OperationalError, OperationalError)
"""What the driver, and Django, raise where the database cannot be reached, or not now."""
DATABASE_AWAY = "The database cannot be reached: %s"

Parameters = Sequence[Any] | Mapping[str, Any]
Row = tuple[bytes | None, ...]

_PLACEHOLDER = re.compile(r"%\((\w+)\)s")
_NUMBERED = re.compile(rb"\$(\d+)")


def fetch(
    sql: str, parameters: Parameters = (), *, before: "Statement | None" = None
) -> list[tuple[Any, ...]]:
    """All rows. Takes part in Django's transaction, if one is open.

    ``before`` as of a Statement; the parameters then have names.
    """
    text = f"{before.sql};{sql}" if before else sql

    def run(raw: "psycopg.Connection[Any]") -> list[tuple[Any, ...]]:
        cursor = psycopg.ClientCursor(raw).execute(text, parameters)
        if before:
            cursor.nextset()
        return cursor.fetchall()

    return _healed(run)


def fetch_one(
    sql: str, parameters: Parameters = (), *, before: "Statement | None" = None
) -> tuple[Any, ...] | None:
    rows = fetch(sql, parameters, before=before)
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

    ``before``: what the server does first, in the same transaction and the same round trip, with
    the same parameters. Nobody gets its rows.
    """

    def __init__(
        self, sql: str, *, keeps_plan: bool = True, before: "Statement | None" = None
    ) -> None:
        self.sql = sql
        self._keeps_plan = keeps_plan
        self._before = before
        names: dict[str, int] = {}
        numbered = _PLACEHOLDER.sub(
            lambda match: f"${names.setdefault(match[1], len(names) + 1)}", sql
        )
        self.text = numbered.replace("%%", "%").encode()
        self._names = tuple(names)
        self._name = blake2b(self.text, digest_size=12).hexdigest().encode()

    def fetch_one(self, parameters: Mapping[str, Any]) -> Row | None:
        """The first row in PostgreSQL's text format: bytes, None for null."""
        return _healed(lambda raw: self._first(raw, parameters))

    def fetch(self, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """All rows as Python values."""

        def run(raw: "psycopg.Connection[Any]") -> list[tuple[Any, ...]]:
            loader = psycopg.adapt.Transformer(raw)
            result = self._execute(raw, parameters)
            loader.set_pgresult(result)
            return loader.load_rows(0, result.ntuples, tuple)

        return _healed(run)

    def _first(self, raw: "psycopg.Connection[Any]", given: Mapping[str, Any]) -> Row | None:
        result = self._execute(raw, given)
        if not result.ntuples:
            return None
        return tuple(result.get_value(0, column) for column in range(result.nfields))

    def _execute(self, raw: "psycopg.Connection[Any]", given: Mapping[str, Any]) -> PGresult:
        server = raw.pgconn
        if not raw.autocommit and server.transaction_status == TransactionStatus.IDLE:
            _begin(raw)
        if first := (*self._limit(raw), *([self._before] if self._before else [])):
            result = _one_after_the_other(raw, (*first, self), given)
        elif self._is_kept():
            self.prepare(raw)
            result = server.exec_prepared(self._name, self._values(given))
        else:
            result = server.exec_(self._with_literals(raw, given))
        if result.status != ExecStatus.TUPLES_OK:
            raise _error(raw, result)
        return result

    def _limit(self, raw: "psycopg.Connection[Any]") -> "list[Statement]":
        """Within another transaction it would last until that ends."""
        is_alone = raw.pgconn.transaction_status == TransactionStatus.IDLE
        if self._keeps_plan or not is_alone or not settings.SEARCH_TIMEOUT:
            return []
        return [_limit_of(settings.SEARCH_TIMEOUT)]

    def send(self, raw: "psycopg.Connection[Any]", given: Mapping[str, Any]) -> None:
        """Without waiting for what becomes of it; where plans are kept, it has been prepared."""
        if self._is_kept():
            raw.pgconn.send_query_prepared(self._name, self._values(given))
        else:
            raw.pgconn.send_query_params(self._with_literals(raw, given), None)

    def _is_kept(self) -> bool:
        return self._keeps_plan and bool(settings.PREPARED_STATEMENTS)

    def _values(self, given: Mapping[str, Any]) -> list[Any]:
        return [_text(given[name]) for name in self._names]

    def _with_literals(self, raw: "psycopg.Connection[Any]", given: Mapping[str, Any]) -> bytes:
        """Planned for its values: the server is told to make plans for any (settings.DATABASES)."""
        escape = Escaping(raw.pgconn).escape_literal
        literals = [
            b"NULL" if value is None else bytes(escape(value)) for value in self._values(given)
        ]
        return _NUMBERED.sub(lambda match: literals[int(match[1]) - 1], self.text)

    def prepare(self, raw: "psycopg.Connection[Any]") -> None:
        if not self._is_kept():
            return
        known = _known.setdefault(raw, set())
        if self._name in known:
            return
        result = raw.pgconn.prepare(self._name, self.text)
        if result.status != ExecStatus.COMMAND_OK:
            raise _error(raw, result)
        known.add(self._name)


@lru_cache
def _limit_of(seconds: float) -> Statement:
    return Statement(f"SELECT set_config('statement_timeout', '{seconds * 1000:.0f}', true)")


def _one_after_the_other(
    raw: "psycopg.Connection[Any]", statements: Sequence[Statement], given: Mapping[str, Any]
) -> PGresult:
    """The last one's result, or the first that failed. One round trip, and one transaction.

    https://www.postgresql.org/docs/18/libpq-pipeline-mode.html
    """
    server = raw.pgconn
    for each in statements:
        each.prepare(raw)
    server.enter_pipeline_mode()
    for each in statements:
        each.send(raw, given)
    server.pipeline_sync()
    results = _received(server)
    server.exit_pipeline_mode()
    failed = (each for each in results if each.status == ExecStatus.FATAL_ERROR)
    return next(failed, results[-1])


def _received(server: PGconn) -> list[PGresult]:
    """All until the end of the pipeline. Other threads run while it waits: libpq's own waiting
    would hold the interpreter's lock.
    """
    socket = poll()
    results: list[PGresult] = []
    socket.register(server.socket, POLLIN | POLLOUT)
    while server.flush():  # not all has been sent
        socket.poll()
        server.consume_input()
    socket.modify(server.socket, POLLIN)
    while True:
        while server.is_busy():
            socket.poll()
            server.consume_input()
        result = server.get_result()
        if result is None:  # between two statements
            continue
        if result.status == ExecStatus.PIPELINE_SYNC:
            return results
        results.append(result)


def _begin(raw: "psycopg.Connection[Any]") -> None:
    """Opens Django's transaction, as the driver would before a statement of its own."""
    result = raw.pgconn.exec_(b"BEGIN")
    if result.status != ExecStatus.COMMAND_OK:
        raise _error(raw, result)


@lru_cache(maxsize=500)
def statement(sql: str, *, keeps_plan: bool = True, before: Statement | None = None) -> Statement:
    """For SQL that is put together: the same text is the same statement."""
    return Statement(sql, keeps_plan=keeps_plan, before=before)


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
