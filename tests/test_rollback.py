"""What is prepared on a connection outlives a transaction that was rolled back on it."""

import pytest
from django.db import transaction

from fhirapi.sql import fetch
from tests.api import Api
from tests.people import Person


def test_a_rollback_after_many_queries_does_not_stop_reads(api: Api, rebecca: Person) -> None:
    session = api.as_(rebecca.key)
    assert session.get("Patient/142859").status_code == 200
    for _ in range(10):  # more than the driver needs before it would prepare
        fetch("SELECT 1 WHERE %s = 1", [1])
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        raise ZeroDivisionError
    fetch("SELECT 1 WHERE %s = 1", [1])
    assert session.get("Patient/142859").status_code == 200
