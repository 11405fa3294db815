"""Servers to measure, and a load on raw sockets, so that the client costs little."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

CONNECTIONS = int(os.environ.get("CONNECTIONS", "32"))


@contextmanager
def server(application: str, port: int) -> Iterator[None]:
    """The web server as ``make run`` starts it."""
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "2",
        "--blocking-threads", os.environ.get("WEB_THREADS", "16"), "--port", str(port),
        "--no-ws", "--log-level", "error", application,
    ]  # fmt: skip
    process = subprocess.Popen(command)
    try:
        _wait_until_open(port)
        yield
    finally:
        process.terminate()
        process.wait(10)


def _wait_until_open(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"Nothing answers on port {port}.")


def rate(port: int, request: bytes, seconds: float) -> float:
    """Answers a second over CONNECTIONS kept-alive connections. Every answer must be a 200."""
    context = get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_load, (port, request, seconds))


def _load(port: int, request: bytes, seconds: float) -> float:
    began = time.perf_counter()
    deadline = began + seconds
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        counts = [threads.submit(_connection, port, request, deadline) for _ in range(CONNECTIONS)]
        total = sum(count.result() for count in counts)
    return total / (time.perf_counter() - began)


def _connection(port: int, request: bytes, deadline: float) -> int:
    count = 0
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while time.perf_counter() < deadline:
            connection.sendall(request)
            _read_answer(connection)
            count += 1
    return count


def _read_answer(connection: socket.socket) -> None:
    received = connection.recv(65536)
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, _, body = received.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"Expected a 200: {head[:200]!r} {body[:300]!r}")
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    missing = length - len(body)
    while missing > 0:
        missing -= len(connection.recv(65536))


def get(path: str, token: str = "") -> bytes:
    authorization = f"Authorization: Bearer {token}\r\n" if token else ""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{authorization}\r\n".encode()


def post(path: str, form: str) -> bytes:
    return (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(form)}\r\n\r\n{form}"
    ).encode()
