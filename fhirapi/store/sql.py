"""Runs the store's own SQL: server-side parameters and prepared plans, on Django's connection."""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connection, connections

Parameters = Sequence[Any] | Mapping[str, Any]


def fetch(sql: str, parameters: Parameters = ()) -> list[tuple[Any, ...]]:
    """All rows. Takes part in Django's transaction, if one is open."""
    try:
        return _execute(sql, parameters)
    except psycopg.OperationalError:
        if connection.in_atomic_block or connection.is_usable():
            raise
        # The database was restarted behind this connection: once more on a new one.
        connection.close()
        return _execute(sql, parameters)


def fetch_one(sql: str, parameters: Parameters = ()) -> tuple[Any, ...] | None:
    rows = fetch(sql, parameters)
    return rows[0] if rows else None


def _execute(sql: str, parameters: Parameters) -> list[tuple[Any, ...]]:
    database = connections[DEFAULT_DB_ALIAS]  # once: each look through the proxy costs
    if database.connection is None:
        database.ensure_connection()
    # psycopg's plain cursor, not Django's: binds on the server, so that plans are kept.
    return psycopg.Cursor(database.connection).execute(sql, parameters).fetchall()
