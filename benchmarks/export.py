"""Bulk export by two workers against the floor: ``COPY (SELECT content ...)`` read by two clients.

``python -m benchmarks.export [patients]``; 2 million resources are about 30,000 patients. With
DATABASE_URL and DATA_DIR an installation that is there. Figures are of the same run, CPU beside
the clock: on a machine that others use, the clock tells little.
"""

import argparse
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.world import database

ROOT = Path(__file__).resolve().parent.parent
_TICKS = os.sysconf("SC_CLK_TCK")
_WORKERS = 2
_HALVES = """
SELECT count(*), min(id), percentile_disc(0.5) WITHIN GROUP (ORDER BY id), max(id)
FROM fhirapi_content WHERE NOT is_deleted
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("patients", type=int, nargs="?", default=3000)
    patients = parser.parse_args().patients
    with database():
        _furnish(patients)
        floor = _floor()
        exported = _export()
        print(f"floor:  {floor}")
        print(f"export: {exported}")
        print(f"export is {exported.rate / floor.rate:.2f} of the floor by the clock, "
              f"{floor.cpu / exported.cpu:.2f} by CPU (aim: 0.50)")  # fmt: skip


class Result:
    def __init__(self, resources: int, seconds: float, cpu: float, memory: int = 0) -> None:
        self.resources, self.seconds, self.memory = resources, seconds, memory
        self.rate = resources / seconds
        self.cpu = cpu / resources * 1e6
        """Microseconds of processor a resource, client and server together."""

    def __str__(self) -> str:
        told = f"{self.resources:,} resources, {self.rate:,.0f}/s, {self.cpu:.1f} µs CPU each"
        return f"{told}, at most {self.memory:,} MB a worker" if self.memory else told


def _furnish(patients: int) -> None:
    from django.core.management import call_command
    from django.db import connection

    from fhirapi.store.models import Content
    from fhirapi.synthetic.generate import generate

    call_command("migrate", verbosity=0)
    if not Content.objects.exists():
        generate(patients, seed=1)
    connection.cursor().execute("VACUUM ANALYZE")
    connection.close()


def _floor() -> Result:
    """Each client reads half of the table, and throws it away."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        row = connection.execute(_HALVES).fetchone()
    assert row
    count, first, middle, last = row
    with _measured() as spent:
        children = [
            subprocess.Popen([sys.executable, "-m", "benchmarks.export_floor", str(a), str(b)],
                             cwd=ROOT)
            for a, b in ((first, middle), (middle + 1, last))
        ]  # fmt: skip
        for child in children:
            assert child.wait() == 0
    return Result(count, spent["seconds"], spent["cpu"])


def _export() -> Result:
    workers = [
        subprocess.Popen([sys.executable, "manage.py", "work"], cwd=ROOT) for _ in range(_WORKERS)
    ]
    _wait_for_workers()
    peak = _Peak([each.pid for each in workers])
    try:
        job_id = _job()
        with _measured(workers) as spent, peak:
            _kick_off(job_id)
            count = _wait(job_id)
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.wait()
    return Result(count, spent["seconds"], spent["cpu"], peak.megabytes)


def _wait_for_workers() -> None:
    """What they do to start is not what is measured."""
    sql = "SELECT count(*) FROM pg_stat_activity WHERE query ILIKE 'LISTEN%'"
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        while True:
            row = connection.execute(sql).fetchone()
            if row and row[0] >= _WORKERS:
                time.sleep(1)
                return
            time.sleep(0.2)


def _job() -> str:
    from fhirapi.bulk.models import ExportJob
    from fhirapi.smart.models import Client, RecordLink
    from fhirapi.smart.tokens import backend_access

    client = Client.objects.create(
        client_id=f"bench-{time.time_ns()}",
        name="Bench",
        kind=Client.Kind.BACKEND,
        client_type=Client.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Client.GRANT_CLIENT_CREDENTIALS,
        allowed_scopes="system/*.rs",
    )
    access = backend_access.approve(client, by=None, method=RecordLink.Method.DEMO)
    job = ExportJob.objects.create(
        client_id=client.client_id, data_access_grant=access, scope="system/*.rs",
        level="system", request="-",
    )  # fmt: skip
    return str(job.pk)


def _kick_off(job_id: str) -> None:
    from fhirapi.bulk.queue import put

    put("plan_export", job_id=job_id)


def _wait(job_id: str) -> int:
    from django.db.models import Sum

    from fhirapi.bulk.models import ExportFile, ExportJob

    while (state := ExportJob.objects.get(pk=job_id).state) not in ("finished", "failed"):
        time.sleep(0.05)
    assert state == "finished"
    found: int = ExportFile.objects.filter(job=job_id).aggregate(all=Sum("count"))["all"]
    return found


@contextmanager
def _measured(clients: list[Any] | None = None) -> Iterator[dict[str, float]]:
    """Seconds on the clock, and of processor: the server's, and that of the clients or children."""
    told: dict[str, float] = {}
    servers = _cpu_of_servers()
    spent = sum(_cpu(each.pid) for each in clients) if clients else _children()
    begin = time.perf_counter()
    yield told
    told["seconds"] = time.perf_counter() - begin
    now = sum(_cpu(each.pid) for each in clients) if clients else _children()
    told["cpu"] = now - spent + _cpu_of_servers() - servers


def _children() -> float:
    times = os.times()
    return times.children_user + times.children_system


def _cpu(pid: int) -> float:
    """With that of the children it has waited for."""
    values = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, values[11:15])) / _TICKS


def _cpu_of_servers() -> float:
    """The postmaster's, which has waited for the backends that ended, and of those that live."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        pids = [pid for (pid,) in connection.execute("SELECT pid FROM pg_stat_activity")]
        own = connection.info.backend_pid
        parent = int(Path(f"/proc/{own}/stat").read_text().rpartition(")")[2].split()[1])
        return _cpu(parent) + sum(_cpu(pid) for pid in pids if pid != own and _is_there(pid))


def _is_there(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").exists()


class _Peak:
    """The most memory that one of the processes has held."""

    def __init__(self, pids: list[int]) -> None:
        self._pids = pids
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.megabytes = 0

    def _watch(self) -> None:
        while not self._over.wait(0.05):
            for pid in self._pids:
                kilobytes = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4
                self.megabytes = max(self.megabytes, kilobytes // 1024)

    def __enter__(self) -> "_Peak":
        self._thread.start()
        return self

    def __exit__(self, *why: object) -> None:
        self._over.set()
        self._thread.join()


if __name__ == "__main__":
    main()
