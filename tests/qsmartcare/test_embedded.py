"""The embedded PostgreSQL server, really started."""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from qsmartcare.embedded import DatabaseTrouble, EmbeddedPostgres


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="qsmartcare-embedded-"))
    yield made / "postgres"
    shutil.rmtree(made, ignore_errors=True)


def server_pid(folder: Path) -> int:
    return int((folder / "postmaster.pid").read_text().splitlines()[0])


def wait_until_gone(pid: int) -> None:
    """A killed process dies when the machine gets round to it; it may stay behind as a zombie."""
    until = time.monotonic() + 30
    while Path(f"/proc/{pid}/cmdline").exists() and Path(f"/proc/{pid}/cmdline").read_bytes():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_it_keeps_what_was_written(folder: Path) -> None:
    with EmbeddedPostgres(folder) as server:
        url = server.ensure_database("mine")
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 'still here' AS words")
    assert not (folder / "postmaster.pid").exists()
    with EmbeddedPostgres(folder) as server, psycopg.connect(server.url("mine")) as connection:
        assert connection.execute("SELECT words FROM kept").fetchone() == ("still here",)


def test_nobody_reaches_it_over_the_network(folder: Path) -> None:
    with EmbeddedPostgres(folder) as server, psycopg.connect(server.url("postgres")) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert connection.execute("SHOW unix_socket_permissions").fetchone() == ("0700",)


def test_a_folder_too_deep_for_a_socket_works_all_the_same(folder: Path) -> None:
    deep = folder / ("with a long name " * 6) / "postgres"
    with EmbeddedPostgres(deep) as server, psycopg.connect(server.url("postgres")) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_server_that_was_left_running_is_taken_over(folder: Path) -> None:
    EmbeddedPostgres(folder)  # never stopped, as by a killed process
    pid = server_pid(folder)
    with EmbeddedPostgres(folder) as server:
        assert server_pid(folder) == pid
        psycopg.connect(server.url("postgres")).close()
    assert not (folder / "postmaster.pid").exists()


def test_a_crash_is_recovered_from(folder: Path) -> None:
    crashed = EmbeddedPostgres(folder)
    crashed.ensure_database("mine")
    pid = server_pid(folder)
    os.kill(pid, signal.SIGKILL)
    wait_until_gone(pid)
    with EmbeddedPostgres(folder) as server:
        psycopg.connect(server.url("mine")).close()


def test_a_number_that_another_program_has_by_now_does_not_stop_it(folder: Path) -> None:
    with EmbeddedPostgres(folder):
        pass
    (folder / "postmaster.pid").write_text(f"{os.getppid()}\n{folder}\n0\n5432\n{folder}\n")
    with EmbeddedPostgres(folder) as server:
        psycopg.connect(server.url("postgres")).close()


def test_data_of_another_version_is_left_alone(folder: Path) -> None:
    with EmbeddedPostgres(folder):
        pass
    (folder / "PG_VERSION").write_text("12\n")
    with pytest.raises(DatabaseTrouble, match="made by PostgreSQL 12"):
        EmbeddedPostgres(folder)
