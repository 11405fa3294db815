"""From the button to the file, with the queue and a worker as they are."""

from typing import Any

import orjson
import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client as Browser

from fhirapi.bulk import in_portal, jobs
from fhirapi.bulk.models import ExportJob
from fhirapi.bulk.waiting import queue
from fhirapi.store.load import load
from tests import people
from tests.people import Person
from tests.portal.exports.conftest import NEW, asks, page_of
from tests.portal.ui.browser import signed_in, text
from tests.smart.small_practice import group

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def records(practice: None) -> None:
    load(
        [
            people.observation("pulse", "142859"),
            people.observation("of-another", "7"),
            group("rebecca", "142859"),
        ]
    )


def work() -> None:
    call_command("work", until_idle=True)


def begun(browser: Browser, **changes: Any) -> ExportJob:
    answer = browser.post(NEW, asks(**changes))
    return ExportJob.objects.get(pk=answer["Location"].split("/")[-2])


def downloaded(browser: Browser, job: ExportJob) -> dict[str, list[str]]:
    """Ids by type, of every file whose link is on the page."""
    page = text(browser.get(page_of(job)))
    found: dict[str, list[str]] = {}
    for file in job.files.order_by("pk"):
        address = page_of(job, f"files/{file.pk}/")
        assert address in page
        answer: Any = browser.get(address)
        lines = b"".join(answer.streaming_content).splitlines()
        ids = [str(orjson.loads(each)["id"]) for each in lines]
        found[file.resource_type] = sorted(found.get(file.resource_type, []) + ids)
    return found


def test_all_patients_in_ones_care_and_nobody_else(records: None, dr_grey: Person) -> None:
    browser = signed_in(dr_grey.account)
    job = begun(browser)
    work()
    found = downloaded(browser, job)
    assert found["Patient"] == ["142859", "142860"]
    assert found["Observation"] == ["pulse"]


def test_a_group_and_some_kinds_only(records: None, dr_grey: Person) -> None:
    browser = signed_in(dr_grey.account)
    job = begun(browser, level="group", group="rebecca", types=["Patient"])
    work()
    assert downloaded(browser, job) == {"Patient": ["142859"]}


def test_tables_are_told_by_the_name_of_their_view(records: None, dr_grey: Person) -> None:
    browser = signed_in(dr_grey.account)
    job = begun(browser, types=["Observation"], output_format="application/vnd.apache.parquet")
    work()
    page = browser.get(page_of(job))
    views = [each["file"].view for each in page.context["files"]]
    assert "" in views
    assert "observation" in views
    assert "blood_pressure" in page.content.decode()
    assert page.context["export"].resources == 1


def test_a_failed_one_that_is_retried_brings_each_resource_once(
    records: None, dr_grey: Person
) -> None:
    browser = signed_in(dr_grey.account)
    job = begun(browser)
    work()
    ExportJob.objects.filter(pk=job.pk).update(state=ExportJob.State.RUNNING, expires_at=None)
    jobs.fail(job, "The disk was full.")
    assert in_portal.again(job)
    assert not in_portal.again(job)
    work()
    assert downloaded(browser, job)["Patient"] == ["142859", "142860"]


def test_one_that_a_worker_is_still_busy_with_is_not_retried(
    records: None, dr_grey: Person
) -> None:
    job = begun(signed_in(dr_grey.account))
    jobs.fail(job, "The disk was full.")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing'")
    assert not in_portal.again(job)
    assert ExportJob.objects.get().state == "failed"


def test_the_queue_is_told_with_who_works_on_it(
    records: None, dr_grey: Person, empty_queue: None
) -> None:
    begun(signed_in(dr_grey.account))
    before = queue()
    assert (before.workers, before.waiting, before.running) == (0, 1, 0)
    assert before.is_stuck
    assert before.oldest is not None
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
    assert (queue().workers, queue().is_stuck) == (1, False)
    work()
    assert queue().waiting == 0
