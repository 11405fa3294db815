"""The command: exit codes, report, and going on after Ctrl-C or kill -9."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from fhirapi.intake.models import Load, LoadPiece
from fhirapi.store.models import Content, SearchLink, SearchRow
from fhirapi.synthetic.population import practice, record
from tests import people
from tests.intake.conftest import Write, bundle, only_if_new

ROOT = Path(__file__).resolve().parents[2]
REBECCA = people.patient("142859", "Rebecca", "Larson", "9999094", "1978-04-12")


@pytest.mark.django_db
def test_rejects_are_reported_by_line_and_the_exit_code_says_so(write: Write) -> None:
    folder = write("all.ndjson", REBECCA, {"resourceType": "Unicorn", "id": "1"})
    report = folder / "report.txt"
    with pytest.raises(CommandError, match="1 rejected"):
        call_command("load", folder, rejects=report, processes=1)
    assert json.loads(report.read_text()) == {
        "file": str(folder / "all.ndjson"), "at": "line 2", "resource": "Unicorn/1",
        "reason": "This server has no resource type 'Unicorn'.",
    }  # fmt: skip


@pytest.mark.django_db
def test_validation_is_an_option(write: Write) -> None:
    folder = write("all.ndjson", {**REBECCA, "active": "yes"})
    with pytest.raises(CommandError, match="1 rejected"):
        call_command("load", folder, validate=True, rejects=folder / "report", processes=1)


@pytest.mark.django_db
def test_a_load_that_has_ended_leaves_no_progress(write: Write) -> None:
    call_command("load", write("all.ndjson", REBECCA), processes=1)
    assert not Load.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("paths", [[], ["/nowhere"], ["."]])
def test_nothing_to_load_is_an_error(
    paths: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CommandError):
        call_command("load", *paths)


def start(folder: Path) -> "subprocess.Popen[str]":
    """The command in a process of its own, on this test's database."""
    database = connection.settings_dict
    password = f":{database['PASSWORD']}" if database["PASSWORD"] else ""
    url = (
        f"postgresql://{database['USER']}{password}@/{database['NAME']}"
        f"?host={quote(database['HOST'])}&port={database['PORT'] or 5432}"
    )
    return subprocess.Popen(
        [sys.executable, "manage.py", "load", str(folder), "--processes", "2"],
        cwd=ROOT, env={**os.environ, "DATABASE_URL": url}, start_new_session=True,
        text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def interrupt(process: "subprocess.Popen[str]", how: signal.Signals) -> None:
    """In the middle: a piece is stored, others are not."""
    deadline = time.monotonic() + 120
    while LoadPiece.objects.count() < 1 and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(how)
    process.wait(timeout=120)
    while _is_anything_left(process.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _is_anything_left(process.pid), "its workers end with it"


def _is_anything_left(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_what_was_interrupted_goes_on_and_nothing_is_twice_or_missing(
    write: Write, how: signal.Signals
) -> None:
    resources = [*practice(1), *(each for index in range(25) for each in record(1, index))]
    folder = write("all.ndjson", *resources)
    interrupt(start(folder), how)
    assert 0 < Content.objects.count() < len(resources)
    again = start(folder)
    output, _ = again.communicate(timeout=300)
    assert (again.returncode, "Going on" in output) == (0, True), output
    stored = Content.objects.values_list("resource_type", "resource_id")
    assert sorted(stored) == sorted((each["resourceType"], each["id"]) for each in resources)
    assert SearchRow.objects.count() == len(resources)
    links = SearchLink.objects.values_list("row_id", "key", "target_type", "target_id")
    assert links.count() == links.distinct().count()


@pytest.mark.django_db(transaction=True)
def test_two_processes_with_the_same_condition_create_one(write: Write) -> None:
    for number in range(60):
        doctor = people.practitioner(f"dr-{number}", "Grey")
        shared = people.practitioner(f"dr-{number}-of-many", "Wright")
        folder = write(
            f"{number}.json",
            bundle(only_if_new(doctor, f"_id=dr-{number}"), only_if_new(shared, "name=Wright")),
        )
    output, _ = start(folder).communicate(timeout=300)
    assert "61 stored, 0 replaced, 59 skipped, 0 rejected" in output
    assert Content.objects.count() == 61
