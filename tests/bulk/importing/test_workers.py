"""Workers as processes: killed in the middle, and told that nothing more is wanted."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from psycopg.conninfo import make_conninfo
from pytest_django import Settings

from fhirapi.bulk.importing import finish, jobs, tasks
from fhirapi.bulk.importing.models import ImportJob, ImportPart
from fhirapi.bulk.storing import write
from fhirapi.store.models import Content, SearchRow, Version
from tests import people
from tests.bulk.importing.conftest import Importer, counts, work
from tests.product import ROOT, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

RESOURCES = 6_000
Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start(tmp_path: Path, importer: Importer, settings: Settings) -> Iterator[Start]:
    started = []
    url = make_conninfo(os.environ["DATABASE_URL"], dbname=connection.settings_dict["NAME"])
    surroundings = {
        **os.environ,
        "DATABASE_URL": url,
        "DATA_DIR": str(tmp_path),
        "IMPORT_HOSTS": importer.files.host,
        "DEBUG": "0",
    }

    def starter(*options: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "manage.py", "work", *options]
        process = subprocess.Popen(command, cwd=ROOT, env=surroundings)
        started.append(process)
        return process

    yield starter
    for process in started:
        if process.poll() is None:
            process.terminate()
            process.wait(60)


def many(importer: Importer) -> str:
    """The address of an import of many, which nobody has begun."""
    url = importer.serve(
        *(people.observation(f"o{number}", "142859") for number in range(RESOURCES))
    )
    return str(importer.ask(("Observation", url))["Content-Location"])


def done() -> int:
    return ImportPart.objects.exclude(finished_at=None).count()


def stored() -> int:
    return Content.objects.filter(resource_type="Observation").count()


def test_what_a_killed_worker_had_begun_another_one_does(importer: Importer, start: Start) -> None:
    address = many(importer)
    first, _second = start(), start()
    wait_until(lambda: done() >= 1, 300)
    first.send_signal(signal.SIGKILL)
    assert done() < ImportPart.objects.count(), "it was killed too late to show anything"
    wait_until(lambda: ImportJob.objects.get().state == ImportJob.State.FINISHED, 300)
    assert counts(importer.status(address).json()) == [{"stored": RESOURCES}]
    found = Content.objects.filter(resource_type="Observation")
    assert set(found.values_list("resource_id", "version_id")) == {
        (f"o{number}", 1) for number in range(RESOURCES)
    }
    assert SearchRow.objects.filter(resource_type="Observation").count() == RESOURCES
    assert not Version.objects.exists()


def test_after_a_cancel_nothing_more_is_stored(importer: Importer, start: Start) -> None:
    address = many(importer)
    worker = start("--until-idle")
    wait_until(lambda: done() >= 1, 300)
    path = address.partition("/R4-patient-api/")[2]
    assert importer.session.send("DELETE", path).status_code == 202
    at_that_moment = stored()
    assert worker.wait(300) == 0
    assert stored() == at_that_moment < RESOURCES
    assert importer.status(address).status_code == 404


def test_what_is_written_while_an_import_is_cancelled_goes_as_well(
    importer: Importer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    importer.ask(("Observation", importer.serve(people.observation("o1", "142859"), b"no JSON")))
    written: list[tuple[str, int]] = []

    def write_of_a_cancelled_one(name: str, lines: Iterator[bytes]) -> tuple[str, int]:
        jobs.cancel(ImportJob.objects.get())
        written.append(write(name, lines))
        return written[-1]

    monkeypatch.setattr(finish, "write", write_of_a_cancelled_one)
    work()
    assert len(written) == 1
    assert [each for each in (tmp_path / "bulk").rglob("*") if each.is_file()] == []


def test_a_download_that_hangs_ends_with_its_import(importer: Importer, start: Start) -> None:
    importer.files.is_slow = True
    address = many(importer)
    worker = start("--until-idle")
    wait_until(lambda: bool(importer.files.asked), 300)
    path = address.partition("/R4-patient-api/")[2]
    assert importer.session.send("DELETE", path).status_code == 202
    assert worker.wait(25) == 0, "it waits for a file that nobody wants any more"
    assert stored() == 0


def test_a_part_that_somebody_else_is_at_is_left_to_them(importer: Importer) -> None:
    importer.ask(("Observation", importer.serve(people.observation("o1", "142859"))))
    job = ImportJob.objects.get()
    wanted = [each.pk for each in job.inputs.all()]
    tasks.fetch_import.func(job_id=str(job.pk), input_ids=wanted)
    url = make_conninfo(os.environ["DATABASE_URL"], dbname=connection.settings_dict["NAME"])
    with psycopg.connect(url) as somebody_else:
        somebody_else.execute("SELECT FROM fhirapi_importpart FOR UPDATE")
        tasks.store_import.func(job_id=str(job.pk))
        assert (done(), ImportPart.objects.count()) == (0, 1)
    tasks.store_import.func(job_id=str(job.pk))
    assert (done(), stored()) == (1, 1)


def test_a_part_whose_worker_vanished_is_stored_once_the_database_lets_it_go(
    importer: Importer,
) -> None:
    address = str(
        importer.ask(("Observation", importer.serve(people.observation("o1", "142859"))))[
            "Content-Location"
        ]
    )
    job = ImportJob.objects.get()
    wanted = [each.pk for each in job.inputs.all()]
    tasks.fetch_import.func(job_id=str(job.pk), input_ids=wanted)
    url = make_conninfo(os.environ["DATABASE_URL"], dbname=connection.settings_dict["NAME"])
    with psycopg.connect(url) as vanished:
        vanished.execute("SELECT FROM fhirapi_importpart FOR UPDATE")
        tasks.store_import.func(job_id=str(job.pk))  # finds nothing that is free
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs")  # as its task is when it has ended
        assert done() == 0
    assert tasks.take_up() == [str(job.pk)]
    assert tasks.take_up() == [], "there is a task now"
    work()
    assert counts(importer.status(address).json()) == [{"stored": 1}]
    assert tasks.take_up() == []
