"""Servers to measure, and a load on raw sockets, so that the client costs little."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from multiprocessing import get_context
from statistics import mean, median

CONNECTIONS = int(os.environ.get("CONNECTIONS", "32"))


@contextmanager
def server(application: str, port: int) -> Iterator[int]:
    """The web server as ``make run`` starts it; the number of its process."""
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "2",
        "--blocking-threads", os.environ.get("WEB_THREADS", "8"), "--port", str(port),
        "--no-ws", "--log-level", "error", application,
    ]  # fmt: skip
    process = subprocess.Popen(command)
    try:
        _wait_until_open(port)
        yield process.pid
    finally:
        process.terminate()
        process.wait(10)


def _wait_until_open(port: int) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"Nothing answers on port {port}.")


@dataclass(frozen=True)
class Measured:
    rate: float
    """Answers a second."""
    median: float
    """Milliseconds from request to answer, half of them took no longer."""
    size: float
    """Mean bytes of a body."""
    answers: int
    client_cpu: float
    """Seconds that the load generator took for all of them."""


def measure(
    port: int, requests: Sequence[bytes], seconds: float, *, once: bool = False
) -> Measured:
    """The requests in turn over CONNECTIONS kept-alive connections; answers must be 200 or 201.

    ``once``: none is sent a second time; there must be enough of them.
    """
    context = get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_load, (port, requests, seconds, once))


def rate(port: int, request: bytes, seconds: float) -> float:
    """Answers a second."""
    return measure(port, [request], seconds).rate


def _load(port: int, requests: Sequence[bytes], seconds: float, once: bool) -> Measured:
    shared = iter(requests)
    began, cpu = time.perf_counter(), time.process_time()
    deadline = began + seconds
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        jobs = [
            threads.submit(
                _connection,
                port,
                shared if once else islice(cycle(requests), number, None),
                deadline,
            )
            for number in range(CONNECTIONS)
        ]
        answers = [answer for job in jobs for answer in job.result()]
    elapsed = time.perf_counter() - began
    return Measured(
        len(answers) / elapsed,
        median(took for took, _ in answers) * 1000,
        mean(size for _, size in answers),
        len(answers),
        time.process_time() - cpu,
    )


def _connection(port: int, requests: Iterator[bytes], deadline: float) -> list[tuple[float, int]]:
    """For each answer: how many seconds it took, how many bytes it has."""
    answers = []
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while (asked := time.perf_counter()) < deadline:
            connection.sendall(next(requests))
            size = _read_answer(connection)
            answers.append((time.perf_counter() - asked, size))
    return answers


def _read_answer(connection: socket.socket) -> int:
    received = connection.recv(65536)
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, _, body = received.partition(b"\r\n\r\n")
    if not head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 201")):
        raise RuntimeError(f"Expected a 200 or 201: {head[:200]!r} {body[:300]!r}")
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    missing = length - len(body)
    while missing > 0:
        missing -= len(connection.recv(65536))
    return length


def get(path: str, token: str = "") -> bytes:
    authorization = f"Authorization: Bearer {token}\r\n" if token else ""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{authorization}\r\n".encode()


def post_json(path: str, content: bytes, token: str) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
        "Content-Type: application/fhir+json\r\nPrefer: return=minimal\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def post(path: str, form: str) -> bytes:
    return (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(form)}\r\n\r\n{form}"
    ).encode()
