"""The portal without a mouse, without motion, in forced colours, on paper, and in Spanish."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import crawl, steps
from tests.browser.test_authorize import asks, what_the_app_gets
from tests.browser.test_every_page import LOOK_DIFFERENT_TO_PROVIDERS
from tests.running.visitor import Credentials

_MOST_TABS = 80


def tab_to(page: Page, wanted: Locator) -> None:
    """Presses Tab, as often as a person might, until it is there."""
    for _ in range(_MOST_TABS):
        page.keyboard.press("Tab")
        if wanted.evaluate("(each) => each === document.activeElement"):
            outline = wanted.evaluate("(each) => getComputedStyle(each).outlineStyle")
            assert outline != "none", "the focus cannot be seen"
            return
    raise AssertionError(f"Tab does not reach {wanted}")


def press(page: Page, wanted: Locator, key: str = "Enter") -> None:
    tab_to(page, wanted)
    page.keyboard.press(key)


def type_into(page: Page, label: str, text: str) -> None:
    tab_to(page, page.get_by_label(label))
    page.keyboard.type(text)


def sign_in(page: Page, who: Credentials, door: str) -> None:
    page.goto(door)
    for label, text in (
        ("Username", who.username), ("Password", who.password), ("PIN", who.pin)
    ):  # fmt: skip
        # A field that has the focus already is where one types.
        field = page.get_by_label(label)
        if not field.evaluate("(each) => each === document.activeElement"):
            tab_to(page, field)
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/portal/"))


def test_a_provider_makes_and_shows_a_key_by_keyboard(page: Page, running: dict[str, Any]) -> None:
    who = Credentials.of(running["accounts"]["provider"])
    sign_in(page, who, "/app/index.html")
    press(page, page.get_by_role("navigation").get_by_role("link", name="Manage FHIR API"))
    press(page, page.get_by_role("link", name="Create access key"))
    type_into(page, "Name of the key", "By keyboard")
    tab_to(page, page.get_by_role("searchbox"))
    page.keyboard.type("9999094")
    page.get_by_role("button", name="Add Rebecca Larson - 9999094").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".picker .chip")).to_have_count(1)
    press(page, page.get_by_role("button", name="Create access key"))
    press(page, page.get_by_role("button", name="Show SecretAccessKey"))
    expect(page.get_by_label("Your PIN")).to_be_focused()
    page.keyboard.type(who.pin)
    page.keyboard.press("Enter")
    expect(page.locator("#secret-value")).to_have_text(re.compile("^[0-9a-f]{40}$"))


def test_an_app_is_revoked_by_keyboard(page: Page, running: dict[str, Any]) -> None:
    steps.sign_in_as(page, running, "patient2")
    asks(page, running, "launch/patient patient/Goal.rs")
    what_the_app_gets(page, "Approve")
    page = page.context.new_page()
    page.goto("/portal/")
    press(page, page.get_by_role("navigation").get_by_role("link", name="Connected apps"))
    press(
        page, page.get_by_role("link", name=re.compile("Revoke the access of Demo phone app")).first
    )
    press(page, page.get_by_role("button", name="Revoke access"))
    expect(page.get_by_text("Demo phone app has lost this access.")).to_be_visible()


def test_the_menu_of_a_phone_opens_and_closes_by_keyboard(
    page: Page, running: dict[str, Any]
) -> None:
    steps.sign_in_as(page, running, "patient")
    page.set_viewport_size({"width": 360, "height": 740})
    entry = page.get_by_role("link", name="Settings")
    expect(entry).to_be_hidden()
    press(page, page.get_by_role("button", name="Menu"))
    expect(entry).to_be_visible()
    page.keyboard.press("Escape")
    expect(entry).to_be_hidden()


def test_the_menu_of_a_provider_stays_on_one_line(page: Page, running: dict[str, Any]) -> None:
    """1280 px wide, with eleven entries."""
    steps.sign_in_as(page, running, "provider")
    for name, code in (("English", "en"), ("Español", "es")):
        _speak(page, name, code)
        entries = page.locator(".menu li").all()
        assert len(entries) > 10
        assert len({each.evaluate("(entry) => entry.offsetTop") for each in entries}) == 1
    _speak(page, "English", "en")


def test_a_list_of_mrns_is_pasted_and_what_is_missing_is_told(
    page: Page, running: dict[str, Any]
) -> None:
    steps.sign_in_as(page, running, "provider")
    page.goto("/portal/api/new/")
    page.get_by_text("Paste a list of MRNs").click()
    page.get_by_label("One to a line").fill("Rebecca Larson - 9999094\n9999097, 123")
    page.get_by_role("button", name="Add these patients").click()
    expect(page.locator(".picker .chip")).to_have_count(2)
    expect(page.get_by_role("alert")).to_contain_text("123")


@pytest.mark.parametrize("address", ["/", "/portal/", "/portal/api/new/"])
def test_nothing_moves_for_those_who_do_not_want_it(
    page: Page, running: dict[str, Any], address: str
) -> None:
    steps.sign_in_as(page, running, "patient")
    page.emulate_media(reduced_motion="reduce")
    page.goto(address)
    moving = """() => [...document.querySelectorAll("*")].filter((each) => {
      const style = getComputedStyle(each);
      return style.transitionDuration !== "0s" || style.animationName !== "none"
        || style.scrollBehavior === "smooth"; }).length"""
    assert page.evaluate(moving) == 0


def test_buttons_keep_a_border_in_forced_colours(page: Page, running: dict[str, Any]) -> None:
    steps.sign_in_as(page, running, "provider")
    page.emulate_media(forced_colors="active")
    page.goto("/portal/api/new/")
    bare = """() => [...document.querySelectorAll(".button, .chip, .badge, input[type=search]")]
      .filter((each) => each.checkVisibility())
      .filter((each) => getComputedStyle(each).borderStyle === "none")
      .map((each) => each.outerHTML)"""
    assert page.evaluate(bare) == []


def test_the_page_of_a_key_on_paper_has_values_and_no_buttons(
    page: Page, running: dict[str, Any]
) -> None:
    steps.sign_in_as(page, running, "patient")
    page.goto("/portal/api/")
    page.emulate_media(media="print")
    expect(page.locator("#access-key-id")).to_be_visible()
    assert page.locator("button:visible, header:visible, footer:visible").count() == 0


# Words that stand in English sentences and in no Spanish one.
_ENGLISH = re.compile(r"\b(the|and|your|with|which|what|this|that|from|have|not|you|of|is|are)\b")
_LEFT_AS_IT_IS = (
    "script, pre, code, textarea, #token-key, [lang=en], .letter, .value, footer, .who-name, "
    ".values dd"
)


def test_no_english_is_left_on_the_pages_in_spanish(page: Page, running: dict[str, Any]) -> None:
    left: dict[str, list[str]] = {}
    known: set[str] = set()
    for who in ("", "patient", "provider"):
        if who:
            steps.sign_in_as(page, running, who)
        _speak(page, "Español", "es")
        if who == "provider":
            known -= LOOK_DIFFERENT_TO_PROVIDERS
        for each in crawl.pages(page, frozenset(known)):
            known.add(each.route)
            if found := _english_in(page, each.html):
                left[each.address] = found
        _speak(page, "English", "en")
        page.context.clear_cookies()
    assert "\n".join(f"{where}: {what}" for where, what in left.items()) == ""


def _speak(page: Page, name: str, code: str) -> None:
    page.goto("/")
    page.get_by_role("button", name=name).click()
    page.wait_for_selector(f"html[lang={code}]")


def _english_in(page: Page, html: str) -> list[str]:
    # Not what is closed or hidden alone: labels for screen readers are read as well. Parsed, but
    # not opened: only the console's scripts write words, and those stand in the page.
    text = page.evaluate(
        """([html, names]) => {
          const made = new DOMParser().parseFromString(html, "text/html");
          made.querySelectorAll(names).forEach((each) => each.remove());
          return made.title + "\\n" + made.body.textContent;
        }""",
        [html, _LEFT_AS_IT_IS],
    )
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return [line for line in lines if len(_ENGLISH.findall(line.lower())) > 1]
