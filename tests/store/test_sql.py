"""The store's connection heals by itself."""

import psycopg
import pytest
from django.db import connection

from fhirapi.store.sql import fetch, fetch_one


def cut_connection() -> None:
    """What a restart of the database does to a connection that stays open."""
    [pid] = fetch_one("SELECT pg_backend_pid()") or [0]
    with psycopg.connect(connection.connection.info.dsn, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [pid])


@pytest.mark.django_db(transaction=True)
def test_a_lost_connection_is_replaced_without_anybody_noticing() -> None:
    cut_connection()
    assert fetch("SELECT 1") == [(1,)]


@pytest.mark.django_db
def test_nothing_is_repeated_inside_a_transaction() -> None:
    with pytest.raises(psycopg.errors.DivisionByZero):
        fetch("SELECT 1 / 0")
