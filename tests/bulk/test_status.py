"""Polling, cancelling and what is left. https://hl7.org/fhir/uv/bulkdata/STU2/export.html"""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.db.models import F
from django.utils import timezone
from pytest_django import Settings

from fhirapi.audit.models import AuditRecord
from fhirapi.bulk import jobs, tasks
from fhirapi.bulk.models import (
    ExportFile,
    ExportJob,
    ExportPart,
    ExportPatient,
    ExportPoll,
    ExportRow,
)
from fhirapi.smart.models import DataAccessGrant
from fhirapi.smart.tokens import backend_access
from tests import people
from tests.api import Api, diagnostics
from tests.bulk.exporting import Exporter, work
from tests.people import Person
from tests.smart.flow import App

pytestmark = pytest.mark.django_db(transaction=True)


def files() -> list[Path]:
    folder = Path(storages["bulk"].path(""))
    return [each for each in folder.rglob("*") if each.is_file()]


def waited(exporter: Exporter, url: str) -> Any:
    """Asked as somebody who has waited since the last time."""
    ExportPoll.objects.update(polled_at=F("polled_at") - timedelta(seconds=2))
    return exporter.get(url)


class TestUnderWay:
    def test_it_tells_how_far_it_is_and_when_to_ask_again(self, exporter: Exporter) -> None:
        url = exporter.kick_off()["Content-Location"]
        answer = exporter.get(url)
        assert answer.status_code == 202
        assert answer["X-Progress"] == "0 %"
        assert int(answer["Retry-After"]) >= 1

    def test_progress_never_goes_back(self, exporter: Exporter) -> None:
        url = exporter.kick_off("Patient/$export", {"_since": "2000-01-01"})["Content-Location"]
        job = ExportJob.objects.get()
        tasks.plan_export.func(job_id=str(job.pk))
        seen = [waited(exporter, url)["X-Progress"]]
        for part in ExportPart.objects.all():
            tasks.export_part.func(job_id=str(job.pk), part_id=part.pk)
            seen.append(waited(exporter, url)["X-Progress"])
        numbers = [int(each.removesuffix(" %")) for each in seen]
        assert numbers == sorted(numbers)
        assert numbers[0] < 95
        assert numbers[-1] == 95

    def test_who_asks_twice_in_a_second_is_told_to_wait(self, exporter: Exporter) -> None:
        url = exporter.kick_off()["Content-Location"]
        exporter.get(url)
        answer = exporter.get(url)
        assert (answer.status_code, answer["Retry-After"]) == (429, "1")
        assert waited(exporter, url).status_code == 202

    def test_a_client_has_so_many_at_a_time(self, exporter: Exporter, settings: Settings) -> None:
        settings.EXPORTS_AT_ONCE = 1
        first = exporter.kick_off()["Content-Location"]
        answer = exporter.kick_off()
        assert answer.status_code == 429
        assert answer["Retry-After"]
        exporter.delete(first)
        assert exporter.kick_off().status_code == 202

    def test_a_failure_is_told_as_an_outcome(self, exporter: Exporter) -> None:
        url = exporter.kick_off()["Content-Location"]
        jobs.fail(ExportJob.objects.get(), "For a test.")
        answer = exporter.get(url)
        assert answer.status_code == 500
        assert "For a test." in diagnostics(answer)
        assert exporter.delete(url).status_code == 202
        assert exporter.get(url).status_code == 404


class TestFinished:
    def test_the_manifest_has_all_that_it_must(self, exporter: Exporter) -> None:
        kicked_off = exporter.kick_off(query={"_type": "Patient"})
        exporter.manifest(kicked_off)
        answer = exporter.get(kicked_off["Content-Location"])
        manifest = answer.json()
        assert answer["Content-Type"] == "application/json"
        assert answer["Expires"].endswith("GMT")
        assert manifest["request"].endswith("/R4-patient-api/$export?_type=Patient")
        assert manifest["requiresAccessToken"] is True
        assert manifest["transactionTime"]
        assert [each["type"] for each in manifest["output"]] == ["Patient"]
        assert (manifest["deleted"], manifest["error"]) == ([], [])

    def test_nothing_but_its_files_is_left(self, exporter: Exporter) -> None:
        exporter.export("Patient/$export")
        assert len(files()) == ExportFile.objects.count()
        assert not ExportPatient.objects.exists()
        assert not ExportRow.objects.exists()

    def test_what_was_deleted_is_gone(self, exporter: Exporter) -> None:
        kicked_off = exporter.kick_off()
        [file, *_] = exporter.manifest(kicked_off)["output"]
        assert exporter.delete(kicked_off["Content-Location"]).status_code == 202
        for url in (kicked_off["Content-Location"], file["url"]):
            answer = exporter.get(url)
            assert answer.status_code == 404
            assert answer.json()["resourceType"] == "OperationOutcome"
        assert exporter.delete(kicked_off["Content-Location"]).status_code == 404
        assert files() == []

    def test_what_has_run_out_is_too_even_before_it_is_cleared(self, exporter: Exporter) -> None:
        kicked_off = exporter.kick_off()
        [file, *_] = exporter.manifest(kicked_off)["output"]
        ExportJob.objects.update(expires_at=timezone.now())
        assert exporter.get(kicked_off["Content-Location"]).status_code == 404
        assert exporter.get(file["url"]).status_code == 404
        work()
        assert files() == []


