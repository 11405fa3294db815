"""Every page: no axe-core violation and no sideways scrolling, desk and phone, light and dark.

Pages are found by the URL conf and the links (crawl.py); here stand the states they can be in.

https://github.com/dequelabs/axe-core/blob/develop/doc/rule-descriptions.md
"""

import json
import re
from typing import Any, Literal, NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser import crawl, steps
from tests.browser.contrast import too_faint
from tests.browser.quality import HEAVIEST, Visit, narrow_complaints
from tests.running.visitor import Credentials
from tests.smart.jwks import ec_jwk


class Look(NamedTuple):
    size: ViewportSize
    scheme: Literal["light", "dark"]
    axe_options: dict[str, Any] | None


_DESK, _PHONE = ViewportSize(width=1280, height=800), ViewportSize(width=360, height=740)
_AXE = Axe().axe_script
# Once for a page, not for each look; and what is right need not be written down and sent here.
_VIOLATIONS = """async (options) =>
  (await axe.run(document, options)).violations.map(({id, nodes}) => ({id, nodes}))"""
_ALL_RULES: dict[str, Any] = {"resultTypes": ["violations"]}
_BUT_COLOURS = {**_ALL_RULES, "rules": {"color-contrast": {"enabled": False}}}
_TOO_WIDE = """() => document.documentElement.scrollWidth <= window.innerWidth ? "" :
  [document.documentElement, ...document.querySelectorAll("main *")]
    .filter((each) => each.getBoundingClientRect().right > window.innerWidth)
    .map((each) => each.outerHTML.slice(0, 90)).slice(0, 4).join(" | ") || "a scroll bar"
"""
_TRANSITIONS_END = "Promise.allSettled(document.getAnimations().map((each) => each.finished))"
# Layout and colours do not depend on each other: the other two mixtures need only the colours.
LOOKS = (
    Look(_DESK, "light", _ALL_RULES),
    Look(_PHONE, "light", None),
    Look(_PHONE, "dark", _BUT_COLOURS),
    Look(_DESK, "dark", None),
)
# Reached by a token or an id only; each shows the page for what does not exist or has ended.
ANYBODYS = (
    "/app/confirm/no-such-token/", "/recover/no-such-token/", "/no-such-page",
    "/R4-patient-api/oauth2/authorize?client_id=no-such-app",
    "/api-documentation/errors", "/api-documentation/resources/Condition",
    "/api-documentation/search?q=token",
)  # fmt: skip
LOOK_DIFFERENT_TO_PROVIDERS = {
    "portal:home", "portal:keys", "portal:key-new", "portal:key", "portal:key-secret",
    "portal:key-rotate", "portal:patients", "portal:patient", "portal:activity", "portal:settings",
    "portal:groups", "portal:group", "portal:group-new",
    "portal:exports", "portal:export-new", "portal:imports",
}  # fmt: skip
# Pages that a test of their own walks to, and where it is.
ELSEWHERE = {
    "fhir:authorize": "test_authorize.py",
    "fhir:disconnect": "test_authorize.py",
    "fhir:disconnect-one": "test_authorize.py",
    "portal:group-add": "test_groups.py",
    "portal:group-delete": "test_groups.py",
    "portal:app-secret-revoke": "test_the_pages_of_an_app",
    "portal:partner-application": "test_partners.py",
    "portal:partner-apply": "test_partners.py",
    "portal:partner-edit": "test_partners.py",
    "portal:partner-submit": "test_partners.py",
    "portal:partner-withdraw": "test_partners.py",
    "portal:partner-accept": "test_partners.py",
    "portal:subscription": "test_subscriptions.py",
    "portal:subscription-confirm": "test_subscriptions.py",
    "portal:unsubscribe": "test_subscriptions.py",
}
# Too much for axe, and heavier than any other: what it is made of is looked at chapter by chapter.
ALL_CHAPTERS = "portal:documentation-print"
APPS = ("", "edit/", "secrets/new/", "disable/", "delete/")
ADMINISTRATORS = (
    "/admin/", "/admin/portal/account/", "/admin/portal/account/1/change/",
    "/admin/fhirapi/accesskey/", "/admin/fhirapi/auditrecord/", "/admin/fhirapi/recordlink/",
    "/admin/fhirapi/client/", "/admin/signing-keys/",
    "/admin/portal/incident/", "/admin/portal/incident/add/",
)  # fmt: skip


