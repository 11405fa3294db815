"""A Chromium for the running product; a test fails when its pages complain in the console."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests import chromium

_API = "/R4-patient-api/"
_ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]


# No longer than a module: Playwright's event loop would make Django refuse its database.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=chromium.executable(), args=_ARGUMENTS
        )
        yield launched
        launched.close()


@pytest.fixture
def context(browser: Browser, running: dict[str, Any]) -> Iterator[BrowserContext]:
    made = browser.new_context(
        base_url=running["base_url"],
        viewport={"width": 1280, "height": 800},
        permissions=["clipboard-read", "clipboard-write"],
    )
    made.set_default_timeout(60_000)  # on a busy machine
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on(
        "console",
        lambda message: complaints.append(_words(message)) if _is_complaint(message) else None,
    )
    yield opened
    assert complaints == []


def _is_complaint(message: ConsoleMessage) -> bool:
    """Of errors only, and not what axe causes, nor that a page is meant to be a 404, nor that the
    API refuses what the console is meant to ask.
    """
    where = message.location["url"]
    if message.type != "error" or not where:  # axe's script comes from no address
        return False
    is_meant = message.page is not None and (where == message.page.url or _API in where)
    return not (is_meant and "Failed to load" in message.text)


def _words(message: ConsoleMessage) -> str:
    where = message.location
    return f"{where['url']}:{where['lineNumber']}: {message.text}"
