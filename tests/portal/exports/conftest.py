"""Exports of Dr. Grey and of others, and the work on them without a worker's process."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client as Browser
from django.utils import timezone
from pytest_django import Settings

from fhirapi.bulk.models import ExportFile, ExportJob, ExportPart
from fhirapi.bulk.storing import storage
from fhirapi.smart.models import DataAccessGrant
from tests import people
from tests.people import Person
from tests.portal.ui.browser import signed_in

LINES = b'{"resourceType":"Patient","id":"142859"}\n{"resourceType":"Patient","id":"142860"}\n'
LIST, NEW = "/portal/exports/", "/portal/exports/new/"


@pytest.fixture(autouse=True)
def _own_folder(settings: Settings, tmp_path: Path) -> None:
    backend = "django.core.files.storage.FileSystemStorage"
    bulk = {"BACKEND": backend, "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "bulk": bulk}


@pytest.fixture
def greys(dr_grey: Person) -> Browser:
    return signed_in(dr_grey.account)


@pytest.fixture
def stranges(dr_strange: Person) -> Browser:
    return signed_in(dr_strange.account)


@pytest.fixture
def grant(dr_grey: Person) -> DataAccessGrant:
    """Of an access key with a name."""
    return people.make_key(dr_grey, ["142859"], label="Night report").data_access_grant


def page_of(job: ExportJob, page: str = "") -> str:
    return f"{LIST}{job.pk}/{page}"


def running(grant: DataAccessGrant, *, done: int = 40, of: int = 100, **more: Any) -> ExportJob:
    job = ExportJob.objects.create(
        **{
            "client_id": grant.client.client_id, "data_access_grant": grant, "scope": grant.scope,
            "level": ExportJob.Level.PATIENT, "request": "https://example.org/$export",
            "state": ExportJob.State.RUNNING, "transaction_time": timezone.now(), **more,
        }
    )  # fmt: skip
    ExportPart.objects.create(
        job=job, kind="scan", first=1, last=of, reached=done, count=done,
        finished_at=timezone.now() if done == of else None,
    )  # fmt: skip
    return job


def finished(grant: DataAccessGrant, lines: bytes = LINES, **more: Any) -> ExportJob:
    """With one file of patients."""
    now = timezone.now()
    state = {"state": ExportJob.State.FINISHED, "finished_at": now}
    job = running(grant, done=2, of=2, **{**state, "expires_at": now + timedelta(hours=24), **more})
    name = storage().save(f"{job.pk}/Patient.ndjson", ContentFile(lines))
    ExportFile.objects.create(
        job=job, resource_type="Patient", name=name, is_ready=True,
        count=lines.count(b"\n"), size=len(lines),
    )  # fmt: skip
    return job


def file_of(job: ExportJob) -> str:
    return page_of(job, f"files/{job.files.get().pk}/")


def asks(**changes: Any) -> dict[str, Any]:
    """What the form of a new export sends."""
    return {
        "level": "patient", "since": "", "pin": "482915",
        "output_format": "application/fhir+ndjson", **changes,
    }  # fmt: skip


@pytest.fixture
def begin(greys: Browser) -> Callable[..., ExportJob]:
    def begin(**changes: Any) -> ExportJob:
        answer = greys.post(NEW, asks(**changes))
        assert answer.status_code == 302, answer.content.decode()
        return ExportJob.objects.get(pk=uuid.UUID(answer["Location"].split("/")[-2]))

    return begin


@pytest.fixture
def empty_queue(db: None) -> None:
    """The queue's tables are not Django's to empty between tests."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")