@pytest.fixture(scope="module")
def found(browser: Browser, running: dict[str, Any]) -> dict[str, list[crawl.Found]]:
    """By who reaches them: each page once, but those again that look different to providers."""
    crawled: dict[str, list[crawl.Found]] = {}
    known: set[str] = set()
    for who in ("everybody", "patient", "provider"):
        with browser.new_context(base_url=running["base_url"]) as context:
            page = context.new_page()
            if who != "everybody":
                steps.sign_in_as(page, running, who)
            if who == "patient":
                _register_app(page)
            if who == "provider":
                known -= LOOK_DIFFERENT_TO_PROVIDERS
            crawled[who] = list(crawl.pages(page, known))
            known |= {each.route for each in crawled[who]}
    return crawled


def test_what_everybody_sees(page: Page, found: dict[str, list[crawl.Found]]) -> None:
    addresses = [each.address for each in found["everybody"] if each.route != ALL_CHAPTERS]
    assert complaints(page, (*addresses, *ANYBODYS)) == {}


def test_all_chapters_on_one_page_fit_into_narrow_windows(page: Page) -> None:
    page.goto(reverse(ALL_CHAPTERS))
    assert narrow_complaints(page) == []


@pytest.mark.parametrize("who", ["patient", "provider"])
def test_what_those_who_signed_in_see(
    page: Page, running: dict[str, Any], found: dict[str, list[crawl.Found]], who: str
) -> None:
    steps.sign_in_as(page, running, who)
    addresses = [each.address for each in found[who]]
    assert complaints(page, (*addresses, "/no-such-page")) == {}


def _register_app(page: Page) -> None:
    page.goto("/portal/apps/new/public/")
    page.get_by_label("Name of the app").fill("Step counter")
    page.get_by_label("Redirect URIs").fill("https://steps.example.com/callback")
    page.get_by_role("button", name="Register app").click()
    page.wait_for_url(re.compile("/portal/apps/[^/]+/$"))


def test_no_page_is_forgotten(
    page: Page, running: dict[str, Any], found: dict[str, list[crawl.Found]]
) -> None:
    """Each is reached by a link, or asked for with what does not exist, or walked to elsewhere."""
    seen = {each.route for pages in found.values() for each in pages}
    left = set(crawl.routes()) - seen - set(ELSEWHERE)
    steps.sign_in_as(page, running, "patient")
    assert {name for name in left if _is_page(page, name)} == set()


def _is_page(page: Page, name: str) -> bool:
    """Not what only takes forms, nor what leads on, nor a file."""
    answer = page.request.get(crawl.with_dummies(name), max_redirects=0)
    if answer.status == 404:
        return page.request.post(crawl.with_dummies(name), max_redirects=0).status == 404
    return answer.status == 200 and "text/html" in answer.headers.get("content-type", "")


def test_what_administrators_see(page: Page, running: dict[str, Any]) -> None:
    page.goto("/admin/login/")
    assert complaints_here(page) == []
    steps.sign_in(page, Credentials.of(running["accounts"]["admin"]), "/admin/login/")
    # Django's own scripts for lists and forms are heavier than all of ours.
    assert complaints(page, ADMINISTRATORS, heaviest=150_000) == {}


@pytest.mark.parametrize("address", ["/app/registration.html", "/patient/index.html", "/recover/"])
def test_a_form_that_was_refused(page: Page, address: str) -> None:
    page.goto(address)
    page.locator("main form button[type=submit]").click()
    page.get_by_role("alert").first.wait_for()
    assert complaints_here(page) == []


