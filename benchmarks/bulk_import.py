"""$import of a synthetic population by two workers, validation and access included.

    PATIENTS=200 python -m benchmarks.bulk_import

Files come over HTTP from this process. The workers run before the clock starts; it stops when the
job says that it has finished. CPU is what counts on a machine that others use as well: of the
workers, and of PostgreSQL. The floor is one COPY of the same content rows in the same round.
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from statistics import median
from typing import Any

from benchmarks import cpu
from benchmarks.world import database

PATIENTS = int(os.environ.get("PATIENTS", "200"))
ROUNDS = int(os.environ.get("ROUNDS", "3"))
WORKERS = int(os.environ.get("WORKERS", "2"))
ASKED = 5_000
_STORE = (
    "content", "version", "searchrow", "searchstring", "searchdate", "searchquantity",
    "searchlink", "carerelationship", "patientline",
)  # fmt: skip
_BASE = "/R4-patient-api/"

Files = dict[str, bytes]


def main() -> None:
    with database(), serving(files := population()) as host:
        os.environ["IMPORT_HOSTS"] = host
        from django.conf import settings
        from django.core.management import call_command

        settings.IMPORT_HOSTS = [host]
        call_command("migrate", verbosity=0)
        headers = furnish()
        count = sum(content.count(b"\n") for content in files.values())
        size = sum(map(len, files.values())) / count
        print(f"{count} resources of {size:.0f} bytes, {WORKERS} workers, {os.cpu_count()} cores")
        rates, costs = [], []
        with workers() as pids:
            for number in range(ROUNDS + 1):
                rate, cost = round_(host, list(files), headers, pids, count)
                floor = copied_again(count)
                again, of_again = round_(host, list(files), headers, pids, count, is_new=False)
                if not number:
                    continue  # the workers have loaded everything now
                rates.append(rate)
                costs.append(sum(cost))
                print(f"{rate:6.0f}/s, CPU of a resource: workers {cost[0]:.0f} us, PostgreSQL "
                      f"{cost[1]:.0f} us; the same again {again:6.0f}/s, {of_again[0]:.0f} and "
                      f"{of_again[1]:.0f} us; one plain COPY {floor:6.0f}/s")  # fmt: skip
    possible = 1e6 * 2 / median(costs)
    print(f"median {median(rates):.0f} resources/s (asked for: {ASKED}); {median(costs):.0f} us of "
          f"CPU a resource, so {possible:.0f}/s on two cores of one's own")  # fmt: skip


def population() -> Files:
    """A file for each type."""
    from fhirapi.synthetic.population import practice, record

    found: dict[str, list[bytes]] = {}
    for resources in (practice(1), *(record(1, index) for index in range(PATIENTS))):
        for each in resources:
            found.setdefault(each["resourceType"], []).append(json.dumps(each).encode() + b"\n")
    return {kind: b"".join(lines) for kind, lines in found.items()}


@contextmanager
def serving(files: Files) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = files[self.path.strip("/").partition(".")[0]]
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def furnish() -> dict[str, str]:
    """The header of a token that writes for the whole practice."""
    from benchmarks.world import key_of_practice
    from fhirapi.smart.tokens.issue import find, issue
    from fhirapi.store.load import load
    from fhirapi.synthetic.population import practice, record

    made = [*practice(1), *record(1, 0)]
    load(made)
    ids = {each["resourceType"]: each["id"] for each in made}
    found = find(key_of_practice(ids["Organization"], ids["Patient"]).access_key_id)
    assert found
    pair = issue(found, address=None)
    assert pair
    return {"authorization": f"Bearer {pair.access_token}"}


@contextmanager
def workers() -> Iterator[list[int]]:
    command = [sys.executable, "manage.py", "work"]
    started = [subprocess.Popen(command) for _ in range(WORKERS)]
    try:
        yield [each.pid for each in started]
    finally:
        for each in started:
            each.terminate()
        for each in started:
            each.wait(30)


def round_(
    host: str, kinds: list[str], headers: dict[str, str], pids: list[int], count: int, *,
    is_new: bool = True,
) -> tuple[float, tuple[float, float]]:  # fmt: skip
    """Resources a second; microseconds of CPU a resource, of workers and of PostgreSQL."""
    from django.db import connection

    from fhirapi.bulk.importing.models import ImportJob

    if is_new:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE " + ", ".join(f"fhirapi_{table}" for table in _STORE))
            cursor.execute("CHECKPOINT")
    before, began = spent(pids), time.monotonic()
    job = ImportJob.objects.get(pk=kick_off(host, kinds, headers))
    while job.state in ("fetching", "running"):
        time.sleep(0.05)
        job.refresh_from_db()
    took, after = time.monotonic() - began, spent(pids)
    assert job.state == "finished", job.error
    stored = job.inputs.values_list("parts__stored", "parts__unchanged")
    assert sum((a or 0) + (b or 0) for a, b in stored) == count, "nothing is rejected"
    costs = [(late - early) / count * 1e6 for early, late in zip(before, after, strict=True)]
    return count / took, (costs[0], costs[1])


def spent(pids: list[int]) -> tuple[float, float]:
    return sum(map(cpu.seconds, pids)), cpu.seconds(cpu.postmaster())


def kick_off(host: str, kinds: list[str], headers: dict[str, str]) -> str:
    from django.test import Client

    manifest: dict[str, Any] = {
        "inputFormat": "application/fhir+ndjson",
        "inputSource": "https://practice.example",
        "input": [{"type": kind, "url": f"http://{host}/{kind}.ndjson"} for kind in kinds],
    }
    answer = Client(SERVER_NAME="localhost").post(
        f"{_BASE}$import", json.dumps(manifest), "application/json",
        headers={**headers, "prefer": "respond-async"},
    )  # fmt: skip
    assert answer.status_code == 202, answer.content
    return str(answer["Content-Location"]).rpartition("/")[2]


def copied_again(count: int) -> float:
    """Rows a second of what is stored, out and into an empty table, as one transaction."""
    from django.db import connection

    with connection.cursor() as cursor:
        with cursor.copy("COPY fhirapi_content TO STDOUT") as copy:
            content = b"".join(bytes(block) for block in copy)
        cursor.execute("CREATE TABLE floor (LIKE fhirapi_content INCLUDING ALL)")
        began = time.monotonic()
        with cursor.copy("COPY floor FROM STDIN") as copy:
            copy.write(content)
        took = time.monotonic() - began
        cursor.execute("DROP TABLE floor")
    return count / took


if __name__ == "__main__":
    main()
