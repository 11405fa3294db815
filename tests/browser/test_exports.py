"""A provider begins an export, watches it, downloads a file, deletes it; staff see the queue."""

import json
import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.quality import narrow_complaints
from tests.browser.test_every_page import complaints_here
from tests.product import wait_until
from tests.running.visitor import Credentials
from tests.smart.jwks import ec_jwk

_LONG = 120_000  # ms that a worker may take on a busy machine


def begin(page: Page, running: dict[str, Any]) -> None:
    page.goto("/portal/exports/new/")
    page.get_by_label("Your PIN").fill(running["accounts"]["provider"]["pin"])
    page.get_by_role("button", name="Begin the export").click()
    page.wait_for_url(re.compile("/portal/exports/[0-9a-f-]{36}/$"))


def test_an_export_from_the_button_to_the_file(page: Page, running: dict[str, Any]) -> None:
    steps.sign_in_as(page, running, "provider")
    page.get_by_role("link", name="Exports", exact=True).click()
    page.get_by_role("link", name="Begin an export").click()
    page.get_by_role("button", name="Begin the export").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter your PIN.")
    page.get_by_text("Only some kinds of data").click()
    assert complaints_here(page) == []
    begin(page, running)
    # Nobody reloads: the page finds out by itself.
    expect(page.get_by_role("heading", name="Files")).to_be_visible(timeout=_LONG)
    expect(page.locator("#announcer")).to_have_text("Ready")
    assert [*complaints_here(page), *narrow_complaints(page)] == []
    with page.expect_download() as fetched:
        page.get_by_role("link", name="Download Patient", exact=True).click()
    lines = fetched.value.path().read_text(encoding="utf-8").splitlines()
    assert {json.loads(each)["resourceType"] for each in lines} == {"Patient"}
    page.get_by_role("link", name="Delete its files").click()
    assert complaints_here(page) == []
    page.get_by_role("button", name="Delete its files").click()
    past = page.get_by_role("region", name="Earlier exports")
    expect(past.get_by_text("Deleted").first).to_be_visible()
    assert [*complaints_here(page), *narrow_complaints(page)] == []


def test_without_a_script_the_page_is_loaded_again(page: Page, running: dict[str, Any]) -> None:
    browser = page.context.browser
    assert browser is not None
    context = browser.new_context(base_url=running["base_url"], java_script_enabled=False)
    plain = context.new_page()
    steps.sign_in_as(plain, running, "provider")
    begin(plain, running)
    ready = plain.get_by_role("heading", name="Files")
    while not ready.is_visible():
        plain.get_by_role("link", name="Refresh").or_(ready).first.wait_for()
        plain.reload()
    plain.get_by_role("link", name="Delete its files").click()
    plain.get_by_role("button", name="Delete its files").click()
    context.close()


def test_a_developer_finds_the_exports_of_a_service(page: Page, running: dict[str, Any]) -> None:
    steps.sign_in_as(page, running, "provider")
    page.goto("/portal/apps/new/backend-service/")
    page.get_by_label("Name of the app").fill("Warehouse")
    page.get_by_label("Or the public keys themselves").fill(json.dumps({"keys": [ec_jwk()]}))
    page.get_by_role("button", name="Register app").click()
    tabs = page.get_by_role("navigation", name="Pages of the app")
    tabs.get_by_role("link", name="Exports").click()
    expect(page.get_by_text("has not asked for an export yet")).to_be_visible()
    assert [*complaints_here(page), *narrow_complaints(page)] == []


def test_administrators_look_at_exports_and_the_queue(page: Page, running: dict[str, Any]) -> None:
    steps.sign_in_as(page, running, "provider")
    begin(page, running)
    page.context.clear_cookies()
    steps.sign_in(page, Credentials.of(running["accounts"]["admin"]), "/admin/login/")
    page.get_by_role("link", name="Jobs", exact=True).click()
    # The product is ready before its workers have begun.
    alive = page.get_by_text(re.compile(r"Workers alive: [1-9]"))
    wait_until(lambda: page.reload() is not None and alive.is_visible())
    assert complaints_here(page) == []
    page.get_by_role("link", name="All exports").click()
    expect(page.get_by_role("row").filter(has_text="qsmartcare-portal").first).to_be_visible()
    assert complaints_here(page) == []
