"""The store's connection heals by itself."""

import psycopg
import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st
from pytest_django import Settings

from fhirapi.sql import Statement, array, fetch, fetch_one

DOUBLE = Statement("SELECT %(number)s::int * 2, %(word)s::text")


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


@pytest.mark.django_db(transaction=True)
def test_a_prepared_statement_outlives_the_connection_that_knew_it() -> None:
    asked = {"number": 21, "word": None}
    assert DOUBLE.fetch_one(asked) == (b"42", None)
    cut_connection()
    assert DOUBLE.fetch_one(asked) == (b"42", None)


@pytest.mark.django_db(transaction=True)
def test_a_statement_works_where_a_pooler_keeps_none(settings: Settings) -> None:
    settings.PREPARED_STATEMENTS = False
    assert Statement("SELECT 'unkept'").fetch_one({}) == (b"unkept",)
    assert fetch("SELECT FROM pg_prepared_statements WHERE strpos(statement, 'unkept') > 0") == []


@pytest.mark.django_db(transaction=True)
def test_a_prepared_statement_is_part_of_the_transaction() -> None:
    with transaction.atomic():
        [inside] = Statement("SELECT pg_current_xact_id()").fetch_one({}) or [None]
        assert fetch("SELECT pg_current_xact_id()::text::bytea") == [(inside,)]


@given(st.lists(st.none() | st.text().filter(lambda text: "\x00" not in text)))
@profile(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_words_survive_as_an_array(db: None, words: list[str | None]) -> None:
    assert fetch("SELECT %s::text[]", [array(words)]) == [(words,)]
