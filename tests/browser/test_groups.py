"""A list of patients in the browser: made, filled by keyboard, renamed, emptied, deleted."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.test_every_page import complaints_here

REBECCA, JOHN = "Rebecca Larson - 9999094", "John Wright - 9999097"


def test_a_list_from_the_first_patient_to_the_end(page: Page, running: dict[str, Any]) -> None:
    steps.sign_in_as(page, running, "provider")
    page.get_by_role("link", name="Groups", exact=True).click()
    expect(page.get_by_text("Panel of Dr. Emily Carter")).to_be_visible()
    assert complaints_here(page) == []
    make(page)
    add_by_keyboard(page)
    rename(page)
    page.get_by_role("button", name=re.compile(f"Remove.*{REBECCA}")).click()
    expect(page.get_by_text(f"{REBECCA} removed.")).to_be_visible()
    assert complaints_here(page) == []
    delete(page)


def make(page: Page) -> None:
    page.get_by_role("link", name="Make a list").click()
    page.get_by_role("button", name="Make the list").click()
    expect(page.get_by_text("Give the list a name.", exact=True)).to_be_visible()
    assert complaints_here(page) == []
    page.get_by_label("Name", exact=True).fill("Follow up")
    steps.choose_patient(page, "lars", REBECCA)
    page.get_by_role("button", name="Make the list").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Follow up")
    assert complaints_here(page) == []


def add_by_keyboard(page: Page) -> None:
    page.get_by_role("link", name="Add patients").press("Enter")
    assert complaints_here(page) == []
    search = page.get_by_role("searchbox")
    search.press_sequentially("9999097")
    page.get_by_role("button", name=f"Add {JOHN}").wait_for()
    search.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 patient chosen", exact=True)).to_be_visible()
    page.get_by_role("button", name="Add to the list").press("Enter")
    expect(page.get_by_text("1 patient added.")).to_be_visible()
    assert complaints_here(page) == []


def rename(page: Page) -> None:
    page.get_by_label("Name", exact=True).fill("Spring follow up")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Spring follow up")


def delete(page: Page) -> None:
    page.get_by_role("link", name="Delete this list").click()
    assert complaints_here(page) == []
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("The list Spring follow up is deleted.")).to_be_visible()
    expect(page.get_by_role("link", name="Spring follow up")).to_have_count(0)
