"""Activity and connected apps as people use them: filters, the file, revoking one approval."""

import csv
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.test_every_page import complaints_here


def test_somebody_filters_the_trail_and_takes_it_along(page: Page, running: dict[str, Any]) -> None:
    steps.sign_in_as(page, running, "patient")
    page.goto("/portal/activity/")
    assert complaints_here(page) == []
    page.get_by_role("link", name="Sign-ins and security").click()
    expect(page.get_by_role("cell", name="Signed in").first).to_be_visible()
    assert complaints_here(page) == []
    page.get_by_label("What was done").select_option(label="Access keys")
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_text("Nothing fits the filter.")).to_be_visible()
    assert complaints_here(page) == []
    page.get_by_role("link", name="Clear the filter").click()
    page.get_by_role("link", name="Download as CSV").click()
    assert complaints_here(page) == []
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    lines = list(csv.reader(Path(download.value.path()).read_text("utf-8-sig").splitlines()))
    assert lines[0][:3] == ["When", "Time zone", "What"]
    assert "Signed in" in {each[2] for each in lines}


def test_a_filter_that_cannot_be_says_so(page: Page, running: dict[str, Any]) -> None:
    steps.sign_in_as(page, running, "patient")
    page.goto("/portal/activity/?since=2026-02-02&until=2026-02-01")
    expect(page.get_by_text("Until comes before From.")).to_be_visible()
    assert complaints_here(page) == []


def test_a_guardian_sees_the_records_that_are_looked_after(
    page: Page, running: dict[str, Any]
) -> None:
    steps.sign_in_as(page, running, "guardian")
    ward = running["accounts"]["guardian"]["patient_ids"][0]
    page.goto(f"/portal/patients/{ward}/")
    page.goto("/portal/activity/?tab=record")
    expect(page.get_by_role("link", name="Who opened the records")).to_be_visible()
    expect(page.get_by_role("cell").filter(has_text="the record of").first).to_be_visible()
    assert complaints_here(page) == []
