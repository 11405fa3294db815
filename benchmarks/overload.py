"""Twice as much as the web server can do: it sheds, keeps its pace for what it accepts, recovers.

    SECONDS=600 python -m benchmarks.overload

Requests come by the clock, whether earlier ones are answered or not, as those of many clients do.
Phases: capacity (as many as are answered at once), half of it, twice of it for SECONDS, half again.
"""

import asyncio
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from statistics import quantiles

from benchmarks.wire import get, wait_until_open
from benchmarks.world import World, world

PORT = 8765
SECONDS = float(os.environ.get("SECONDS", "600"))
_SHORT = min(20.0, SECONDS)
_CLIENTS = 12  # as many as there are threads, nearly: nobody waits
_MOST_CONNECTIONS = 3000
_PATIENCE = 60  # seconds until an answer counts as none


@dataclass
class Phase:
    name: str
    offered: float = 0.0
    """Requests a second."""
    took: list[float] = field(default_factory=list)
    """Seconds of each answer that was 200."""
    answers: Counter[str] = field(default_factory=Counter)
    slowest_health: float = 0.0
    seconds: float = 0.0

    def line(self) -> str:
        cuts = quantiles(self.took, n=100) if len(self.took) > 1 else [0.0] * 99
        told = ", ".join(f"{status} {count}" for status, count in sorted(self.answers.items()))
        return (
            f"{self.name:10} offered {self.offered:6.0f}/s  answered "
            f"{len(self.took) / self.seconds:6.0f}/s  median {cuts[49] * 1000:6.0f} ms  "
            f"95 % {cuts[94] * 1000:6.0f} ms  99 % {cuts[98] * 1000:6.0f} ms  "
            f"healthz at most {self.slowest_health * 1000:5.0f} ms  ({told})"
        )


class Clients:
    """As many connections as it takes, used again when their answer has come."""

    def __init__(self, port: int = PORT) -> None:
        self._port = port
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self._open = 0

    async def ask(self, request: bytes) -> str:
        try:
            async with asyncio.timeout(_PATIENCE):
                return await self._ask(request)
        except (OSError, asyncio.IncompleteReadError) as failure:
            self._open -= 1
            return type(failure).__name__

    async def close(self) -> None:
        for _, writer in self._idle:
            writer.close()

    async def _ask(self, request: bytes) -> str:
        # The server has closed those on which nothing was asked for long.
        while self._idle and self._idle[-1][0].at_eof():
            self._idle.pop()[1].close()
            self._open -= 1
        if self._idle:
            reader, writer = self._idle.pop()
        elif self._open >= _MOST_CONNECTIONS:
            return "no connection left"
        else:
            self._open += 1
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if b"transfer-encoding: chunked" in head.lower():
            await reader.readuntil(b"0\r\n\r\n")
        else:
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
        self._idle.append((reader, writer))
        return head[9:12].decode()


async def drive(name: str, requests: Sequence[bytes], rate: float, seconds: float) -> Phase:
    phase, clients, tasks = Phase(name, rate, seconds=seconds), Clients(), set()
    endless = cycle(requests)
    began = time.perf_counter()
    health = asyncio.create_task(_watch_health(phase))
    for number in range(int(rate * seconds)):
        due = began + number / rate
        if (pause := due - time.perf_counter()) > 0.001:
            await asyncio.sleep(pause)
        task = asyncio.create_task(_one(phase, clients, next(endless)))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    await asyncio.gather(*tasks)
    health.cancel()
    await clients.close()
    return phase


async def _one(phase: Phase, clients: Clients, request: bytes) -> None:
    began = time.perf_counter()
    status = await clients.ask(request)
    phase.answers[status] += 1
    if status == "200":
        phase.took.append(time.perf_counter() - began)


async def _watch_health(phase: Phase) -> None:
    clients = Clients()
    while True:
        began = time.perf_counter()
        status = await clients.ask(get("/healthz"))
        phase.slowest_health = max(phase.slowest_health, time.perf_counter() - began)
        if status != "200":
            phase.answers[f"healthz {status}"] += 1
        await asyncio.sleep(0.25)


async def capacity(requests: Sequence[bytes], seconds: float) -> Phase:
    """Each client asks again when it has its answer."""
    phase, clients = Phase("capacity", seconds=seconds), Clients()
    endless, until = cycle(requests), time.perf_counter() + seconds

    async def client() -> None:
        while time.perf_counter() < until:
            await _one(phase, clients, next(endless))

    await asyncio.gather(*(client() for _ in range(_CLIENTS)))
    await clients.close()
    return phase


@contextmanager
def web_server() -> Iterator[None]:
    surroundings = {
        "BASE_URL": "http://localhost:8000",  # whose tokens the world's are
        **os.environ, "PORT": str(PORT), "STATEMENT_TIMEOUT": "20",
    }  # fmt: skip
    process = subprocess.Popen([sys.executable, "-m", "qsmartcare.web"], env=surroundings)
    try:
        wait_until_open(PORT)
        yield
    finally:
        process.terminate()
        process.wait(30)


def requests_of(made: World) -> list[bytes]:
    return [
        get(f"/R4-patient-api/Observation?patient={each}&_count=50", made.access_token)
        for each in made.patient_ids
    ]


def main() -> None:
    with world() as made, web_server():
        requests = requests_of(made)
        asyncio.run(capacity(requests, 5))  # warms up
        found = asyncio.run(capacity(requests, _SHORT))
        print(found.line(), flush=True)
        rate = len(found.took) / found.seconds
        for name, part, seconds in (
            ("half", 0.5, _SHORT), ("twice", 2.0, SECONDS), ("half again", 0.5, _SHORT),
        ):  # fmt: skip
            print(asyncio.run(drive(name, requests, rate * part, seconds)).line(), flush=True)


if __name__ == "__main__":
    main()
