"""Two requests that write the same at once: the second one is told what happened."""

import pytest
from django.db import IntegrityError, transaction
from django.test import RequestFactory

from portal.accounts.models import Account
from portal.ui.errors import ConflictMiddleware

pytestmark = pytest.mark.django_db


def test_what_the_database_refuses_as_a_double_is_a_conflict(rf: RequestFactory, patient_twice):
    answer = ConflictMiddleware(lambda _: None).process_exception(rf.post("/"), patient_twice)
    assert answer.status_code == 409
    assert b"Your change was not saved" in answer.content


@pytest.fixture
def patient_twice():
    """What Django raises where a row is there already."""
    Account.objects.create(username="rebecca")
    with pytest.raises(IntegrityError) as raised, transaction.atomic():
        Account.objects.create(username="Rebecca")
    return raised.value


def test_anything_else_is_not(rf: RequestFactory):
    assert ConflictMiddleware(lambda _: None).process_exception(rf.get("/"), ValueError()) is None
