"""Imports of Dr. Grey's key, as they are at a moment, without a worker's process."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client as Browser
from django.utils import timezone
from pytest_django import Settings

from fhirapi.bulk.importing.models import ImportInput, ImportJob, ImportPart
from fhirapi.bulk.storing import storage
from fhirapi.smart.models import DataAccessGrant
from tests import people
from tests.people import Person
from tests.portal.ui.browser import signed_in

LIST = "/portal/exports/imports/"
TOLD = b'{"resourceType":"OperationOutcome"}\n'


@pytest.fixture(autouse=True)
def own_folder(settings: Settings, tmp_path: Path) -> None:
    backend = "django.core.files.storage.FileSystemStorage"
    bulk = {"BACKEND": backend, "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "bulk": bulk}


@pytest.fixture
def greys(dr_grey: Person) -> Browser:
    return signed_in(dr_grey.account)


@pytest.fixture
def grant(dr_grey: Person) -> DataAccessGrant:
    """Of an access key with a name."""
    return people.make_key(dr_grey, ["142859"], label="Old system").data_access_grant


def page_of(job: ImportJob, page: str = "") -> str:
    return f"{LIST}{job.pk}/{page}"


def running(grant: DataAccessGrant, *, done: int = 40, of: int = 100, **more: Any) -> ImportJob:
    """One file, of which so many lines are stored."""
    job = ImportJob.objects.create(
        **{
            "client_id": grant.client.client_id, "data_access_grant": grant, "scope": grant.scope,
            "request": "https://example.org/$import", "source": "https://old.example/fhir",
            "state": ImportJob.State.RUNNING, "phase": 2, **more,
        }
    )  # fmt: skip
    of_input = ImportInput.objects.create(
        job=job, number=0, resource_type="Observation", fetched_at=timezone.now(),
        url="https://files.example/a/o.ndjson.gz?signature=opens-it",
    )  # fmt: skip
    ImportPart.objects.create(
        input=of_input, number=0, lines=done, stored=done, finished_at=timezone.now()
    )
    ImportPart.objects.create(input=of_input, number=1, first_line=done + 1, lines=of - done)
    return job


def finished(grant: DataAccessGrant) -> ImportJob:
    """With a file that tells of two rejected lines."""
    now = timezone.now()
    job = running(
        grant, state=ImportJob.State.FINISHED, finished_at=now, expires_at=now + timedelta(hours=1)
    )
    ImportPart.objects.filter(input__job=job, number=1).update(rejected=2, replaced=7, unchanged=51)
    name = storage().save(f"imports/{job.pk}/rejects/0/told.ndjson", ContentFile(TOLD))
    job.inputs.update(rejects_name=name, rejects_size=len(TOLD))
    return job
