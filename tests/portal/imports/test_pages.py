"""The list, the page of one import, cancelling it, and what was rejected: only one's own."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from fhirapi.bulk.importing import jobs
from fhirapi.bulk.importing.models import ImportJob
from fhirapi.smart.people import keys
from tests.people import Person
from tests.portal.imports.conftest import LIST, TOLD, finished, page_of, running
from tests.portal.ui.browser import HTMX, signed_in, text


def test_without_any_the_page_says_what_they_are(greys: Browser) -> None:
    assert "No import yet" in text(greys.get(LIST))


def test_it_stands_beside_the_exports(greys: Browser) -> None:
    assert f'href="{LIST}"' in text(greys.get("/portal/exports/"))


def test_the_list_says_how_each_is_and_who_asked(greys: Browser, grant: Any) -> None:
    job = running(grant, done=40, of=100)
    page = text(greys.get(LIST))
    assert "Old system" in page
    assert 30 < jobs.progress(job) < 60
    assert f'<progress max="100" value="{jobs.progress(job)}"' in page


def test_one_tells_what_became_of_each_file_but_not_what_opens_it(
    greys: Browser, grant: Any
) -> None:
    page = text(greys.get(page_of(finished(grant))))
    for told in ("o.ndjson.gz", "https://old.example/fhir", "Done, with rejected lines", ">98<"):
        assert told in page
    assert "opens-it" not in page


def test_open_ones_are_watched_and_done_ones_are_not(greys: Browser, grant: Any) -> None:
    job = running(grant)
    for address in (LIST, page_of(job)):
        assert 'hx-trigger="every 2s"' in text(greys.get(address))
    jobs.fail(job, "No.")
    for address in (LIST, page_of(job)):
        assert "hx-trigger" not in text(greys.get(address))


def test_asked_by_the_page_itself_only_the_changing_part_comes_and_its_end_is_told(
    greys: Browser, grant: Any
) -> None:
    job = running(grant)
    part = text(greys.get(f"{page_of(job)}?open=1", headers=HTMX))
    assert part.strip().startswith('<div id="import"')
    assert "announcer" not in part
    jobs.fail(job, "No.")
    assert "announcer" in text(greys.get(f"{page_of(job)}?open=1", headers=HTMX))
    assert "An import has ended." in text(greys.get(f"{LIST}?open=1", headers=HTMX))


def test_a_failed_one_says_why_and_what_to_do(greys: Browser, grant: Any) -> None:
    job = running(grant)
    jobs.fail(job, "Input 1 (Observation): The compressed file is damaged.")
    page = text(greys.get(page_of(job)))
    assert "Input 1 (Observation): The compressed file is damaged." in page
    assert "can be repeated" in page


def test_what_was_rejected_is_downloaded_and_that_is_on_record(greys: Browser, grant: Any) -> None:
    job = finished(grant)
    address = page_of(job, "rejects/0/")
    assert address in text(greys.get(page_of(job)))
    answer: Any = greys.get(address)
    assert b"".join(answer.streaming_content) == TOLD
    assert "rejected-Observation-1.ndjson" in answer["Content-Disposition"]
    told = AuditRecord.objects.get(action="bulk-import")
    assert (told.detail, told.account_id) == (f"file of {job.pk}", grant.account_id)


def test_it_is_gone_when_it_has_expired_or_the_key_is_off(greys: Browser, grant: Any) -> None:
    job = finished(grant)
    keys.set_active(grant.access_key, False)
    assert greys.get(page_of(job, "rejects/0/")).status_code == 404
    keys.set_active(grant.access_key, True)
    ImportJob.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    assert greys.get(page_of(job, "rejects/0/")).status_code == 404
    assert "rejects/" not in text(greys.get(page_of(job)))


def test_cancelling_asks_first_then_stops_it(greys: Browser, grant: Any) -> None:
    job = running(grant)
    assert "Cancel the import?" in text(greys.get(page_of(job, "end/")))
    assert ImportJob.objects.get().state == "running"
    assert greys.post(page_of(job, "end/"))["Location"] == LIST
    assert ImportJob.objects.get().state == "cancelled"
    assert "Cancelled" in text(greys.get(LIST))
    assert AuditRecord.objects.filter(detail=f"deleted {job.pk}").count() == 1


def test_what_has_ended_is_not_ended_again(greys: Browser, grant: Any) -> None:
    job = finished(grant)
    assert greys.post(page_of(job, "end/"))["Location"] == page_of(job)
    assert ImportJob.objects.get().state == "finished"


@pytest.mark.parametrize("page", ["", "end/", "rejects/0/"])
def test_somebody_elses_import_does_not_exist(dr_strange: Person, grant: Any, page: str) -> None:
    stranges = signed_in(dr_strange.account)
    job = running(grant) if page == "end/" else finished(grant)
    assert stranges.get(page_of(job, page)).status_code == 404
    assert stranges.post(page_of(job, "end/")).status_code == 404
    assert str(job.pk) not in text(stranges.get(LIST))
    assert not ImportJob.objects.filter(state="cancelled").exists()


def test_nor_does_one_that_never_was(greys: Browser) -> None:
    for page in ("", "end/", "rejects/0/"):
        assert greys.get(f"{LIST}{uuid.uuid4()}/{page}").status_code == 404


def test_who_is_not_signed_in_is_led_to_the_door(grant: Any) -> None:
    job = finished(grant)
    for address in (LIST, page_of(job), page_of(job, "rejects/0/")):
        assert "index.html" in Browser().get(address)["Location"]


def test_the_number_of_statements_does_not_grow_with_the_list(
    greys: Browser, grant: Any, django_assert_max_num_queries: Any
) -> None:
    for _ in range(10):
        finished(grant)
    with django_assert_max_num_queries(25):
        greys.get(LIST)
