"""The list, the page of one export, ending it: only one's own, and true to how it is."""

import time
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from fhirapi.bulk import jobs
from fhirapi.bulk.models import ExportJob
from fhirapi.bulk.storing import storage
from fhirapi.smart.models import RecordLink
from fhirapi.smart.people import keys, team
from portal.accounts.sessions.limits import POLL
from tests import people
from tests.people import Person
from tests.portal.exports.conftest import LIST, NEW, asks, file_of, finished, page_of, running
from tests.portal.ui.browser import HTMX, signed_in, text


def test_without_any_the_page_says_what_they_are_for(greys: Browser) -> None:
    page = text(greys.get(LIST))
    assert "No export yet" in page
    assert "your 2 patients" in page


def test_the_list_says_how_each_is_and_who_asked(greys: Browser, grant: Any) -> None:
    job = running(grant, done=40, of=100)
    page = text(greys.get(LIST))
    assert "Night report" in page
    assert 30 < jobs.progress(job) < 50
    assert f'<progress max="100" value="{jobs.progress(job)}"' in page


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
    assert part.strip().startswith('<div id="export"')
    assert "announcer" not in part
    jobs.fail(job, "No.")
    assert "announcer" in text(greys.get(f"{page_of(job)}?open=1", headers=HTMX))
    assert "An export has ended." in text(greys.get(f"{LIST}?open=1", headers=HTMX))


def test_a_page_that_polls_keeps_nobody_signed_in(greys: Browser) -> None:
    session = greys.session
    long_ago = int(time.time()) - 600
    session["seen_at"] = long_ago
    session.save()
    greys.get(LIST, headers={**HTMX, POLL: "yes"})
    assert greys.session["seen_at"] == long_ago
    greys.get(LIST)
    assert greys.session["seen_at"] > long_ago


def test_a_finished_one_has_its_files_until_they_expire(greys: Browser, grant: Any) -> None:
    job = finished(grant)
    assert file_of(job) in text(greys.get(page_of(job)))
    ExportJob.objects.filter(pk=job.pk).update(expires_at=timezone.now() - timedelta(minutes=1))
    page = text(greys.get(page_of(job)))
    assert "files/" not in page
    assert "Expired" in page


def test_a_failed_one_says_what_to_do(greys: Browser, grant: Any) -> None:
    job = running(grant)
    jobs.fail(job, "The access that it was asked with has ended.")
    assert "ask again with access that works" in text(greys.get(page_of(job)))
    other = running(grant)
    jobs.fail(other, "The moon was full.")
    assert "The moon was full." in text(greys.get(page_of(other)))


def test_past_ones_are_told_by_pages(greys: Browser, grant: Any) -> None:
    for _ in range(21):
        jobs.fail(running(grant), "No.")
    assert text(greys.get(LIST)).count("/portal/exports/") >= 20
    second = greys.get(f"{LIST}?page=2")
    assert len(second.context["past"]) == 1


def test_the_number_of_statements_does_not_grow_with_the_list(
    greys: Browser, grant: Any, django_assert_max_num_queries: Any
) -> None:
    for _ in range(10):
        finished(grant)
        jobs.cancel(finished(grant))
    with django_assert_max_num_queries(25):
        greys.get(LIST)


def test_cancelling_asks_first_then_stops_it(greys: Browser, grant: Any) -> None:
    job = running(grant)
    assert "Cancel the export?" in text(greys.get(page_of(job, "end/")))
    assert ExportJob.objects.get().state == "running"
    assert greys.post(page_of(job, "end/"))["Location"] == LIST
    assert ExportJob.objects.get().state == "cancelled"
    assert "Cancelled" in text(greys.get(LIST))
    assert AuditRecord.objects.filter(detail=f"deleted {job.pk}").count() == 1


def test_deleting_takes_the_files_away(greys: Browser, grant: Any) -> None:
    job = finished(grant)
    name, address = job.files.get().name, file_of(job)
    assert "Delete the files of the export?" in text(greys.get(page_of(job, "end/")))
    greys.post(page_of(job, "end/"))
    assert not storage().exists(name)
    assert greys.get(address).status_code == 404
    assert "Deleted" in text(greys.get(page_of(job)))


def test_what_has_ended_is_not_ended_again(greys: Browser, grant: Any) -> None:
    job = running(grant)
    jobs.fail(job, "No.")
    assert greys.post(page_of(job, "end/"))["Location"] == page_of(job)
    assert ExportJob.objects.get().state == "failed"


@pytest.mark.parametrize("page", ["", "end/", "file"])
def test_somebody_elses_export_does_not_exist(stranges: Browser, grant: Any, page: str) -> None:
    job = finished(grant)
    address = file_of(job) if page == "file" else page_of(job, page)
    assert stranges.get(address).status_code == 404
    assert stranges.post(page_of(job, "end/")).status_code == 404
    assert str(job.pk) not in text(stranges.get(LIST))
    assert ExportJob.objects.get().state == "finished"


def test_nor_does_one_that_never_was(greys: Browser) -> None:
    for page in ("", "end/", "files/1/"):
        assert greys.get(f"{LIST}{uuid.uuid4()}/{page}").status_code == 404


def test_a_provider_no_more_gets_nothing(greys: Browser, grant: Any, dr_grey: Person) -> None:
    job = finished(grant)
    account = dr_grey.account
    account.provider_approved_at = None
    account.save()
    for address in (LIST, page_of(job), file_of(job)):
        assert greys.get(address).status_code == 302


def test_once_the_key_is_off_its_files_are_not_handed_out(greys: Browser, grant: Any) -> None:
    job = finished(grant)
    keys.set_active(grant.access_key, False)
    assert "has ended, so its files" in text(greys.get(page_of(job)))
    assert greys.get(file_of(job)).status_code == 404


def test_who_manages_the_team_no_more_gets_no_file_of_what_was_begun_here(
    dr_grey: Person,
) -> None:
    lead = RecordLink.objects.get(account=dr_grey.account)
    mia = people.account("mia", "Mia", "Moore", wants_provider=True)
    member = team.join(lead, mia, "manager", by_id=None, address=None)
    browser = signed_in(mia)
    assert browser.post(NEW, asks()).status_code == 302
    job = finished(ExportJob.objects.get().data_access_grant)
    assert browser.get(file_of(job)).status_code == 200
    team.change_role(member, "clinical", by=dr_grey.account, address=None)
    assert browser.get(file_of(job)).status_code == 404
    assert "files/" not in text(browser.get(page_of(job)))
    assert browser.post(NEW, asks())["Location"] == LIST


def test_who_is_not_signed_in_is_led_to_the_door(grant: Any) -> None:
    job = finished(grant)
    for address in (LIST, page_of(job), file_of(job)):
        assert "index.html" in Browser().get(address)["Location"]


def test_two_of_one_practitioner_see_each_their_own(grant: Any, dr_grey: Person) -> None:
    """Both accounts stand for Dr. Grey, and see the same patients."""
    colleague = people.linked_doctor("grey2", "Grey", "dr-grey")
    job = finished(grant)
    assert signed_in(colleague.account).get(file_of(job)).status_code == 404
