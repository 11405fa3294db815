"""Files that are sent here, instead of being fetched."""

from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from fhirapi.bulk.importing import jobs
from fhirapi.bulk.importing.models import ImportJob, Upload
from fhirapi.bulk.storing import storage
from tests import people
from tests.api import Api, diagnostics
from tests.bulk.importing.conftest import Importer, counts, importer_of, ndjson
from tests.bulk.importing.files import Files
from tests.people import Person

pytestmark = pytest.mark.django_db(transaction=True)

NDJSON = "application/fhir+ndjson"


def sent(importer: Importer, content: bytes) -> Any:
    return importer.session.send("POST", "bulk/uploads", content, NDJSON)


def test_an_upload_is_an_input(importer: Importer) -> None:
    content = ndjson(people.observation("o1", "142859"))
    answer = sent(importer, content)
    assert answer.status_code == 201
    told = answer.json()
    assert told["size"] == len(content)
    assert told["sha256"] == sha256(content).hexdigest()
    assert answer["Location"] == told["url"]
    assert counts(importer.import_(("Observation", told["url"]))) == [{"stored": 1}]


def test_another_clients_upload_is_none(
    api: Api, importer: Importer, dr_grey: Person, files: Files
) -> None:
    url = sent(importer, ndjson(people.observation("o1", "142859"))).json()["url"]
    other = importer_of(api, dr_grey, files)
    answer = other.ask(("Observation", url))
    assert answer.status_code == 400
    assert "no such upload" in diagnostics(answer)
    assert other.session.send("DELETE", url.partition("/R4-patient-api/")[2]).status_code == 404


def test_who_only_reads_uploads_nothing(api: Api, dr_grey: Person, files: Files) -> None:
    reader = Importer(api.as_(people.make_key(dr_grey, ["142859"])), files)
    assert sent(reader, b"{}\n").status_code == 403
    assert not Upload.objects.exists()


def test_a_file_beyond_the_limit_is_refused_before_it_is_read(
    importer: Importer, settings: Settings
) -> None:
    settings.IMPORT_FILE_MB = 0
    answer = sent(importer, b"{}\n")
    assert answer.status_code == 413
    assert not Upload.objects.exists()


def test_nothing_is_no_file(importer: Importer) -> None:
    assert sent(importer, b"").status_code == 411


def test_an_upload_is_deleted_when_asked_or_when_its_time_is_over(importer: Importer) -> None:
    first, second = (sent(importer, b"{}\n").json()["url"] for _ in range(2))
    path = first.partition("/R4-patient-api/")[2]
    assert importer.session.send("DELETE", path).status_code == 204
    [left] = Upload.objects.all()
    Upload.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert importer.ask(("Observation", second)).status_code == 400
    jobs.forget_expired()
    assert not Upload.objects.exists()
    assert not storage().exists(left.name)


def test_what_was_rejected_is_told_as_long_as_it_is_said(importer: Importer) -> None:
    manifest = importer.import_resources(people.observation("o1", "7"))
    url = manifest["error"][0]["url"]
    ImportJob.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    jobs.forget_expired()
    assert importer.status(url).status_code == 404
    [job] = ImportJob.objects.all()
    assert not storage().exists(f"{jobs.folder_of(job)}/rejects")