def test_a_picker_with_patients_found_and_chosen(page: Page, running: dict[str, Any]) -> None:
    steps.sign_in_as(page, running, "provider")
    page.goto("/portal/api/new/")
    steps.choose_patient(page, "lars", "Rebecca Larson - 9999094")
    page.get_by_role("searchbox").press_sequentially("9999")
    page.get_by_role("button", name="Add John Wright - 9999097").wait_for()
    assert complaints_here(page) == []


def test_the_pages_of_an_app(page: Page, running: dict[str, Any]) -> None:
    steps.sign_in_as(page, running, "patient")
    page.goto("/portal/apps/new/confidential-symmetric/")
    page.get_by_role("button", name="Register app").click()
    assert complaints_here(page) == []
    page.get_by_label("Name of the app").fill("Heart diary")
    page.get_by_label("Redirect URIs").fill("https://app.example.com/callback")
    page.get_by_role("button", name="Register app").click()
    assert complaints_here(page) == []
    page.get_by_role("link", name="I have it").click()
    app = page.url
    assert complaints(page, tuple(f"{app}{each}" for each in APPS)) == {}
    page.goto(app)
    page.get_by_role("link", name="Revoke the secret").click()
    assert complaints_here(page) == []


def test_the_keys_of_a_backend_service(page: Page, running: dict[str, Any]) -> None:
    steps.sign_in_as(page, running, "provider")
    page.goto("/portal/apps/new/backend-service/")
    page.get_by_label("Name of the app").fill("Nightly report")
    keys = {"keys": [ec_jwk()]}
    page.get_by_label("Or the public keys themselves").fill(json.dumps(keys))
    page.get_by_role("button", name="Register app").click()
    assert complaints_here(page) == []
    page.get_by_role("button", name="Check the keys").click()
    assert page.get_by_text("1 key can be used.").is_visible()
    assert complaints_here(page) == []


def test_letters_that_have_been_overtaken(page: Page, running: dict[str, Any]) -> None:
    person = {**running["patients"][4], "email": "twice@example.com", "name": "Twyla Twice"}
    for _ in range(2):
        steps.register(page, person, "Patient")
    page.goto("/demo/outbox/")
    letters = page.get_by_role("article").filter(has_text="To twice@example.com")
    letters.last.get_by_role("link", name="/app/confirm/").click()
    assert page.get_by_role("heading", level=1).inner_text() == "There is a newer letter"
    assert complaints_here(page) == []
    steps.confirm(page, person["email"], Credentials("twyla", "meadow-copper-saturn", "614092"))
    expect(page).not_to_have_url(re.compile("/app/confirm/"))
    page.wait_for_load_state()
    page.go_back()
    page.reload()
    assert page.get_by_role("heading", level=1).inner_text() == "This link has been used"
    assert complaints_here(page) == []


def complaints(
    page: Page, addresses: tuple[str, ...], heaviest: int = HEAVIEST
) -> dict[str, list[str]]:
    visit, found = Visit(page, heaviest), {}
    for address in addresses:
        if wrong := [*visit.complaints(address), *complaints_here(page)]:
            found[address] = wrong
    return found


def complaints_here(page: Page) -> list[str]:
    """Looks at the open page in every look; a violation is named once."""
    wrong: dict[str, None] = {}
    page.evaluate(_AXE)
    for look in LOOKS:
        page.set_viewport_size(look.size)
        page.emulate_media(color_scheme=look.scheme, reduced_motion="reduce")
        page.evaluate(_TRANSITIONS_END)
        for rule in page.evaluate(_VIOLATIONS, look.axe_options) if look.axe_options else []:
            wrong |= {
                f"{rule['id']} ({look.scheme}): {node['html'][:120]}": None
                for node in rule["nodes"]
            }
        wrong |= {f"{each} ({look.scheme})": None for each in too_faint(page)}
        if too_wide := page.evaluate(_TOO_WIDE):
            wrong[f"scrolls sideways at {look.size['width']} px: {too_wide}"] = None
    return list(wrong)
