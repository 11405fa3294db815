"""Records are committed before ``write`` returns, however many requests write at once."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import connection, transaction

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.trail import Entry, Trail


def entry(number: int, **kwargs) -> Entry:
    return Entry("read", "success", account_id=number, client_id="an app", **kwargs)


def address() -> str:
    connection.ensure_connection()
    return str(connection.connection.info.dsn)


def write(trail: Trail, made: Entry, dsn: str) -> bool:
    """Whether another connection sees the record as soon as ``write`` is back."""
    try:
        trail.write(made)
        with psycopg.connect(dsn) as other:
            found = other.execute(
                "SELECT FROM fhirapi_auditrecord WHERE account_id = %s", [made.account_id]
            )
            return found.rowcount == 1
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_every_record_of_many_threads_is_committed_before_its_request_goes_on():
    trail, dsn = Trail(), address()
    with ThreadPoolExecutor(16) as threads:
        seen = list(threads.map(lambda number: write(trail, entry(number), dsn), range(1, 101)))
    assert all(seen)
    assert AuditRecord.objects.count() == 100


@pytest.mark.django_db(transaction=True)
def test_a_record_that_cannot_be_written_stops_everybody_who_waits_with_it():
    trail = Trail()

    def fails(number: int) -> bool:
        try:
            trail.write(entry(number, address="not an address"))
        except psycopg.errors.InvalidTextRepresentation:
            return True
        finally:
            connection.close()
        return False

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(fails, range(20)))
    assert not AuditRecord.objects.exists()
    assert write(trail, entry(1), address())


@pytest.mark.django_db
def test_inside_a_transaction_the_record_shares_its_fate():
    with transaction.atomic():
        Trail().write(entry(1))
        transaction.set_rollback(True)
    assert not AuditRecord.objects.exists()


@pytest.mark.django_db
def test_awkward_words_arrive_as_they_are():
    awkward = 'a "b" \\c, {d} NULL é'
    Trail().write(entry(1, resource_id=awkward, patient_ids='{"1","x y"}', detail=None))
    [made] = AuditRecord.objects.all()
    assert (made.resource_id, made.patient_ids, made.detail) == (awkward, ["1", "x y"], None)
