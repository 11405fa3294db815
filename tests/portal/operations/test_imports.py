"""Imports in the administration: seen and cancelled, on record."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser

from fhirapi.audit.models import AuditRecord
from fhirapi.bulk.importing import jobs
from fhirapi.bulk.importing.models import ImportJob
from tests import people
from tests.people import Person
from tests.portal.imports.conftest import finished, own_folder, running
from tests.portal.ui.browser import text

PAGE = "/admin/fhirapi/importjob/"

__all__ = ["own_folder"]


@pytest.fixture
def grant(dr_grey: Person) -> Any:
    return people.make_key(dr_grey, ["142859"]).data_access_grant


def cancel(browser: Browser, *chosen: ImportJob) -> Any:
    form = {"action": "cancel", "_selected_action": [str(each.pk) for each in chosen]}
    return browser.post(PAGE, form, follow=True)


def state(job: ImportJob) -> str:
    return ImportJob.objects.get(pk=job.pk).state


def test_the_list_tells_state_client_progress_and_amount(admin: Browser, grant: Any) -> None:
    job = running(grant, done=1234, of=2468)
    page, progress = text(admin.get(PAGE)), f"{jobs.progress(job)} %"
    for told in ("Storing", grant.client.client_id, progress, "1,234"):
        assert told in page


def test_one_is_opened_without_the_addresses_of_its_files(admin: Browser, grant: Any) -> None:
    page = text(admin.get(f"{PAGE}{running(grant, error='The disk was full.').pk}/change/"))
    assert "The disk was full." in page
    assert "opens-it" not in page


def test_what_is_under_way_is_cancelled_and_nothing_else(admin: Browser, grant: Any) -> None:
    under_way, done = running(grant), finished(grant)
    cancel(admin, under_way, done)
    assert (state(under_way), state(done)) == ("cancelled", "finished")
    told = AuditRecord.objects.get(action="operation", detail__startswith="import")
    assert told.detail == f"import {under_way.pk} cancelled"


@pytest.mark.parametrize("name", ["Front desk", "App review", "Auditor"])
def test_other_staff_neither_see_nor_end_them(
    staff: Callable[[str], Browser], grant: Any, name: str
) -> None:
    browser, job = staff(name), running(grant)
    assert browser.get(PAGE).status_code == 403
    cancel(browser, job)
    assert state(job) == "running"


def test_operations_does(staff: Callable[[str], Browser], grant: Any) -> None:
    job = running(grant)
    cancel(staff("Operations"), job)
    assert state(job) == "cancelled"
