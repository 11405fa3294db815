"""Jobs: what ran, how it ended, and run at the push of a button."""

import pytest
from django.core.management import call_command

from fhirapi.audit.models import AuditRecord
from portal.operations import jobs
from portal.operations.models import JobRun
from tests.portal.operations.conftest import said


def test_a_run_is_written_down_with_its_end(db):
    call_command("clear_expired", verbosity=0)
    run = JobRun.objects.get()
    assert (run.job, run.outcome) == ("clear_expired", "done")
    assert run.ended_at >= run.started_at


def test_a_run_that_fails_says_so_without_words_of_others(db):
    with pytest.raises(ValueError, match="Rebecca"), jobs.running("deliver"):
        raise ValueError("Rebecca Larson")
    run = JobRun.objects.get()
    assert (run.outcome, run.detail) == ("failed", "ValueError")


def test_the_page_shows_jobs_that_others_have_written(admin):
    with jobs.running("deliver_webhooks") as run:
        run.detail = "3 delivered"
    page = admin.get("/admin/jobs/")
    assert [line.job.name for line in page.context["lines"]] == [
        "clear_expired",
        "refresh_groups",
        "deliver_webhooks",
    ]
    assert b"3 delivered" in page.content
    assert b"has not run yet" in page.content


def test_looking_runs_nothing(admin):
    admin.get("/admin/jobs/")
    assert not JobRun.objects.exists()


def test_it_is_run_now(admin, administrator):
    page = admin.post("/admin/jobs/clear_expired/run/", follow=True)
    assert said(page) == ["success"]
    assert JobRun.objects.get().outcome == "done"
    assert AuditRecord.objects.get(action="operation").detail == "job run: clear_expired"


@pytest.mark.parametrize("name", ["migrate", "reindex"])
def test_nothing_else_is_run(admin, name):
    assert admin.post(f"/admin/jobs/{name}/run/").status_code == 404


def test_only_who_may_runs_one(staff):
    browser = staff("Auditor")
    assert browser.get("/admin/jobs/").status_code == 200
    assert browser.post("/admin/jobs/clear_expired/run/").status_code == 403
    assert not JobRun.objects.exists()


def test_stale_search_rows_are_named(admin, practice):
    from fhirapi.sql import fetch

    fetch("UPDATE fhirapi_indexstate SET fingerprint = 'old' RETURNING resource_type")
    assert "Patient" in admin.get("/admin/jobs/").context["stale"]


def test_the_page_names_the_key_that_signs_and_shows_none(admin, client, settings):
    page = admin.get("/admin/jobs/").content.decode()
    keys = client.get("/R4-patient-api/oauth2/jwks").json()["keys"]
    assert [each["kid"] in page for each in keys] == [True, True]
    assert not [each for each in settings.ENCRYPTION_KEYS if each in page]
