"""Letters about the status: subscribed, confirmed, changed and ended in the browser."""

from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.test_every_page import complaints_here
from tests.product import wait_until

ANN = "ann.reader@example.org"


def test_a_subscription_from_beginning_to_end(page: Page, running: dict[str, Any]) -> None:
    page.goto("/status/")
    page.get_by_role("link", name="by email").click()
    page.get_by_label("Email ID").fill(ANN)
    page.get_by_role("button", name="Subscribe").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look at your mail")
    assert complaints_here(page) == []
    confirm(page)
    page.get_by_label("Incidents and planned maintenance").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    assert complaints_here(page) == []
    page.get_by_role("link", name="Unsubscribe").click()
    assert complaints_here(page) == []
    page.get_by_role("button", name="Unsubscribe").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are not subscribed")
    assert complaints_here(page) == []


def confirm(page: Page) -> None:
    """A worker sends the letter: it takes a moment."""

    def has_come() -> bool:
        page.goto("/demo/outbox/")
        return letter.count() > 0

    letter = page.get_by_role("article").filter(has_text=f"To {ANN}")
    wait_until(has_come)
    letter.last.get_by_role("link", name="/subscriptions/confirm/").click()
    assert complaints_here(page) == []
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your subscription")
    assert complaints_here(page) == []
