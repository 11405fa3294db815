"""Exports and imports whose workers and database die in the middle, and while others write."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests

from qsmartcare.embedded import EmbeddedPostgres
from tests.plan import product_folder
from tests.product import ROOT, Product, wait_until
from tests.running.app import App
from tests.running.exporter import BulkClient, checksum, versions

_SETTINGS = {
    "PATIENTS": "8", "JOB_WORKERS": "0", "EXPORT_PART_ROWS": "150", "EXPORTS_AT_ONCE": "50",
}  # fmt: skip
_IMPORTED = 1_500  # of which a worker stores a thousand at a time
_STORING = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'COPY fhirapi_searchrow %'"
_STORED = "SELECT content FROM fhirapi_content WHERE NOT is_deleted"
_COPIES = "SELECT pid FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'COPY (%'"
# It need not outlive a power cut: starting would take minutes on a busy disk.
_FASTER = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"


class Installation:
    """A product without workers, and the workers that a test starts."""

    def __init__(self, product: Product, database_url: str) -> None:
        self.product = product
        self.demo = product.wait_until_ready()
        self.database_url = database_url
        self.workers: list[subprocess.Popen[bytes]] = []

    def start_worker(self) -> "subprocess.Popen[bytes]":
        surroundings = {
            **os.environ, **_SETTINGS, "DATABASE_URL": self.database_url,
            "DATA_DIR": str(self.product.data_dir), "BASE_URL": self.demo["base_url"],
        }  # fmt: skip
        worker = subprocess.Popen([sys.executable, "manage.py", "work"], cwd=ROOT, env=surroundings)
        self.workers.append(worker)
        return worker

    def stop_workers(self) -> None:
        for worker in self.workers:
            worker.terminate()
        for worker in self.workers:
            worker.wait(30)
        self.workers.clear()

    def ask(self, sql: str) -> Any:
        with psycopg.connect(self.database_url) as connection:
            return connection.execute(sql).fetchall()

    def stored(self) -> list[bytes]:
        return [content.encode() for (content,) in self.ask(_STORED)]

    @contextmanager
    def locked(self, table: str) -> Iterator[None]:
        """Whoever comes to the table waits: a worker stands still in the middle of its part."""
        with psycopg.connect(self.database_url) as connection:
            connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            yield
            with suppress(psycopg.OperationalError):  # the server was ended meanwhile
                connection.rollback()

    def files(self, job: str) -> list[Path]:
        folder = self.product.data_dir / "bulk" / job.rpartition("/")[2]
        return [each for each in folder.rglob("*") if each.is_file()]

    def is_copying(self) -> bool:
        return bool(self.ask(_COPIES))

    def kill_copying(self) -> None:
        """PostgreSQL ends every connection then, and recovers."""
        os.kill(self.ask(_COPIES)[0][0], signal.SIGKILL)


@pytest.fixture(scope="module")
def installed() -> Iterator[Installation]:
    with (
        product_folder() as folder,
        EmbeddedPostgres(folder / "postgres", configuration=_FASTER) as server,
    ):
        database_url = server.ensure_database("qsmartcare")
        product = Product(folder / "data", DATABASE_URL=database_url, **_SETTINGS)
        product.start()
        try:
            yield Installation(product, database_url)
        finally:
            product.interrupt()


@pytest.fixture
def installation(installed: Installation) -> Iterator[Installation]:
    yield installed
    installed.stop_workers()


@pytest.fixture
def client(installation: Installation) -> BulkClient:
    made = BulkClient(installation.demo)
    made.sign_in()
    return made


def assert_complete(installation: Installation, client: BulkClient, job: str) -> None:
    """All that is stored came, once, byte for byte; and nothing of dead attempts is left."""
    manifest = client.manifest(job)
    lines, stored = client.lines(manifest), installation.stored()
    assert len(versions(lines)) == len(stored)
    assert checksum(lines) == checksum(stored)
    assert len(installation.files(job)) == sum(len(manifest[kind]) for kind in
                                               ("output", "deleted", "error"))  # fmt: skip


def test_another_worker_finishes_what_a_killed_one_had_begun(
    installation: Installation, client: BulkClient
) -> None:
    with installation.locked("fhirapi_exportfile"):
        worker = installation.start_worker()
        job = client.kick_off()
        wait_until(lambda: bool(installation.files(job)))
        worker.kill()
        worker.wait(30)
    assert installation.files(job), "it died after it had written, before that counted"
    installation.start_worker()
    installation.start_worker()
    assert_complete(installation, client, job)


def test_a_worker_that_is_told_to_stop_hands_its_part_on(
    installation: Installation, client: BulkClient
) -> None:
    with installation.locked("fhirapi_version"):
        worker = installation.start_worker()
        job = client.kick_off()
        wait_until(installation.is_copying)
        worker.terminate()
        assert worker.wait(30) == 0, "although its statement would have waited for good"
    installation.start_worker()
    assert_complete(installation, client, job)


def test_an_idle_worker_ends_when_it_is_told_to(installation: Installation) -> None:
    worker = installation.start_worker()
    listening = "SELECT count(*) FROM pg_stat_activity WHERE query ILIKE 'LISTEN%'"
    wait_until(lambda: bool(installation.ask(listening)[0][0]))
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0


def test_a_cancelled_export_stops_in_the_middle_of_a_statement(
    installation: Installation, client: BulkClient
) -> None:
    with installation.locked("fhirapi_version"):
        installation.start_worker()
        job = client.kick_off()
        wait_until(installation.is_copying)
        headers = {"Authorization": f"Bearer {client.token}"}
        assert requests.delete(job, headers=headers, timeout=30).status_code == 202
        wait_until(lambda: not installation.is_copying())
    assert client.get(job).status_code == 404
    wait_until(lambda: installation.files(job) == [])
    left = "SELECT count(*) FROM fhirapi_exportfile WHERE job_id = '{0}'"
    assert installation.ask(left.format(job.rpartition("/")[2])) == [(0,)]


def test_a_database_that_fails_in_the_middle_costs_nothing(
    installation: Installation, client: BulkClient
) -> None:
    worker = installation.start_worker()
    with installation.locked("fhirapi_version"):
        job = client.kick_off()
        wait_until(installation.is_copying)
        installation.kill_copying()
        wait_until(lambda: _is_back(installation))
    assert_complete(installation, client, job)
    assert worker.poll() is None, "it has waited for the database"


def test_an_import_whose_database_fails_in_the_middle_is_stored_once_and_whole(
    installation: Installation,
) -> None:
    app, headers = _writer(installation.demo)
    worker = installation.start_worker()
    with installation.locked("fhirapi_searchrow"):
        job = _begun_import(app, headers)
        wait_until(lambda: bool(installation.ask(_STORING)), 120)
        os.kill(installation.ask(_STORING)[0][0], signal.SIGKILL)
        wait_until(lambda: _is_back(installation))
    told = _manifest_of_import(job, headers)
    assert told["output"][0]["extension"]["stored"] == told["output"][0]["count"] == _IMPORTED
    assert told["error"] == []
    counted = "SELECT count(*) FROM {0} WHERE resource_id LIKE 'imported-%'"
    for table in ("fhirapi_content", "fhirapi_searchrow"):
        assert installation.ask(counted.format(table)) == [(_IMPORTED,)]
    assert installation.ask(counted.format("fhirapi_version")) == [(0,)], "nothing came twice"
    assert worker.poll() is None, "it has waited for the database"


def _begun_import(app: App, headers: dict[str, str]) -> str:
    """The address of an import of a file that is sent here."""
    base = app.demo["fhir_base_url"]
    lines = [json.dumps(_observation(app.demo, f"imported-{number}", number))
             for number in range(_IMPORTED)]  # fmt: skip
    kind = {"Content-Type": "application/fhir+ndjson"}
    upload = requests.post(f"{base}/bulk/uploads", "\n".join(lines), timeout=30,
                           headers={**headers, **kind})  # fmt: skip
    manifest = {
        "inputFormat": kind["Content-Type"], "inputSource": "https://practice.example",
        "input": [{"type": "Observation", "url": upload.json()["url"]}],
    }  # fmt: skip
    begun = requests.post(f"{base}/$import", json=manifest, timeout=30,
                          headers={**headers, "Prefer": "respond-async"})  # fmt: skip
    assert begun.status_code == 202, begun.text
    return begun.headers["Content-Location"]


def _manifest_of_import(job: str, headers: dict[str, str]) -> dict[str, Any]:
    """Patient with a server that is away at the moment."""
    found: dict[str, Any] = {}

    def is_finished() -> bool:
        with suppress(requests.RequestException):
            answer = requests.get(job, headers=headers, timeout=60)
            assert answer.status_code in (200, 202, 429, 503), answer.text
            if answer.status_code == 200:
                found.update(answer.json())
        return bool(found)

    wait_until(is_finished, 120)
    return found


def _is_back(installation: Installation) -> bool:
    try:
        return bool(installation.ask("SELECT 1"))
    except psycopg.OperationalError:
        return False


def test_an_export_is_of_one_moment_and_the_next_brings_all_that_came_after(
    installation: Installation, client: BulkClient
) -> None:
    installation.start_worker()
    installation.start_worker()
    with _writers(installation.demo) as written:
        wait_until(lambda: len(written) > 10)
        first = client.manifest(client.kick_off())
        wait_until(lambda: len(written) > 40)
        second = client.manifest(client.kick_off(_since=_escaped(first["transactionTime"])))
        wait_until(lambda: len(written) > 60)
    third = client.manifest(client.kick_off(_since=_escaped(second["transactionTime"])))
    copy: dict[str, str] = {}
    for manifest in (first, second, third):
        copy |= versions(client.lines(manifest))
        for name in _deleted(client, manifest):
            copy.pop(name, None)
    assert copy == versions(installation.stored())
    assert versions(client.lines(second)), "something was written in between"


def _escaped(instant: str) -> str:
    return instant.replace("+", "%2B")


def _deleted(client: BulkClient, manifest: dict[str, Any]) -> list[str]:
    bundles = [client.get(file["url"]).text for file in manifest["deleted"]]
    entries = [json.loads(line)["entry"]
               for text in bundles for line in text.splitlines()]  # fmt: skip
    return [each["request"]["url"] for some in entries for each in some]


def _writer(demo: dict[str, Any]) -> tuple[App, dict[str, str]]:
    """Who writes with an access key, and the headers to do so."""
    key = next(each for each in demo["access_keys"] if each.get("may_write"))
    app = App(demo, key["access_key_id"], key["secret_access_key"])
    app.sign_in()
    return app, {"Authorization": f"Bearer {app.token}"}


@contextmanager
def _writers(demo: dict[str, Any]) -> Iterator[list[str]]:
    """Two who create, change and delete all the time; what they wrote so far."""
    _, headers = _writer(demo)
    headers["Content-Type"] = "application/fhir+json"
    written: list[str] = []
    is_over = threading.Event()

    def write(writer: int) -> None:
        for number in range(100_000):
            name = f"writer-{writer}-{number // 5 % 7}"
            url = f"{demo['fhir_base_url']}/Observation/{name}"
            if is_over.is_set():
                return
            if number % 5 == 4:
                answer = requests.delete(url, headers=headers, timeout=60)
            else:
                answer = requests.put(url, json=_observation(demo, name, number), headers=headers,
                                      timeout=60)  # fmt: skip
            assert answer.status_code in (200, 201, 204), answer.text
            written.append(name)

    threads = [threading.Thread(target=write, args=[writer]) for writer in range(2)]
    for thread in threads:
        thread.start()
    try:
        yield written
    finally:
        is_over.set()
        for thread in threads:
            thread.join()


def _observation(demo: dict[str, Any], name: str, number: int) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": name,
        "status": "final",
        "code": {"text": f"Count {number}"},
        "subject": {"reference": f"Patient/{demo['patients'][0]['id']}"},
    }
