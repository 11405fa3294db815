"""Takes the pictures of the documentation's steps (static/img/guide), each in light and dark.

Part of ``make screenshots``, with the demo that it starts: everybody on them is made up, and the
keys that they show end with that demo.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page

FOLDER = Path(__file__).resolve().parent.parent / "static" / "img" / "guide"
_WIDTH = 800
_TALLEST = 900
_SignIn = Callable[..., tuple[Any, Page]]


@dataclass(frozen=True)
class Step:
    name: str
    who: str
    address: str
    then: Callable[[Page, dict[str, Any]], None] = lambda page, demo: None
    begins_at: str = "main"
    """What the picture shows, from its upper edge."""


def _show_the_secret(page: Page, demo: dict[str, Any]) -> None:
    page.get_by_role("button", name="Show").click()
    page.get_by_label("PIN").fill(demo["accounts"]["patient"]["pin"])
    page.get_by_role("button", name="Show the secret").click()
    page.get_by_role("button", name="Hide").wait_for()


def _pick(page: Page, demo: dict[str, Any]) -> None:
    page.get_by_label("Name of the key").fill("Diabetes registry")
    for mrn in ("9999094", "9999097"):
        page.locator("#picker-find").fill(mrn)
        page.locator(".found button", has_text=mrn).click()
        page.locator(".picker .chip", has_text=mrn).wait_for()
    page.locator("#picker-find").fill("m")
    page.locator(".found button").first.wait_for()


STEPS = (
    Step("register", "", "/app/registration.html"),
    Step("sign-in", "", "/patient/index.html"),
    Step("key", "patient", "/portal/api/"),
    Step("secret", "patient", "/portal/api/", _show_the_secret),
    Step("pick", "provider", "/portal/api/new/", _pick, begins_at=".picker"),
)


def take_all(browser: Browser, demo: dict[str, Any], signed_in: _SignIn) -> int:
    """How many were taken. ``signed_in`` opens a page as somebody of the demo."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.webp"):
        old.unlink()
    for step in STEPS:
        for scheme, ending in (("light", ""), ("dark", "-dark")):
            _take(browser, demo, signed_in, step, scheme).save(
                FOLDER / f"{step.name}{ending}.webp", "WEBP", quality=72, method=6
            )
    return 2 * len(STEPS)


def _take(
    browser: Browser, demo: dict[str, Any], signed_in: _SignIn, step: Step, scheme: str
) -> Image.Image:
    size = {"width": _WIDTH, "height": _TALLEST}
    context, page = signed_in(browser, demo, step.who, viewport=size, color_scheme=scheme)
    page.goto(step.address)
    step.then(page, demo)
    box = page.locator(step.begins_at).first.bounding_box()
    top = max(0, int(box["y"]) - 16) if box else 0
    image = Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")
    context.close()
    whole = int(box["height"]) + 32 if box else _TALLEST
    return image.crop((0, top, image.width, min(image.height, top + min(whole, _TALLEST))))