class TestCancelled:
    def test_before_it_began_nothing_is_done(self, exporter: Exporter) -> None:
        exporter.delete(exporter.kick_off()["Content-Location"])
        work()
        assert files() == []
        assert not ExportPart.objects.exists()

    def test_between_its_parts_nothing_is_left(self, exporter: Exporter) -> None:
        url = exporter.kick_off()["Content-Location"]
        tasks.plan_export.func(job_id=str(ExportJob.objects.get().pk))
        exporter.delete(url)
        work()
        assert files() == []
        assert not ExportFile.objects.exists()
        assert not ExportPatient.objects.exists()


class TestAccessThatEnds:
    def test_it_ends_what_is_under_way(self, exporter: Exporter) -> None:
        exporter.kick_off()
        tasks.plan_export.func(job_id=str(ExportJob.objects.get().pk))
        DataAccessGrant.objects.update(revoked_at=timezone.now())
        work()
        job = ExportJob.objects.get()
        assert (job.state, job.error) == (ExportJob.State.FAILED, jobs.ACCESS_ENDED)
        assert files() == []

    def test_and_closes_what_was_brought(self, exporter: Exporter, approved: App) -> None:
        kicked_off = exporter.kick_off()
        [file, *_] = exporter.manifest(kicked_off)["output"]
        admin = people.account("other", "Ada", "Admin", is_staff=True)
        backend_access.approve(approved.client, by=admin)
        assert exporter.get(file["url"]).status_code == 401
        renewed = Exporter.service(approved)
        assert renewed.get(file["url"]).status_code == 404
        assert renewed.get(kicked_off["Content-Location"]).status_code == 404
        work()
        assert files() == []


class TestWhose:
    def test_another_client_finds_nothing(
        self, api: Api, exporter: Exporter, dr_grey: Person
    ) -> None:
        kicked_off = exporter.kick_off()
        [file, *_] = exporter.manifest(kicked_off)["output"]
        other = Exporter(api.as_(people.make_key(dr_grey, ["142859"])).token)
        assert other.get(file["url"]).status_code == 404
        assert other.get(kicked_off["Content-Location"]).status_code == 404
        assert other.delete(kicked_off["Content-Location"]).status_code == 404

    def test_another_key_of_the_same_person_neither(self, api: Api, rebecca: Person) -> None:
        mine = Exporter(api.as_(rebecca.key).token)
        kicked_off = mine.kick_off("Patient/$export")
        [file, *_] = mine.manifest(kicked_off)["output"]
        other = Exporter(api.as_(people.make_key(rebecca, ["142859"])).token)
        assert other.get(file["url"]).status_code == 404
        again = Exporter(api.as_(rebecca.key).token)
        assert again.get(file["url"]).status_code == 200, "a new token of the same key"

    def test_a_token_of_fewer_scopes_does_not_fetch_the_rest(
        self, exporter: Exporter, approved: App
    ) -> None:
        found = exporter.export().manifest["output"]
        urls = {each["type"]: each["url"] for each in found}
        narrow = Exporter.service(approved, "system/Patient.rs")
        assert narrow.get(urls["Patient"]).status_code == 200
        assert narrow.get(urls["Observation"]).status_code == 403

    def test_nobody_without_a_token(self, api: Api, exporter: Exporter) -> None:
        [file, *_] = exporter.export().manifest["output"]
        url = file["url"].removeprefix("http://localhost:8000")
        assert api.http.get(url).status_code == 401
        assert api.http.get(url, headers={"authorization": "Bearer made.up"}).status_code == 401

    def test_an_address_cannot_be_made_up(self, exporter: Exporter) -> None:
        exporter.export()
        file = ExportFile.objects.earliest("pk")
        assert exporter.get(f"/R4-patient-api/bulk/files/{file.pk}.x/a.ndjson").status_code == 404


class TestAudit:
    def told(self) -> list[tuple[str, str, str]]:
        rows = AuditRecord.objects.filter(action=AuditRecord.Action.BULK_EXPORT).order_by("pk")
        return [(each.outcome, each.resource_type or "", each.detail or "") for each in rows]

    def test_whose_records_leave_each_download_and_the_deletion(self, exporter: Exporter) -> None:
        kicked_off = exporter.kick_off(query={"_type": "Patient"})
        [file] = exporter.manifest(kicked_off)["output"]
        exporter.get(file["url"])
        exporter.delete(kicked_off["Content-Location"])
        job = ExportJob.objects.get().pk
        assert self.told() == [
            ("success", "", f"{job}"),
            ("success", "Patient", f"file of {job}"),
            ("success", "", f"deleted {job}"),
        ]
        first = AuditRecord.objects.filter(action=AuditRecord.Action.BULK_EXPORT).earliest("pk")
        assert set(first.patient_ids or []) == {"142859", "142860", "7"}

    def test_a_kick_off_that_was_refused(self, exporter: Exporter, approved: App) -> None:
        narrow = Exporter.service(approved, "system/Patient.rs")
        assert narrow.kick_off(query={"_type": "Observation"}).status_code == 403
        assert self.told() == [("denied", "", "kick-off refused")]
