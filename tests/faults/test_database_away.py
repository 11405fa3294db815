"""A database that is slow, refuses, falls silent, or has no room: told, and over by itself."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
import requests

from tests.faults.conftest import Installation
from tests.faults.load import Load
from tests.product import wait_until

_PLACES = 16  # two processes with eight each
_MANY = _PLACES + 20


def search(load: Load) -> requests.Response:
    return load.app.get("Observation", _count="1")


def test_a_slow_database_makes_slow_answers_and_no_errors(installation: Installation) -> None:
    load = installation.load("slow")
    installation.proxy.delay = 0.02
    try:
        with load.running():
            wait_until(lambda: len(load.acknowledged) > 10)
    finally:
        installation.proxy.delay = 0.0
    assert not load.unanswered
    load.assert_kept(installation.database_url)


def test_a_database_that_cannot_be_reached_is_told_and_found_again(
    installation: Installation,
) -> None:
    load = installation.load("refused")
    with load.running():
        wait_until(lambda: len(load.acknowledged) > 20)
        installation.proxy.refuse()
        wait_until(lambda: installation.status("/readyz") == 503)
        wait_until(lambda: load.refused[503] > 0)
        assert installation.status("/healthz") == 200
        installation.proxy.accept()
        installation.wait_until_ready()
        count = len(load.acknowledged)
        wait_until(lambda: len(load.acknowledged) > count + 20)
    assert not load.unanswered
    load.assert_kept(installation.database_url)


def test_a_database_that_says_nothing_holds_no_client_up(installation: Installation) -> None:
    """All threads wait for it; the one that is left says that the process lives, and what is."""
    load = installation.load("silent")
    with ThreadPoolExecutor(_MANY) as clients:
        installation.proxy.fall_silent()
        asked = [clients.submit(_told, load) for _ in range(_MANY)]
        wait_until(lambda: sum(each.done() for each in asked) >= _MANY - _PLACES)
        refused = [each.result() for each in asked if each.done()]
        assert {each.status_code for each in refused} == {503}
        assert all(each.json()["issue"][0]["code"] == "throttled" for each in refused)
        assert all(1 <= int(each.headers["Retry-After"]) <= 10 for each in refused)
        assert installation.status("/healthz") == 200
        assert installation.status("/readyz") == 503
        installation.proxy.speak()
    assert {each.result().status_code for each in asked} <= {200, 503}
    installation.wait_until_ready()
    assert search(load).status_code == 200


def _told(load: Load) -> requests.Response:
    headers = {"Authorization": f"Bearer {load.app.token}"}
    address = f"{load.app.demo['fhir_base_url']}/Observation?_count=1"
    return requests.get(address, headers=headers, timeout=120)


def test_a_full_disk_is_told_and_nothing_is_half_written(installation: Installation) -> None:
    if not installation.has_own_disk:
        pytest.skip("a small disk can be mounted by root on Linux only")
    load, filler = installation.load("full"), installation.disk / "filler"
    with load.running():
        wait_until(lambda: len(load.acknowledged) > 20)
        _fill(filler)
        wait_until(lambda: load.refused[503] > 0)
        assert installation.status("/healthz") == 200
        filler.unlink()
        installation.server.keep_running()
        installation.wait_until_ready()
        count = len(load.acknowledged)
        wait_until(lambda: len(load.acknowledged) > count + 20)
    assert not load.unanswered
    load.assert_kept(installation.database_url)


def _fill(filler: Path) -> None:
    piece = b"\0" * 2**20
    with suppress(OSError), filler.open("wb") as file:  # until there is no room
        while True:
            file.write(piece)


def test_while_all_wait_for_one_another_is_told_to_come_again(installation: Installation) -> None:
    """A lock that somebody holds: no thread is free, and whoever comes is not left waiting."""
    load = installation.load("locked")
    with psycopg.connect(installation.database_url) as other:
        other.execute("LOCK TABLE fhirapi_searchrow IN ACCESS EXCLUSIVE MODE")
        with ThreadPoolExecutor(_MANY) as clients:
            asked = [clients.submit(_told, load) for _ in range(_MANY)]
            wait_until(lambda: sum(each.done() for each in asked) >= _MANY - _PLACES)
            assert {each.result().status_code for each in asked if each.done()} == {503}
            assert installation.status("/healthz") == 200
            other.rollback()
    assert 200 in {each.result().status_code for each in asked}
    assert search(load).status_code == 200
