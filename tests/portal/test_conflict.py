"""Two requests that write the same at once: the second one is told what happened."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
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
