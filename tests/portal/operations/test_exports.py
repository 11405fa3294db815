"""Exports in the administration: seen, cancelled, expired, retried, each on record."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client as Browser
from pytest_django import Settings

from fhirapi.audit.models import AuditRecord
from fhirapi.bulk import jobs
from fhirapi.bulk.models import ExportJob
from fhirapi.bulk.storing import storage
from tests import people
from tests.people import Person
from tests.portal.exports.conftest import finished, running
from tests.portal.operations.conftest import said
from tests.portal.ui.browser import text

PAGE = "/admin/fhirapi/exportjob/"


@pytest.fixture(autouse=True)
def _own_folder(settings: Settings, tmp_path: Path) -> None:
    backend = "django.core.files.storage.FileSystemStorage"
    bulk = {"BACKEND": backend, "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "bulk": bulk}


@pytest.fixture
def grant(dr_grey: Person) -> Any:
    return people.make_key(dr_grey, ["142859"]).data_access_grant


def do(browser: Browser, action: str, *chosen: ExportJob) -> Any:
    form = {"action": action, "_selected_action": [str(each.pk) for each in chosen]}
    return browser.post(PAGE, form, follow=True)


def state(job: ExportJob) -> str:
    return ExportJob.objects.get(pk=job.pk).state


def test_the_list_tells_state_client_progress_and_amount(admin: Browser, grant: Any) -> None:
    job = running(grant, done=1234, of=2468)
    page, progress = text(admin.get(PAGE)), f"{jobs.progress(job)} %"
    for told in ("Running", grant.client.client_id, progress, "1,234", "All patients"):
        assert told in page


@pytest.mark.parametrize("query", ["?state__exact=failed", "?level__exact=group", "?q=nobody"])
def test_it_is_filtered(admin: Browser, grant: Any, query: str) -> None:
    job = running(grant)
    assert str(job.pk) not in text(admin.get(PAGE + query))


def test_it_is_found_by_number_key_and_person(admin: Browser, grant: Any) -> None:
    job = running(grant)
    for wanted in (job.pk, grant.client.client_id, "grey"):
        assert str(job.pk) in text(admin.get(f"{PAGE}?q={wanted}"))


def test_one_is_opened(admin: Browser, grant: Any) -> None:
    job = running(grant, error="The disk was full.")
    assert "The disk was full." in text(admin.get(f"{PAGE}{job.pk}/change/"))


def test_what_is_under_way_is_cancelled_and_nothing_else(admin: Browser, grant: Any) -> None:
    under_way, done = running(grant), finished(grant)
    do(admin, "cancel", under_way, done)
    assert (state(under_way), state(done)) == ("cancelled", "finished")
    told = AuditRecord.objects.get(action="operation", detail__startswith="export")
    assert told.detail == f"export {under_way.pk} cancelled"
    assert told.client_id == grant.client.client_id


def test_expired_now_its_files_are_gone(admin: Browser, grant: Any) -> None:
    done, other = finished(grant), finished(grant)
    names = [each.files.get().name for each in (done, other)]
    do(admin, "expire", done)
    assert [storage().exists(each) for each in names] == [False, True]
    assert state(done) == "finished"


def test_a_failed_one_waits_again(admin: Browser, grant: Any) -> None:
    failed, done = running(grant), finished(grant)
    jobs.fail(failed, "The disk was full.")
    do(admin, "retry", failed, done)
    assert (state(failed), state(done)) == ("queued", "finished")
    assert not failed.parts.exists()


def test_where_nothing_could_be_done_that_is_said(admin: Browser, grant: Any) -> None:
    assert said(do(admin, "retry", finished(grant))) == ["warning"]


@pytest.mark.parametrize("name", ["Front desk", "App review", "Auditor"])
def test_other_staff_neither_see_nor_end_them(
    staff: Callable[[str], Browser], grant: Any, name: str
) -> None:
    browser, job = staff(name), running(grant)
    assert browser.get(PAGE).status_code == 403
    do(browser, "cancel", job)
    assert state(job) == "running"


def test_operations_does(staff: Callable[[str], Browser], grant: Any) -> None:
    job = running(grant)
    do(staff("Operations"), "cancel", job)
    assert state(job) == "cancelled"


def test_the_page_of_jobs_says_who_works_and_what_waits(admin: Browser) -> None:
    page = text(admin.get("/admin/jobs/"))
    assert "Workers alive: 0" in page
    assert "Tasks waiting: 0" in page


def test_the_metrics_say_it_too(client: Browser, grant: Any) -> None:
    running(grant)
    told = text(client.get("/metrics"))
    assert 'qsmartcare_exports{state="running"} 1' in told
    assert "qsmartcare_job_workers 0" in told
    assert 'qsmartcare_job_tasks{state="waiting"} 0' in told
