"""What a process remembers of the database: read now and then, kept while the database is away."""

import threading

import psycopg
import pytest
from django.db import OperationalError

from fhirapi.remembered import Remembered


class Source:
    """Counts how often it was read; it may be away."""

    def __init__(self) -> None:
        self.count = 0
        self.trouble: Exception | None = None

    def read(self) -> int:
        if self.trouble:
            raise self.trouble
        self.count += 1
        return self.count


@pytest.fixture
def source() -> Source:
    return Source()


def test_it_is_read_once(source: Source) -> None:
    remembered = Remembered(source.read, seconds=3600)
    assert [remembered.value() for _ in range(3)] == [1, 1, 1]


def test_it_is_read_again_when_its_time_has_passed(source: Source) -> None:
    remembered = Remembered(source.read, seconds=0)
    assert [remembered.value() for _ in range(3)] == [1, 2, 3]


def test_who_misses_something_does_not_make_it_read_without_end(source: Source) -> None:
    remembered = Remembered(source.read, seconds=3600)
    remembered.value()
    assert [remembered.newer() for _ in range(3)] == [1, 1, 1]


def test_who_misses_something_gets_what_is_newer(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fhirapi.remembered._AGAIN_AT_MOST_EVERY", 0)
    remembered = Remembered(source.read, seconds=3600)
    assert (remembered.value(), remembered.newer(), remembered.value()) == (1, 2, 2)


def test_what_is_forgotten_is_read_at_once(source: Source) -> None:
    remembered = Remembered(source.read, seconds=3600)
    remembered.value()
    remembered.forget()
    assert remembered.value() == 2


@pytest.mark.parametrize("trouble", [psycopg.OperationalError(), OperationalError()])
def test_while_the_database_is_away_it_stays_as_it_was(source: Source, trouble: Exception) -> None:
    remembered = Remembered(source.read, seconds=0)
    remembered.value()
    source.trouble = trouble
    assert remembered.value() == 1
    source.trouble = None
    assert remembered.value() == 2


def test_what_was_never_read_cannot_be_told(source: Source) -> None:
    source.trouble = OperationalError()
    with pytest.raises(OperationalError):
        Remembered(source.read, seconds=3600).value()


def test_one_thread_reads_while_the_others_go_on() -> None:
    reading, go_on, counted = threading.Event(), threading.Event(), []

    def read() -> int:
        counted.append(1)
        if len(counted) > 1:
            reading.set()
            go_on.wait(30)
        return len(counted)

    remembered = Remembered(read, seconds=0)
    remembered.value()
    reader = threading.Thread(target=remembered.value)
    reader.start()
    reading.wait(30)
    assert remembered.value() == 1
    go_on.set()
    reader.join(30)
    assert len(counted) == 2


def test_what_is_forgotten_while_it_is_being_read_is_read_again() -> None:
    reading, go_on, counted = threading.Event(), threading.Event(), []

    def read() -> int:
        counted.append(1)
        found = len(counted)
        if found == 1:
            reading.set()
            go_on.wait(30)
        return found

    remembered = Remembered(read, seconds=3600)
    reader = threading.Thread(target=remembered.value)
    reader.start()
    reading.wait(30)
    remembered.forget()
    go_on.set()
    reader.join(30)
    assert [remembered.value() for _ in range(2)] == [2, 2]
