"""Takes the pictures of ``docs/screenshots.md``: starts the demo and walks through it.

``make screenshots`` runs it. Only the demo's made-up people are on them.
"""

import io
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests import chromium
from tests.product import Product
from tools import guide_pictures

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "img" / "screens"
PAGE = ROOT / "docs" / "screenshots.md"
_DESK, _PHONE = (1280, 800), (360, 740)
_TALLEST = 1600  # of a long page its beginning is enough
Who = Literal["", "patient", "provider", "admin"]


@dataclass(frozen=True)
class Shot:
    name: str
    words: str
    who: Who
    address: str
    is_phone: bool = False
    is_dark: bool = False
    language: str = "en-US"


SHOTS = (
    Shot("start", "The start page", "", "/"),
    Shot("start-phone", "The start page on a phone, dark", "", "/", is_phone=True, is_dark=True),
    Shot("sign-in", "Sign-in with username, password and PIN", "", "/patient/index.html"),
    Shot("registration", "Registration", "", "/app/registration.html"),
    Shot("documentation", "The documentation of the API", "", "/api-documentation.html"),
    Shot("documentation-es", "The documentation in Spanish", "", "/api-documentation.html",
         language="es-US"),
    Shot("home", "A patient's first page", "patient", "/portal/"),
    Shot("home-phone", "The same on a phone", "patient", "/portal/", is_phone=True),
    Shot("record", "My record", "patient", "/portal/record/"),
    Shot("record-phone", "My record on a phone", "patient", "/portal/record/", is_phone=True),
    Shot("key", "Manage API: a patient's access key", "patient", "/portal/api/"),
    Shot("connected", "Connected apps", "patient", "/R4-patient-api/oauth2/manage"),
    Shot("activity", "Who looked at my data", "patient", "/portal/activity/"),
    Shot("settings", "Settings", "patient", "/portal/settings/"),
    Shot("keys", "Manage FHIR API: a provider's keys with their patients", "provider",
         "/portal/api/"),
    Shot("patients", "Patients under care", "provider", "/portal/patients/"),
    Shot("patient", "A patient's page, with the apps that can be opened", "provider",
         "/portal/patients/142859/"),
    Shot("patient-dark", "The same in dark", "provider", "/portal/patients/142859/", is_dark=True),
    Shot("apps", "My apps", "provider", "/portal/apps/"),
    Shot("desk", "The administrators' desk", "admin", "/admin/"),
    Shot("accounts", "Accounts, to approve and to link", "admin", "/admin/portal/account/"),
)  # fmt: skip
_DOORS = {
    "patient": "/patient/index.html",
    "provider": "/app/index.html",
    "admin": "/admin/login/",
}


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.webp"):
        old.unlink()
    with _demo() as demo, _chromium() as browser:
        _make_a_second_key(browser, demo)
        shown = [shot for shot in SHOTS if _take(browser, demo, shot)]
        steps = guide_pictures.take_all(browser, demo, _signed_in)
    PAGE.write_text(_page_of(shown), encoding="utf-8")
    size = sum(each.stat().st_size for each in FOLDER.glob("*.webp"))
    print(f"{len(shown)} pictures, {size // 1000} kB; {steps} of the documentation")


@contextmanager
def _demo() -> Iterator[dict[str, Any]]:
    folder = Path(tempfile.mkdtemp(prefix="qsmartcare-screenshots-"))
    product = Product(folder / "data", PATIENTS="40")
    product.start()
    try:
        yield product.wait_until_ready()
    finally:
        product.interrupt()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.executable(), args=["--headless", "--no-sandbox"]
        )
        yield browser
        browser.close()


def _signed_in(
    browser: Browser, demo: dict[str, Any], who: Who, **more: Any
) -> tuple[BrowserContext, Page]:
    context = browser.new_context(base_url=demo["base_url"], reduced_motion="reduce", **more)
    page = context.new_page()
    if who:
        account = demo["accounts"][who]
        page.goto(_DOORS[who])
        for label, field in (("Username", "username"), ("Password", "password"), ("PIN", "pin")):
            page.get_by_label(label).fill(account[field])
        page.get_by_role("button", name="Login").click()
        page.wait_for_url(re.compile("/(portal|admin)/$"))
    return context, page


def _make_a_second_key(browser: Browser, demo: dict[str, Any]) -> None:
    """So that the list of keys has something to compare."""
    context, page = _signed_in(browser, demo, "provider")
    page.goto("/portal/api/new/")
    page.get_by_label("Name of the key").fill("Diabetes registry")
    page.get_by_text("Paste a list of MRNs").click()
    listed = "\n".join(each["mrn"] for each in demo["patients"][:12])
    page.get_by_label("One to a line").fill(listed)
    page.get_by_role("button", name="Add these patients").click()
    page.locator(".picker .chip").first.wait_for()
    page.get_by_role("button", name="Create access key").click()
    page.wait_for_url(re.compile("/portal/api/[0-9A-F]{16}/"))
    context.close()


def _take(browser: Browser, demo: dict[str, Any], shot: Shot) -> bool:
    width, height = _PHONE if shot.is_phone else _DESK
    context, page = _signed_in(
        browser,
        demo,
        shot.who,
        viewport={"width": width, "height": height},
        color_scheme="dark" if shot.is_dark else "light",
        locale=shot.language,
    )
    opened = page.goto(shot.address)
    is_there = opened is not None and opened.status == 200
    if is_there:
        _save(page.screenshot(full_page=True), FOLDER / f"{shot.name}.webp")
    else:
        print(f"left out, there is no such page: {shot.address}")
    context.close()
    return is_there


def _save(picture: bytes, path: Path) -> None:
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    image = image.crop((0, 0, image.width, min(image.height, _TALLEST)))
    image.save(path, "WEBP", quality=70, method=6)


def _page_of(shown: list[Shot]) -> str:
    head = (
        "# Screenshots\n\nMade by `make screenshots` from the demo; everybody on them is made up.\n"
    )
    pictures = (
        f"\n## {each.words}\n\n![{each.words}](img/screens/{each.name}.webp)\n" for each in shown
    )
    return head + "".join(pictures)


if __name__ == "__main__":
    main()
