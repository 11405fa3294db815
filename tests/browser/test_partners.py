"""Becoming a partner: applied for on a phone, reviewed at the desk, seen by the applicant."""

import re
from typing import Any

import psycopg
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser import steps
from tests.browser.test_every_page import complaints_here
from tests.portal.partners.conftest import DETAILS
from tests.product import Product
from tests.running.visitor import Credentials

PHONE = ViewportSize(width=390, height=844)
_BEFORE = """INSERT INTO portal_partnerapplication (account_id, program, state, {columns})
SELECT id, 'open-access', 'submitted', {values} FROM portal_account WHERE username = %s
RETURNING id"""


def apply(page: Page) -> None:
    page.goto("/partners/")
    page.get_by_role("link", name=re.compile("Apply.*API Distribution")).click()
    page.get_by_role("button", name="Continue to the terms").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert complaints_here(page) == []
    page.set_viewport_size(PHONE)
    page.get_by_label("Legal name of the organization").fill(DETAILS["organization"])
    page.get_by_role("button", name="Save as a draft").click()
    expect(page.get_by_text("The draft is saved.")).to_be_visible()
    for name, value in DETAILS.items():
        page.locator(f"#id_{name}").fill(value)
    page.get_by_role("button", name="Continue to the terms").click()
    assert complaints_here(page) == []
    page.set_viewport_size(PHONE)
    page.get_by_label("I accept these terms").check()
    page.get_by_role("button", name="Submit the application").click()
    expect(page.get_by_text("Your application is submitted.")).to_be_visible()
    assert complaints_here(page) == []


def take(desk: Page, step: str, button: str) -> None:
    desk.get_by_role("link", name=step, exact=True).click()
    for check in desk.get_by_role("checkbox").all():
        check.check()
    assert complaints_here(desk) == []
    desk.get_by_role("button", name=button).click()


def review(desk: Page) -> None:
    desk.get_by_role("link", name="Partners", exact=True).click()
    assert complaints_here(desk) == []
    desk.get_by_role("link", name=re.compile(DETAILS["organization"])).click()
    desk.get_by_label("Write to the applicant").fill("Good morning.")
    desk.get_by_role("button", name="Send, and a letter").click()
    assert complaints_here(desk) == []
    take(desk, "Begin the authenticity check", "Begin and send the letter")
    take(desk, "Verify the authenticity", "Verify and send the letter")
    take(desk, "Approve", "Approve and send the letter")
    expect(desk.get_by_text("The applicant is a partner now.")).to_be_visible()


def test_from_the_application_to_the_approval(
    page: Page, browser: Browser, running: dict[str, Any]
) -> None:
    steps.sign_in_as(page, running, "patient")
    apply(page)
    other = browser.new_context(base_url=running["base_url"])
    desk = other.new_page()
    steps.sign_in(desk, Credentials.of(running["accounts"]["admin"]), "/admin/login/")
    review(desk)
    other.close()
    page.reload()
    expect(page.get_by_role("heading", name="What the approval opened")).to_be_visible()
    expect(page.get_by_text("Good morning.")).to_be_visible()
    page.get_by_label("Your message").fill("Thank you.")
    page.get_by_role("button", name="Send the message").click()
    expect(page.get_by_text("Thank you.")).to_be_visible()
    assert complaints_here(page) == []
    page.get_by_role("link", name="Leave the program").click()
    assert complaints_here(page) == []


def application_of_before(product: Product, username: str) -> int:
    """One whose applicant has not accepted the terms of today: there is one version so far."""
    address = re.search(r"Database\s+(postgresql://\S+)", product.output)
    assert address
    statement = _BEFORE.format(columns=", ".join(DETAILS), values=", ".join(["%s"] * len(DETAILS)))
    with psycopg.connect(address[1]) as connection:
        [(made,)] = connection.execute(statement, [*DETAILS.values(), username])
    return int(made)


def test_newer_terms_are_read_and_accepted(
    page: Page, running: dict[str, Any], running_product: Product
) -> None:
    made = application_of_before(running_product, running["accounts"]["guardian"]["username"])
    steps.sign_in_as(page, running, "guardian")
    page.goto(f"/partners/applications/{made}/")
    assert complaints_here(page) == []
    page.get_by_role("link", name="Read and accept the newer version").click()
    page.get_by_role("button", name="Accept the terms").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert complaints_here(page) == []
    page.get_by_label("I accept these terms").check()
    page.get_by_role("button", name="Accept the terms").click()
    expect(page.get_by_text("The terms are accepted.")).to_be_visible()
