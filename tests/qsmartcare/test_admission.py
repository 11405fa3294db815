"""Who is let in when more comes than can be answered: in the process, with an app that waits."""

import http.server
import io
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from qsmartcare import wsgi
from qsmartcare.admission import Admission
from tests.product import free_port, wait_until

pytestmark = pytest.mark.django_db

Answer = tuple[int, dict[str, str], bytes]


class Waiting:
    """An app that answers when it is told to."""

    def __init__(self) -> None:
        self.may_go_on = threading.Event()
        self.waiting = threading.Semaphore(0)

    def __call__(self, environ: dict[str, Any], start: Any) -> list[bytes]:
        if environ["PATH_INFO"] == "/slow":
            self.waiting.release()
            self.may_go_on.wait(30)
        start("200 OK", [("Content-Type", "text/plain")])
        return [b"done"]


def ask(app: Any, path: str, **more: str) -> Answer:
    told: list[Any] = []

    def start(status: str, headers: list[tuple[str, str]], _: object = None) -> None:
        told.append((int(status.split()[0]), dict(headers)))

    environ = {
        "REQUEST_METHOD": "GET", "PATH_INFO": path, "SERVER_NAME": "localhost",
        "SERVER_PORT": "80", "wsgi.input": io.BytesIO(), "wsgi.url_scheme": "http", **more,
    }  # fmt: skip
    body = b"".join(app(environ, start))
    [(status, headers)] = told
    return status, headers, body


@pytest.fixture
def slow() -> Iterator[Waiting]:
    made = Waiting()
    yield made
    made.may_go_on.set()


@pytest.fixture
def full(slow: Waiting) -> Any:
    """A gate whose single place is taken."""
    gate = Admission(1, 0.05).gate(slow, wsgi.is_api)
    threading.Thread(target=ask, args=[gate, "/slow"]).start()
    slow.waiting.acquire()
    return gate


@pytest.mark.parametrize(
    ("path", "kind", "words"),
    [
        ("/R4-patient-api/Patient/1", "application/fhir+json", b'"code":"throttled"'),
        ("/R4-patient-api/oauth2/token", "application/json", b"temporarily_unavailable"),
        ("/provider-api/v1/problems/1", "application/problem+json", b"#unavailable"),
        ("/patient/index.html", "text/html", b"Many people are here"),
        ("/readyz", "application/json", b'"unavailable"'),
    ],
)
def test_whoever_finds_no_place_is_told_to_come_again(full, path, kind, words):
    status, headers, body = ask(full, path)
    assert status == 503
    assert headers["Content-Type"].startswith(kind)
    assert words in body
    assert 1 <= int(headers["Retry-After"]) <= 10


def test_the_page_speaks_spanish(full):
    _, _, body = ask(full, "/patient/index.html", HTTP_ACCEPT_LANGUAGE="es")
    assert "Muchas personas" in body.decode()


def test_that_the_process_lives_is_told_without_a_place(full):
    assert ask(full, "/healthz")[0] == 200


def test_a_place_that_becomes_free_is_given_to_whoever_waits(slow):
    gate = Admission(1, 30).gate(slow, wsgi.is_api)
    threading.Thread(target=ask, args=[gate, "/slow"]).start()
    slow.waiting.acquire()
    threading.Timer(0.05, slow.may_go_on.set).start()
    assert ask(gate, "/R4-patient-api/Patient/1")[0] == 200


def test_a_place_comes_back_after_a_failure():
    def fails(environ: object, start: object) -> Any:
        raise ZeroDivisionError

    gate = Admission(1, 0.05).gate(fails, wsgi.is_api)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            ask(gate, "/")


def test_whoever_leaves_ends_each_connection_with_its_answer(slow):
    admission = Admission(1, 0.05)
    gate = admission.gate(slow, wsgi.is_api)
    assert "Connection" not in ask(gate, "/")[1]
    admission.is_leaving = True
    assert ask(gate, "/")[1]["Connection"] == "close"


class Queue:
    """A web server with one thread: what comes meanwhile waits, as in the queue of granian."""

    def __init__(self, app: Any) -> None:
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                is_free.wait(30)
                pulse = {"HTTP_X_PULSE": self.headers.get("X-Pulse", "")}
                status, _, body = ask(app, self.path, **pulse)
                self.send_response(status)
                if body:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.is_free = is_free = threading.Event()
        is_free.set()
        self.port = free_port()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def test_while_the_pulse_is_overdue_whatever_comes_out_of_the_queue_is_turned_away(slow):
    admission = Admission(4, 0.2)
    gate = admission.gate(slow, wsgi.is_api)
    queue = Queue(gate)
    try:
        admission.watch("127.0.0.1", queue.port)
        wait_until(lambda: admission.is_measured)
        for _ in range(3):
            threading.Thread(target=ask, args=[gate, "/slow"]).start()
            slow.waiting.acquire()
        assert ask(gate, "/R4-patient-api/Patient/1")[0] == 200, "nobody waits"
        queue.is_free.clear()
        wait_until(lambda: ask(gate, "/R4-patient-api/Patient/1")[0] == 503)
        assert ask(gate, "/healthz")[0] == 200
        queue.is_free.set()
        wait_until(lambda: ask(gate, "/R4-patient-api/Patient/1")[0] == 200)
    finally:
        admission.is_leaving = True
        queue.is_free.set()
        queue.server.shutdown()


def test_a_late_pulse_turns_nobody_away_where_there_are_places(slow):
    """A machine that slept, or that was busy with something else."""
    admission = Admission(4, 0.2)
    gate = admission.gate(slow, wsgi.is_api)
    queue = Queue(gate)
    try:
        admission.watch("127.0.0.1", queue.port)
        wait_until(lambda: admission.is_measured)
        queue.is_free.clear()
        wait_until(lambda: admission.is_overdue)
        assert ask(gate, "/R4-patient-api/Patient/1")[0] == 200
    finally:
        admission.is_leaving = True
        queue.is_free.set()
        queue.server.shutdown()


def test_nobody_else_can_answer_for_the_pulse(slow):
    gate = Admission(1, 0.05).gate(slow, wsgi.is_api)
    status, _, body = ask(gate, "/healthz", HTTP_X_PULSE="made up")
    assert (status, body) == (200, b"done")
