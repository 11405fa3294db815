"""The steps of the vendor's guide as a person takes them with a browser."""

import re
from datetime import date
from typing import Any

from playwright.sync_api import Page, expect

from tests.running.visitor import Credentials


def register(page: Page, person: dict[str, str], service: str) -> None:
    given, _, family = person["name"].partition(" ")
    page.goto("/app/registration.html")
    page.get_by_label("First Name").fill(given)
    page.get_by_label("Last Name").fill(family)
    page.get_by_label("DOB").fill(f"{date.fromisoformat(person['birth_date']):%m/%d/%Y}")
    page.get_by_label("Email ID").fill(person["email"])
    page.get_by_label("City").fill("Madison")
    page.get_by_label("State").select_option("WI")
    page.get_by_label("Facility").fill("QSmartCare Demo Practice")
    page.get_by_label(service, exact=True).check()
    page.get_by_label("Phone Number").fill(person["phone"])
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirm your email address")


def confirm(page: Page, email: str, chosen: Credentials) -> None:
    page.goto("/demo/outbox/")
    letter = page.get_by_role("article").filter(has_text=f"To {email}").first
    letter.get_by_role("link", name="/app/confirm/").click()
    page.get_by_label("Username").fill(chosen.username)
    page.get_by_label("Password", exact=True).fill(chosen.password)
    page.get_by_label("Password again").fill(chosen.password)
    page.get_by_label("PIN", exact=True).fill(chosen.pin)
    page.get_by_label("PIN again").fill(chosen.pin)
    page.get_by_role("button", name="Save").click()


def sign_in(page: Page, who: Credentials, door: str) -> None:
    page.goto(door)
    fill_in(page, who)
    page.wait_for_url(re.compile(r"/(portal|admin)/"))


def fill_in(page: Page, who: Credentials) -> None:
    page.get_by_label("Username").fill(who.username)
    page.get_by_label("Password").fill(who.password)
    page.get_by_label("PIN").fill(who.pin)
    page.get_by_role("button", name="Login").click()


def sign_in_as(page: Page, demo: dict[str, Any], name: str) -> None:
    door = "/app/index.html" if name == "provider" else "/patient/index.html"
    sign_in(page, Credentials.of(demo["accounts"][name]), door)


def choose_patient(page: Page, typed: str, chip: str) -> None:
    """Types into the picker as it searches, and takes the patient that it finds."""
    page.get_by_role("searchbox").press_sequentially(typed, delay=20)
    page.get_by_role("button", name=f"Add {chip}").click()
    expect(page.locator(".chip").filter(has_text=chip)).to_be_visible()


def show_secret(page: Page, pin: str) -> str:
    page.get_by_role("button", name="Show SecretAccessKey").click()
    page.get_by_label("Your PIN").fill(pin)
    page.get_by_role("button", name="Show the secret").click()
    secret = page.locator("#secret-value")
    expect(secret).to_have_text(re.compile("^[0-9a-f]{40}$"))
    return secret.inner_text()


def access_key_id(page: Page) -> str:
    return page.locator("#access-key-id").inner_text()


def fill_in_sign_in(page: Page, who: Credentials) -> None:
    """On the way to a page that asks who it is."""
    page.get_by_label("Username").fill(who.username)
    page.get_by_label("Password").fill(who.password)
    page.get_by_label("PIN").fill(who.pin)
    page.get_by_role("button", name="Login").click()


def approve(page: Page, who: Credentials, callback: str) -> None:
    """From an app's authorization request, signed out, to the app with a code."""
    fill_in_sign_in(page, who)
    page.get_by_role("button", name="Approve").click()
    page.wait_for_url(f"{callback}?*")
