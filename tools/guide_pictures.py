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
_SignIn = Callable[..., tuple[Any, Page]]


@dataclass(frozen=True)
class Step:
    name: str
    who: str
    address: str
    then: Callable[[Page, dict[str, Any]], None] = lambda page, demo: None
    shows: str = "main .frame"
    """The first element of this selector, from its upper edge."""
    tallest: int = 720


def _show_the_secret(page: Page, demo: dict[str, Any]) -> None:
    page.get_by_role("button", name="Show").click()
    page.get_by_label("PIN").fill(demo["accounts"]["patient"]["pin"])
    page.get_by_role("button", name="Show the secret").click()
    page.get_by_role("button", name="Hide").wait_for()


def _pick(page: Page, demo: dict[str, Any]) -> None:
    find = page.locator("#picker-find")
    find.fill("Larson")
    page.locator(".found button", has_text="9999094").click()
    page.locator(".picker .chip", has_text="9999094").wait_for()
    find.fill("Wri")
    page.locator(".found button", has_text="9999097").wait_for()


STEPS = (
    Step("register", "", "/app/registration.html"),
    Step("sign-in", "", "/patient/index.html", shows="main .card", tallest=480),
    Step("key", "patient", "/portal/api/", shows="main .card"),
    Step("secret", "patient", "/portal/api/", _show_the_secret, shows="main .card", tallest=230),
    Step("pick", "provider", "/portal/api/new/", _pick, shows=".picker"),
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
    size = {"width": 800, "height": 900}
    context, page = signed_in(browser, demo, step.who, viewport=size, color_scheme=scheme)
    page.goto(step.address)
    step.then(page, demo)
    image = Image.open(io.BytesIO(page.locator(step.shows).first.screenshot())).convert("RGB")
    context.close()
    return image.crop((0, 0, image.width, min(image.height, step.tallest)))
