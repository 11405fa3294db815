"""kill -9 while clients write: what was acknowledged is kept, all else is whole or absent."""

import pytest

from tests.faults.conftest import Installation, kill
from tests.product import wait_until


def test_a_web_process_is_begun_again(installation: Installation) -> None:
    load, before = installation.load("web"), installation.web()
    with load.running():
        wait_until(lambda: len(load.acknowledged) > 20)
        kill(before[-1])
        wait_until(lambda: len(installation.web()) == 3 and installation.web() != before)
        count = len(load.acknowledged)
        wait_until(lambda: len(load.acknowledged) > count + 20)
    load.assert_kept(installation.database_url)
    assert installation.web()[0] == before[0]


def test_the_whole_web_server_is_begun_again(installation: Installation) -> None:
    load, before = installation.load("server"), installation.web()
    with load.running():
        wait_until(lambda: len(load.acknowledged) > 20)
        kill(*before)
        wait_until(lambda: not set(installation.web()) & set(before))
        installation.wait_until_ready()
        count = len(load.acknowledged)
        wait_until(lambda: len(load.acknowledged) > count + 20)
    assert "The web server ended by itself" in installation.product.output
    load.assert_kept(installation.database_url)


def test_a_worker_that_dies_costs_no_request(installation: Installation) -> None:
    wait_until(lambda: bool(installation.workers()))
    load, before = installation.load("worker"), installation.workers()
    with load.running():
        wait_until(lambda: len(load.acknowledged) > 20)
        kill(*before)
        wait_until(lambda: bool(installation.workers()) and installation.workers() != before)
    assert not load.unanswered
    assert not load.refused
    load.assert_kept(installation.database_url)


def test_a_connection_of_the_database_that_dies(installation: Installation) -> None:
    """PostgreSQL ends all others then, and recovers."""
    load = installation.load("backend")
    with load.running():
        wait_until(lambda: len(load.acknowledged) > 20)
        kill(installation.backends()[-1])
        installation.wait_until_ready()
        count = len(load.acknowledged)
        wait_until(lambda: len(load.acknowledged) > count + 20)
    assert not load.unanswered, "the web server lives: it answers"
    load.assert_kept(installation.database_url)


def test_the_database_that_dies_and_comes_back(installation: Installation) -> None:
    load = installation.load("postmaster")
    with load.running():
        wait_until(lambda: len(load.acknowledged) > 20)
        kill(installation.postmaster())
        wait_until(lambda: installation.status("/readyz") == 503)
        assert installation.status("/healthz") == 200
        wait_until(lambda: load.refused[503] > 0)
        assert installation.server.keep_running()
        installation.wait_until_ready()
        count = len(load.acknowledged)
        wait_until(lambda: len(load.acknowledged) > count + 20)
    assert not load.unanswered, "the web server lives: it answers"
    load.assert_kept(installation.database_url)


def test_the_server_that_lives_is_not_started_again(installation: Installation) -> None:
    assert not installation.server.keep_running()


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_after_all_of_it_both_addresses_say_so(installation: Installation, path: str) -> None:
    assert installation.status(path) == 200
