"""Downloading a file: whole, unchanged, as a file, and on record."""

import gzip
from typing import Any

import pytest
from django.test import Client as Browser

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from fhirapi.bulk.in_portal import PORTAL
from fhirapi.bulk.models import ExportFile
from fhirapi.bulk.storing import storage
from tests.people import Person
from tests.portal.exports.conftest import LINES, file_of, finished
from tests.portal.ui.browser import signed_in, text


@pytest.fixture
def address(grant: Any) -> str:
    return file_of(finished(grant))


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_it_comes_as_a_file(greys: Browser, address: str) -> None:
    answer = greys.get(address)
    assert body(answer) == LINES
    assert answer["Content-Type"] == "application/fhir+ndjson"
    assert answer["Content-Disposition"].startswith('attachment; filename="Patient-')
    assert answer["Content-Length"] == str(len(LINES))
    assert "no-store" in answer["Cache-Control"]


def test_it_is_compressed_once(greys: Browser, address: str) -> None:
    answer = greys.get(address, headers={"Accept-Encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip"
    assert gzip.decompress(body(answer)) == LINES


def test_a_browser_goes_on_where_it_stopped(greys: Browser, address: str) -> None:
    etag = greys.get(address)["ETag"]
    wanted = {"Range": "bytes=10-", "If-Range": etag, "Accept-Encoding": "gzip"}
    answer = greys.get(address, headers=wanted)
    assert (answer.status_code, body(answer)) == (206, LINES[10:])
    assert answer["Content-Range"] == f"bytes 10-{len(LINES) - 1}/{len(LINES)}"


def test_a_range_that_it_does_not_have_is_refused(greys: Browser, address: str) -> None:
    answer = greys.get(address, headers={"Range": "bytes=99999-"})
    assert answer.status_code == 416
    assert answer["Content-Range"] == f"bytes */{len(LINES)}"
    assert not AuditRecord.objects.filter(action="bulk-export").exists()


def test_each_download_is_on_record(greys: Browser, address: str, dr_grey: Person) -> None:
    greys.get(address)
    [told] = AuditRecord.objects.filter(action="bulk-export")
    job = ExportFile.objects.get().job_id
    assert (told.account_id, told.resource_type) == (dr_grey.account.pk, "Patient")
    assert told.detail == f"file of {job}"


def test_the_activity_tells_it_in_words(greys: Browser, address: str) -> None:
    greys.get(address)
    assert "Exported records" in text(greys.get("/portal/activity/"))


def test_a_patient_reads_by_whom_her_record_was_exported(rebecca: Person, dr_grey: Person) -> None:
    record(
        AuditRecord.Action.BULK_EXPORT,
        account_id=dr_grey.account.pk,
        client_id=PORTAL,
        patient_ids=["142859", "142860"],
    )
    page = text(signed_in(rebecca.account).get("/portal/activity/?tab=record"))
    for told in ("Exported records", "Ada Grey, provider", "This portal"):
        assert told in page


def test_a_file_that_is_not_put_together_yet_does_not_exist(greys: Browser, address: str) -> None:
    ExportFile.objects.update(is_ready=False)
    assert greys.get(address).status_code == 404


def test_nor_one_that_the_storage_has_lost(greys: Browser, address: str) -> None:
    storage().delete(ExportFile.objects.get().name)
    assert greys.get(address).status_code == 404


def test_nor_that_of_another_export_of_ones_own(greys: Browser, address: str, grant: Any) -> None:
    other = finished(grant)
    first = ExportFile.objects.exclude(job=other).get()
    assert greys.get(f"/portal/exports/{other.pk}/files/{first.pk}/").status_code == 404


def test_it_is_only_read(greys: Browser, address: str) -> None:
    assert greys.post(address).status_code == 405
