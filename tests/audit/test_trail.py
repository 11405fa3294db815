"""Records are committed before ``write`` returns, however many requests write at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import sleep

import psycopg
import pytest
from django.db import connection, transaction

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.trail import Entry, Trail
from fhirapi.together import Take, Together


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
def test_a_record_that_cannot_be_written_stops_whoever_waits_for_it():
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


def in_one_batch(write: Callable[[list[int]], list[int]]) -> list[int | Exception]:
    """What ten entries hear that wait while the batch before them, of entry 0, is being written."""
    writing, go_on = Event(), Event()

    def held_up(take: Take[int]) -> list[int]:
        entries = take()
        if entries == [0]:
            writing.set()
            go_on.wait(30)
        return write(entries)

    together = Together(held_up)

    def ask(entry: int) -> int | Exception:
        try:
            return together(entry)
        except psycopg.Error as failure:
            return failure
        finally:
            connection.close()

    with ThreadPoolExecutor(11) as threads:
        first = threads.submit(ask, 0)
        writing.wait(30)
        others = [threads.submit(ask, entry) for entry in range(1, 11)]
        while len(together._batch.entries) < 10:
            sleep(0.001)
        go_on.set()
        assert first.result() == 0
        return [each.result() for each in others]


@pytest.mark.django_db(transaction=True)
def test_an_entry_that_the_database_refuses_fails_nobody_else():
    def write(entries: list[int]) -> list[int]:
        if 7 in entries:
            raise psycopg.errors.InvalidTextRepresentation
        return entries

    heard = in_one_batch(write)
    refused = [each for each in heard if isinstance(each, Exception)]
    assert [type(each) for each in refused] == [psycopg.errors.InvalidTextRepresentation]
    assert {each for each in heard if isinstance(each, int)} == {*range(1, 11)} - {7}


@pytest.mark.django_db(transaction=True)
def test_while_the_database_is_away_nobody_is_tried_again_alone():
    written = []

    def write(entries: list[int]) -> list[int]:
        written.append(len(entries))
        if len(entries) > 1:
            raise psycopg.OperationalError
        return entries

    assert {type(each) for each in in_one_batch(write)} == {psycopg.OperationalError}
    assert written == [1, 10]
