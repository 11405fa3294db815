"""A record in the browser: a patient reads and downloads the own one, a provider opens a page."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.test_every_page import complaints, complaints_here

REBECCA = "/portal/patients/142859/"


def test_a_patient_reads_lab_results_with_a_plot(page: Page, running: dict[str, Any]) -> None:
    steps.sign_in_as(page, running, "patient")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="My record").click()
    expect(page).to_have_url(re.compile(f"{REBECCA}$"))
    page.get_by_role("navigation", name="Record").get_by_role("link", name="Labs").click()
    page.get_by_role("link", name="LDL cholesterol").first.click()
    expect(page.locator(".plot-area circle, .plot-area .flagged").first).to_be_attached()
    assert page.locator("tbody tr").count() > 1
    assert complaints_here(page) == []


def test_a_patient_finds_something_by_its_words(page: Page, running: dict[str, Any]) -> None:
    steps.sign_in_as(page, running, "patient")
    page.goto(REBECCA)
    page.get_by_role("searchbox", name="Search in this record").fill("blood pressure")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Search in the record")
    assert "blood" not in page.url
    assert page.locator("tbody tr").count() > 1
    assert complaints_here(page) == []


@pytest.mark.parametrize("name", ["Download PDF", "Download page", "Download FHIR"])
def test_a_patient_downloads_the_record(page: Page, running: dict[str, Any], name: str) -> None:
    steps.sign_in_as(page, running, "patient")
    page.goto(REBECCA)
    page.get_by_role("link", name="Download", exact=True).click()
    with page.expect_download() as caught:
        page.get_by_role("button", name=name).click()
    content = Path(caught.value.path()).read_bytes()
    if caught.value.suggested_filename.endswith(".json"):
        assert json.loads(content)["entry"][0]["resource"]["id"] == "142859"
    else:
        assert len(content) > 10_000
    page.goto("/portal/activity/")
    expect(page.get_by_text("Downloaded a record").first).to_be_visible()


def test_a_note_is_read_as_text(page: Page, running: dict[str, Any]) -> None:
    steps.sign_in_as(page, running, "patient")
    page.goto(f"{REBECCA}record/documents/")
    page.locator("tbody a").first.click()
    expect(page.locator("pre")).to_contain_text("SUBJECTIVE")
    assert complaints_here(page) == []


def test_a_provider_opens_a_patients_page(page: Page, running: dict[str, Any]) -> None:
    steps.sign_in_as(page, running, "provider")
    page.get_by_role("searchbox", name="Name, MRN or date of birth").fill("larson")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Rebecca Larson").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Rebecca Larson")
    expect(page.get_by_role("heading", name="Open in app")).to_be_visible()
    page.goto("/portal/")
    expect(page.get_by_role("heading", name="Opened lately")).to_be_visible()
    assert complaints_here(page) == []


def test_the_pages_of_a_record_are_without_complaint(page: Page, running: dict[str, Any]) -> None:
    steps.sign_in_as(page, running, "patient")
    slugs = ("problems", "medications", "labs", "vitals", "visits", "questionnaires", "download")
    assert complaints(page, tuple(f"{REBECCA}record/{each}/" for each in slugs)) == {}
