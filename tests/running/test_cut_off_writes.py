"""Power gone in the middle of writing: each request is there as a whole, or not at all."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.product import Product, wait_until
from tests.running.app import App

SYSTEM = "https://qsmartcare.example/test/request"
ENTRIES = 60
WRITERS = 4


@pytest.fixture
def start(folder: Path) -> Iterator[Callable[[], Product]]:
    started: list[Product] = []

    def starter() -> Product:
        product = Product(folder / "data")
        product.start()
        started.append(product)
        return product

    yield starter
    for product in started:
        if product.running.poll() is None:
            product.interrupt()


def test_what_was_answered_is_kept_and_what_was_not_is_whole(
    start: Callable[[], Product],
) -> None:
    product = start()
    demo = product.wait_until_ready()
    answered, asked, _ = _write_until_cut_off(demo, lambda: _cut_off(product))
    assert answered, "nothing was written before the cut: the test has shown nothing"
    product = start()
    app = _app(product.wait_until_ready())
    stored = {request: _count(app, request) for request in asked}
    assert {stored[request] for request in answered} == {ENTRIES}
    assert set(stored.values()) <= {0, ENTRIES}


def test_a_database_process_that_is_killed_costs_no_half_of_a_request(
    start: Callable[[], Product],
) -> None:
    product = start()
    demo = product.wait_until_ready()
    answered, asked, refused = _write_until_cut_off(demo, lambda: _kill_a_backend(product))
    assert answered, "nothing was written before the kill: the test has shown nothing"
    assert refused <= {503}, "the database was away: that is what apps are told"
    wait_until(lambda: requests.get(f"{product.address}/readyz", timeout=30).status_code == 200)
    app = _app(demo)
    stored = {request: _count(app, request) for request in asked}
    assert {stored[request] for request in answered} == {ENTRIES}
    assert set(stored.values()) <= {0, ENTRIES}


def _app(demo: dict[str, Any]) -> App:
    key = next(each for each in demo["access_keys"] if each.get("may_write"))
    app = App(demo, key["access_key_id"], key["secret_access_key"])
    app.sign_in()
    return app


def _write_until_cut_off(
    demo: dict[str, Any], cut_off: Callable[[], None]
) -> tuple[list[str], list[str], set[int]]:
    """The requests that were answered with success, all that were sent, what others were told."""
    app = _app(demo)
    answered: list[str] = []
    asked: list[str] = []
    refused: set[int] = set()
    is_over = threading.Event()

    def write(writer: int) -> None:
        number = 0
        while not is_over.is_set():
            number += 1
            request = f"{writer}-{number}"
            asked.append(request)
            with suppress(requests.RequestException):
                status = _send(app, request).status_code
                if status == 200:
                    answered.append(request)
                else:
                    refused.add(status)

    threads = [threading.Thread(target=write, args=[writer]) for writer in range(WRITERS)]
    for thread in threads:
        thread.start()
    until = time.monotonic() + 60
    while len(answered) < 2 * WRITERS and time.monotonic() < until:
        time.sleep(0.05)
    cut_off()
    time.sleep(1)
    is_over.set()
    for thread in threads:
        thread.join()
    return list(answered), list(asked), set(refused)


def _send(app: App, request: str) -> requests.Response:
    observation = {
        "resourceType": "Observation",
        "status": "final",
        "identifier": [{"system": SYSTEM, "value": request}],
        "code": {"text": "Count"},
        "subject": {"reference": f"Patient/{app.demo['patients'][0]['id']}"},
    }
    entry = {"resource": observation, "request": {"method": "POST", "url": "Observation"}}
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [entry] * ENTRIES}
    return requests.post(
        f"{app.demo['fhir_base_url']}/",
        json=bundle,
        headers={"Authorization": f"Bearer {app.token}", "Content-Type": "application/fhir+json"},
        timeout=30,
    )


def _count(app: App, request: str) -> int:
    found = app.get("Observation", identifier=f"{SYSTEM}|{request}", _summary="count")
    assert found.status_code == 200, found.text
    return int(found.json()["total"])


def _cut_off(product: Product) -> None:
    """Web server, workers and database at once, as when the power goes."""
    for pid, _ in product.processes():
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    product.running.wait(30)


def _kill_a_backend(product: Product) -> None:
    """PostgreSQL ends every connection then, and recovers."""
    backends = [pid for pid, line in product.processes() if line.startswith("postgres: ")]
    os.kill(max(backends), signal.SIGKILL)
