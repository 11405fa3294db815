"""An administrator at the desk: approves, looks at an app, announces; a patient reads it."""

import re
from datetime import date, timedelta
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.test_every_page import complaints_here
from tests.running.visitor import Credentials

PROVIDER = {
    "name": "Nora Newcomer", "birth_date": "1980-02-03", "email": "nora@example.com",
    "phone": "6085550163",
}  # fmt: skip


def at_the_desk(page: Page, running: dict[str, Any]) -> None:
    steps.sign_in(page, Credentials.of(running["accounts"]["admin"]), "/admin/login/")


def test_a_provider_is_approved(page: Page, running: dict[str, Any]) -> None:
    steps.register(page, PROVIDER, "Provider")
    steps.confirm(page, PROVIDER["email"], Credentials("nora", "meadow-copper-saturn", "614092"))
    page.context.clear_cookies()
    at_the_desk(page, running)
    assert complaints_here(page) == []
    page.get_by_role("link", name="Providers to approve").click()
    assert complaints_here(page) == []
    page.get_by_role("link", name="Nora Newcomer").click()
    page.get_by_label("Practitioners whose name begins with").fill("")
    page.get_by_role("button", name="Search").click()
    assert complaints_here(page) == []
    page.get_by_role("radio").last.check()
    page.get_by_role("button", name="Approve the provider").first.click()
    expect(page.get_by_text("Approve the provider: done for Nora Newcomer.")).to_be_visible()


def test_an_app_is_looked_at_as_people_will_see_it(page: Page, running: dict[str, Any]) -> None:
    at_the_desk(page, running)
    page.get_by_role("link", name="Apps to review").click()
    assert complaints_here(page) == []
    page.goto("/admin/fhirapi/client/?q=Demo+web+app")
    app = page.get_by_role("link", name="Demo web app").get_attribute("href") or ""
    page.goto(f"/admin/queue/apps/{app.split('/')[-3]}/")
    expect(page.get_by_role("heading", name="What people will see")).to_be_visible()
    assert complaints_here(page) == []


def test_an_announcement_reaches_a_patient_who_puts_it_away(
    page: Page, running: dict[str, Any]
) -> None:
    at_the_desk(page, running)
    page.goto("/admin/portal/announcement/add/")
    page.get_by_label("Text in English").fill("The laboratory is closed on Friday.")
    for name, day in (("begins_at", date.today()), ("ends_at", date.today() + timedelta(days=2))):
        page.locator(f"#id_{name}").fill(f"{day:%Y-%m-%d}T00:00")
    assert complaints_here(page) == []
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.locator(".announcement")).to_have_text(re.compile("closed on Friday"))
    assert complaints_here(page) == []
    page.context.clear_cookies()
    steps.sign_in_as(page, running, "patient")
    banner = page.get_by_role("complementary", name="Announcement")
    expect(banner).to_contain_text("closed on Friday")
    assert complaints_here(page) == []
    banner.get_by_role("button", name="Dismiss").click()
    expect(banner).to_have_count(0)


def test_the_trail_is_searched_and_a_job_is_run(page: Page, running: dict[str, Any]) -> None:
    at_the_desk(page, running)
    page.get_by_role("link", name="Audit", exact=True).click()
    page.get_by_label("Person").fill("demo.admin")
    page.get_by_label("Action").select_option("sign-in")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("row").filter(has_text="demo.admin").first).to_be_visible()
    assert complaints_here(page) == []
    page.get_by_role("link", name="Jobs", exact=True).click()
    page.get_by_role("button", name=re.compile("^Run now.*clear_expired")).click()
    expect(page.get_by_text("clear_expired has run.")).to_be_visible()
    assert complaints_here(page) == []
