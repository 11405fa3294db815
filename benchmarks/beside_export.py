"""Reads while an export runs, against reads alone, and how soon a cancelled export has stopped.

``python -m benchmarks.beside_export [patients]``; the export has to last some seconds, so a few
thousand patients. With DATABASE_URL and DATA_DIR an installation that is there. Asked for: reads
keep at least half of their speed; nothing works on an export a second after it was cancelled.
"""

import argparse
import os
import subprocess
import sys
import time
from statistics import median

import psycopg

from benchmarks.export import ROOT, _furnish, _job, _kick_off, _wait_for_workers
from benchmarks.wire import get, rate, server
from benchmarks.world import _furnish as furnish_reader
from benchmarks.world import database

ROUNDS, SECONDS = 3, 2.0
_PORT = 8303
_AT_WORK = """
SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query ILIKE '%copy%'
  AND pid <> pg_backend_pid()
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("patients", type=int, nargs="?", default=3000)
    patients = parser.parse_args().patients
    with database():
        _furnish(patients)
        made = furnish_reader(may_write=False)
        request = get(f"/R4-patient-api/Patient/{made.patient_ids[0]}", made.access_token)
        with server("qsmartcare.wsgi:application", _PORT):
            rate(_PORT, request, 2)  # warm up
            alone = [rate(_PORT, request, SECONDS) for _ in range(ROUNDS)]
            workers = [
                subprocess.Popen([sys.executable, "manage.py", "work"], cwd=ROOT) for _ in range(2)
            ]
            try:
                _wait_for_workers()
                idle = [rate(_PORT, request, SECONDS) for _ in range(ROUNDS)]
                jobs = [_job() for _ in range(4)]
                _kick_off(jobs[0])
                beside = []
                for _ in range(ROUNDS):
                    if not _is_running(jobs[0]):
                        jobs = jobs[1:]
                        _kick_off(jobs[0])
                    time.sleep(1)
                    beside.append(rate(_PORT, request, SECONDS))
                stopped = _cancelled(jobs[-1])
            finally:
                for each in workers:
                    each.terminate()
                for each in workers:
                    each.wait()
    print("alone   ", *(f"{each:7.0f}/s" for each in alone))
    print("idle    ", *(f"{each:7.0f}/s" for each in idle), "(workers that wait)")
    print("beside  ", *(f"{each:7.0f}/s" for each in beside))
    print(f"beside an export {median(beside) / median(alone):.2f} of alone (aim: 0.50)")
    print(f"cancelled: nothing at work after {stopped:.2f} s (aim: 1)")


def _is_running(job_id: str) -> bool:
    from fhirapi.bulk.models import ExportJob

    return ExportJob.objects.get(pk=job_id).state in ("queued", "running")


def _cancelled(job_id: str) -> float:
    """Seconds from the cancellation of a running export until no statement of it runs."""
    from fhirapi.bulk import jobs
    from fhirapi.bulk.models import ExportJob

    while _at_work():
        time.sleep(0.2)
    _kick_off(job_id)
    while not _at_work():
        time.sleep(0.02)
    time.sleep(1)
    assert _at_work(), "the export is over: take more patients"
    began = time.perf_counter()
    jobs.cancel(ExportJob.objects.get(pk=job_id))
    while _at_work():
        time.sleep(0.01)
    return time.perf_counter() - began


def _at_work() -> bool:
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        row = connection.execute(_AT_WORK).fetchone()
    return bool(row and row[0])


if __name__ == "__main__":
    main()
