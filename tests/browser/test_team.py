"""A team in the browser: invited by letter, registered, joined, given a role, removed."""

import re
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.browser import steps
from tests.browser.test_every_page import complaints_here
from tests.running.visitor import Credentials

EMAIL = "terry.team@example.com"
CHOSEN = Credentials("terryteam", "meadow-copper-saturn", "614092")


def letter_link(page: Page) -> str:
    page.goto("/demo/outbox/")
    letter = page.get_by_role("article").filter(has_text=f"To {EMAIL}")
    link = letter.filter(has_text="team").first.get_by_role("link", name="/portal/team/join/")
    return str(link.get_attribute("href"))


def invite(page: Page) -> None:
    page.get_by_role("link", name="Team", exact=True).click()
    assert complaints_here(page) == []
    page.get_by_role("button", name="Send the invitation").click()
    assert complaints_here(page) == []
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Front desk").check()
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_text(f"We have sent a letter to {EMAIL}")).to_be_visible()
    assert complaints_here(page) == []


def join(page: Page, link: str) -> None:
    """From the letter of somebody who has no account yet."""
    page.goto(link)
    assert complaints_here(page) == []
    person = {"name": "Terry Team", "birth_date": "1990-02-03", "email": EMAIL,
              "phone": "6085550123"}  # fmt: skip
    steps.register(page, person, "Provider")
    steps.confirm(page, EMAIL, CHOSEN)
    expect(page).not_to_have_url(re.compile("/app/confirm/"))
    page.goto(link)
    if page.get_by_role("link", name="Sign in", exact=True).count():
        page.get_by_role("link", name="Sign in", exact=True).click()
        steps.fill_in(page, CHOSEN)
    assert complaints_here(page) == []
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_text("You are on the team now")).to_be_visible()


def test_somebody_joins_a_team_and_leaves_it(
    page: Page, browser: Browser, running: dict[str, Any]
) -> None:
    steps.sign_in_as(page, running, "provider")
    invite(page)
    other = browser.new_context(base_url=running["base_url"])
    staff = other.new_page()
    join(staff, letter_link(page))
    staff.get_by_role("link", name="Find patients", exact=True).click()
    staff.get_by_label("Search by name").fill("larson")
    staff.get_by_role("button", name="Search").click()
    expect(staff.get_by_role("cell", name="9999094")).to_be_visible()
    assert complaints_here(staff) == []
    page.goto("/portal/team/")
    page.get_by_role("link", name=re.compile("Change role.*Terry Team")).click()
    assert complaints_here(page) == []
    page.get_by_label("Clinical").check()
    page.get_by_role("button", name="Save").click()
    staff.goto("/portal/patients/142859/")
    expect(staff.get_by_role("heading", level=1)).to_contain_text("Larson")
    page.get_by_role("link", name=re.compile("Remove.*Terry Team")).click()
    assert complaints_here(page) == []
    page.get_by_role("button", name="Remove").click()
    assert staff.goto("/portal/patients/142859/").status == 404  # type: ignore[union-attr]
    other.close()
