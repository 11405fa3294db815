"""Runs the store's own SQL: server-side parameters and prepared plans, on Django's connection."""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from django.db import connection

Parameters = Sequence[Any] | Mapping[str, Any]


def fetch(sql: str, parameters: Parameters = ()) -> list[tuple[Any, ...]]:
    """All rows. Takes part in Django's transaction, if one is open."""
    connection.ensure_connection()
    # psycopg's plain cursor, not Django's: binds on the server, so that plans are kept.
    raw = psycopg.Cursor(connection.connection)
    try:
        return raw.execute(sql, parameters).fetchall()
    except psycopg.OperationalError:
        connection.close_if_unusable_or_obsolete()
        raise
    finally:
        raw.close()


def fetch_one(sql: str, parameters: Parameters = ()) -> tuple[Any, ...] | None:
    rows = fetch(sql, parameters)
    return rows[0] if rows else None
