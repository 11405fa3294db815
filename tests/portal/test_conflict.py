"""Two requests that write the same at once: the second one is told what happened."""

from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.http import HttpResponse
from django.test import RequestFactory

from portal.accounts.models import Account
from portal.ui.errors import ConflictMiddleware

pytestmark = pytest.mark.django_db


def answer_to(error: Exception) -> Any:
    middleware = ConflictMiddleware(lambda request: HttpResponse())
    return middleware.process_exception(RequestFactory().post("/"), error)


def test_what_the_database_refuses_as_a_double_is_a_conflict() -> None:
    Account.objects.create(username="rebecca")
    with pytest.raises(IntegrityError) as raised, transaction.atomic():
        Account.objects.create(username="Rebecca")
    answer = answer_to(raised.value)
    assert answer.status_code == 409
    assert b"Your change was not saved" in answer.content


def test_anything_else_is_not() -> None:
    assert answer_to(ValueError()) is None


def take_too_long() -> None:
    cursor = connection.cursor()
    cursor.execute("SET LOCAL statement_timeout = '100ms'")  # until the savepoint is rolled back
    cursor.execute("SELECT pg_sleep(30)")


def stopped() -> OperationalError:
    """As Django raises it where STATEMENT_TIMEOUT strikes."""
    with pytest.raises(OperationalError) as raised, transaction.atomic():
        take_too_long()
    return raised.value


def test_a_page_whose_statement_was_stopped_says_so_and_when_to_come_back() -> None:
    answer = answer_to(stopped())
    assert answer.status_code == 503
    assert answer["Retry-After"] == "5"
    assert b"That took too long" in answer.content
