"""Settings in a browser: other ways to sign in, sessions, a new address, closing the account."""

import base64
import re
import time
from typing import Any

import pytest
from django_otp.oath import totp
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import steps
from tests.browser.test_every_page import complaints_here
from tests.running.visitor import Credentials

PASSWORD, PIN = "meadow-copper-saturn", "614092"
DOOR = "/patient/index.html"
SETTINGS = re.compile("/portal/settings/$")


@pytest.fixture
def device(page: Page) -> Any:
    """An authenticator with a screen lock, as a phone is one."""
    client = page.context.new_cdp_session(page)
    client.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    made = client.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return lambda verified: client.send(
        "WebAuthn.setUserVerified",
        {"authenticatorId": made["authenticatorId"], "isUserVerified": verified},
    )


@pytest.fixture
def somebody(page: Page, running: dict[str, Any], request: pytest.FixtureRequest) -> Credentials:
    """A person of this test's own, signed in at the settings."""
    name = request.node.name.removeprefix("test_").replace("_", "-")[:40]
    person = {**running["patients"][5], "name": "Sally Settings", "email": f"{name}@example.com"}
    chosen = Credentials(name, PASSWORD, PIN)
    steps.register(page, person, "Patient")
    steps.confirm(page, person["email"], chosen)
    steps.sign_in(page, chosen, DOOR)
    page.goto("/portal/settings/")
    return chosen


def prove(page: Page, button: str) -> None:
    page.get_by_label("Current password").fill(PASSWORD)
    page.get_by_label("Current PIN").fill(PIN)
    page.get_by_role("button", name=button).click()


def link_of_letter(page: Page, recipient: str, path: str) -> str:
    page.goto("/demo/outbox/")
    letter = page.get_by_role("article").filter(has_text=f"To {recipient}")
    return letter.get_by_role("link", name=path).first.get_attribute("href") or ""


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile(DOOR))


def test_a_code_of_an_app_in_place_of_the_pin(page: Page, somebody: Credentials) -> None:
    page.get_by_role("link", name="Set up the authenticator app").click()
    assert complaints_here(page) == []
    prove(page, "Continue")
    expect(page.locator("svg.qr")).to_be_visible()
    assert complaints_here(page) == []
    key = base32(page.locator("#authenticator-key").inner_text())
    page.get_by_label("Code from the app").fill(f"{totp(key):06}")
    page.get_by_role("button", name="Turn on").click()
    expect(page.locator(".codes li")).to_have_count(10)
    assert complaints_here(page) == []
    code = page.locator(".codes li").first.inner_text()
    page.get_by_role("link", name="I have them").click()
    assert complaints_here(page) == []
    sign_out(page)
    page.get_by_role("link", name="Use an authenticator code").click()
    assert complaints_here(page) == []
    fill_in(page, somebody.username, f"{totp(key, t0=-30):06}")  # the next one
    expect(page).to_have_url(re.compile("/portal/"))
    sign_out(page)
    steps.sign_in(page, Credentials(somebody.username, PASSWORD, code), DOOR)


def test_a_passkey_in_place_of_everything(page: Page, somebody: Credentials, device: Any) -> None:
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name of the passkey").fill("My phone")
    assert complaints_here(page) == []
    prove(page, "Continue")
    assert complaints_here(page) == []
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_text("The passkey is added.")).to_be_visible()
    assert complaints_here(page) == []
    sign_out(page)
    page.goto(f"{DOOR}?next=/portal/settings/")
    device(False)  # somebody else's finger
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("No passkey was used.")).to_be_visible()
    assert complaints_here(page) == []
    device(True)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page).to_have_url(SETTINGS)
    page.get_by_role("link", name="Remove the passkey My phone").click()
    prove(page, "Remove")
    expect(page.get_by_text("The passkey is removed here.")).to_be_visible()
    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("The passkey did not open an account here.")).to_be_visible()


def test_a_session_on_another_device_is_ended(
    page: Page, context: BrowserContext, somebody: Credentials
) -> None:
    assert context.browser is not None
    other = context.browser.new_context(base_url=page.url.split("/portal")[0]).new_page()
    steps.sign_in(other, somebody, DOOR)
    page.goto("/portal/settings/sessions/")
    assert complaints_here(page) == []
    page.get_by_role("button", name=re.compile("^End the session")).click()
    expect(page.get_by_text("You are signed in nowhere else.")).to_be_visible()
    other.goto("/portal/settings/")
    expect(other).to_have_url(re.compile(DOOR))
    expect(other.get_by_text("Your session has ended.")).to_be_visible()
    other.context.close()


def test_a_new_address_confirmed_and_undone(page: Page, somebody: Credentials) -> None:
    page.get_by_role("link", name="Change the email address").click()
    assert complaints_here(page) == []
    page.get_by_label("New email address").fill("brand-new@example.com")
    prove(page, "Send the letter")
    expect(page.get_by_text("brand-new@example.com waits")).to_be_visible()
    page.goto(link_of_letter(page, "brand-new@example.com", "/email/confirm/"))
    assert complaints_here(page) == []
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator("dd", has_text="brand-new@example.com")).to_be_visible()
    page.goto(link_of_letter(page, f"{somebody.username}@example.com", "/email/undo/"))
    assert complaints_here(page) == []
    page.get_by_role("button", name="Undo the change").click()
    expect(page).to_have_url(re.compile("/recover/"))
    page.goto("/portal/settings/")
    expect(page).to_have_url(re.compile(DOOR))


def test_language_and_time_zone(page: Page, somebody: Credentials) -> None:
    page.get_by_role("link", name="Change the time zone").click()
    assert complaints_here(page) == []
    page.get_by_label("Time zone").fill("chicago")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("America/Chicago")).to_be_visible()


def test_the_account_is_closed(page: Page, somebody: Credentials) -> None:
    page.get_by_role("link", name="Close the account").click()
    assert complaints_here(page) == []
    page.get_by_label("Type the word to confirm").fill("CLOSE")
    prove(page, "Close the account")
    expect(page.get_by_text("Your account is closed.")).to_be_visible()
    steps.fill_in(page, somebody)
    expect(page.get_by_role("alert")).to_be_visible()


def test_before_the_session_ends_the_page_warns_and_keeps_what_was_typed(
    page: Page, somebody: Credentials
) -> None:
    page.clock.install(time=time.time())
    page.goto("/portal/settings/preferences/")
    page.get_by_label("Time zone").fill("denver")
    page.route("**/portal/session/", lambda route: route.fulfill(json={"seconds": 90}))
    page.clock.fast_forward("29:00")
    expect(page.get_by_role("heading", name="Are you still there?")).to_be_visible()
    assert complaints_here(page) == []
    page.unroute("**/portal/session/")
    page.get_by_role("button", name="Stay signed in").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.context.clear_cookies(name="qsmartcare_session")
    page.clock.fast_forward("29:00")
    page.clock.fast_forward("03:00")
    expect(page.get_by_text("Your session has ended because")).to_be_visible()
    assert complaints_here(page) == []
    steps.fill_in(page, somebody)
    expect(page).to_have_url(re.compile("/portal/settings/preferences/"))
    expect(page.get_by_label("Time zone")).to_have_value("denver")


def fill_in(page: Page, username: str, code: str) -> None:
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Authenticator code").fill(code)
    page.get_by_role("button", name="Login").click()


def base32(text: str) -> bytes:
    return base64.b32decode(text.replace(" ", ""))
