"""Each component is looked at as whoever uses it would: here over HTTP, at a server of the test."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.mail.backends import smtp
from django.db import connection
from django.test import Client
from pytest_django import Settings

from fhirapi.audit.models import AuditRecord
from portal.operations.models import LetterFailure
from portal.status import measuring
from portal.status.components import Component, State
from portal.status.measuring import measure
from portal.status.models import ComponentState
from portal.status.tasks import measure_status


class _Product(BaseHTTPRequestHandler):
    """Hands on to the product, but for what is broken."""

    broken: dict[str, int] = {}

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        told = Client().generic(
            self.command, self.path, body, self.headers.get("Content-Type", ""),
            headers={"host": self.headers["Host"]},
        )  # fmt: skip
        connection.close()  # of this thread
        status = self.broken.get(self.path.partition("?")[0], told.status_code)
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST = _answer  # noqa: N815 - names of http.server

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def product(
    transactional_db: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, int]]:
    """What is put into the dictionary answers with that status; how fast is not asked."""
    monkeypatch.setattr(measuring, "_PATIENCE", 120.0)
    monkeypatch.setattr(measuring, "_SLOW", 120.0)
    _Product.broken = {}
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Product)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    settings.STATUS_PROBE_URL = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield _Product.broken
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_all_is_well(product: dict[str, int]) -> None:
    assert set(measure().values()) == {State.OPERATIONAL}


def test_looking_leaves_nothing_in_the_trail(product: dict[str, int]) -> None:
    measure()
    assert not AuditRecord.objects.exists()


@pytest.mark.parametrize(
    ("path", "component"),
    [
        ("/app/index.html", Component.PORTAL),
        ("/R4-patient-api/metadata", Component.FHIR),
        ("/readyz", Component.FHIR),
        ("/R4-patient-api/oauth2/token", Component.TOKEN),
    ],
)
def test_what_answers_with_an_error_is_down(
    product: dict[str, int], path: str, component: Component
) -> None:
    product[path] = 500
    found = measure()
    assert found.pop(component) is State.DOWN
    assert set(found.values()) == {State.OPERATIONAL}


def test_what_answers_late_is_slow(
    product: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "_SLOW", 0.0)
    found = measure()
    slow = {each for each, state in found.items() if state is State.DEGRADED}
    assert slow == {Component.PORTAL, Component.FHIR, Component.TOKEN, Component.DATABASE}


def test_a_web_server_that_is_away_is_down(db: None, settings: Settings) -> None:
    settings.STATUS_PROBE_URL = "http://127.0.0.1:9"
    found = measure()
    down = {each for each, state in found.items() if state is State.DOWN}
    assert down == {Component.PORTAL, Component.FHIR, Component.TOKEN}


def test_a_mail_server_that_is_away_is_down(db: None, settings: Settings) -> None:
    settings.EMAIL_BACKEND = f"{smtp.__name__}.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    assert measure()[Component.EMAIL] is State.DOWN


def test_an_address_that_is_refused_is_no_fault_of_ours(db: None) -> None:
    LetterFailure.objects.create(letter="status_told", reason="SMTPRecipientsRefused")
    assert measure()[Component.EMAIL] is State.OPERATIONAL


def test_letters_that_failed_lately_are_told(db: None) -> None:
    LetterFailure.objects.create(letter="recover", reason="SMTPServerDisconnected")
    assert measure()[Component.EMAIL] is State.DEGRADED


def test_a_worker_measures_what_is_due_and_nothing_of_long_ago(
    product: dict[str, int],
) -> None:
    measure_status(timestamp=0)
    assert not ComponentState.objects.exists()
    measure_status(timestamp=2**33)
    assert ComponentState.objects.count() == len(Component)
