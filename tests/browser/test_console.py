"""The console as a developer uses it: tokens, examples, references, searches, errors."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.quality import narrow_complaints
from tests.browser.test_every_page import complaints_here

REBECCA = "142859"


def open_console(page: Page, running: dict[str, Any], who: str = "patient") -> None:
    steps.sign_in_as(page, running, who)
    page.goto("/console/")
    ready(page)


def ready(page: Page) -> None:
    expect(page.locator("#console")).to_have_attribute("data-ready", "")


def get_token(page: Page) -> None:
    page.get_by_role("button", name="Get a token").click()
    page.get_by_role("button", name="Approve").click()
    page.wait_for_url("**/console/")
    ready(page)
    expect(page.locator("#token-whose")).to_contain_text(REBECCA)


def token_by_key(page: Page, key: dict[str, Any]) -> None:
    page.get_by_label("With an access key of mine").check()
    page.get_by_label("Access key", exact=True).select_option(key["access_key_id"])
    page.get_by_label("Secret", exact=True).fill(key["secret_access_key"])
    page.get_by_role("button", name="Get a token").click()
    expect(page.locator("#token-now")).to_be_visible()


def send(page: Page, address: str) -> None:
    page.get_by_label("Address below the FHIR base").fill(address)
    page.keyboard.press("Enter")


def status(page: Page, words: str) -> None:
    expect(page.locator("#answer-status")).to_have_text(words)


def current_line(page: Page) -> str:
    return page.locator(".line.current").inner_text()


def test_a_token_comes_through_the_consent_page_and_stays_in_the_tab(
    page: Page, running: dict[str, Any]
) -> None:
    open_console(page, running)
    page.get_by_role("button", name="Get a token").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("QSmartCare Console")
    page.get_by_role("button", name="Approve").click()
    page.wait_for_url("**/console/")
    ready(page)
    expect(page.locator("#token-expires")).to_contain_text("Expires in")
    assert "code=" not in page.evaluate("performance.getEntriesByType('navigation')[0].name")
    cookies = page.context.cookies()
    token = page.evaluate("JSON.parse(sessionStorage.getItem('console token')).access")
    assert token.count(".") == 2
    assert all(token not in each["value"] for each in cookies)
    page.goto("/R4-patient-api/oauth2/manage")
    expect(page.locator("main")).to_contain_text("QSmartCare Console")


def test_who_says_no_gets_no_token(page: Page, running: dict[str, Any]) -> None:
    open_console(page, running)
    page.get_by_role("button", name="Get a token").click()
    page.get_by_role("button", name="Deny").click()
    expect(page.locator("#callback-why")).to_contain_text("access_denied")
    assert complaints_here(page) == []
    page.get_by_role("link", name="To the console").click()
    ready(page)
    expect(page.locator("#token-now")).to_be_hidden()


def test_an_example_is_sent_and_a_reload_loses_nothing(page: Page, running: dict[str, Any]) -> None:
    open_console(page, running)
    get_token(page)
    page.get_by_role("button", name=f"Patient/{REBECCA}", exact=True).click()
    status(page, "200 OK")
    expect(page.get_by_role("tree")).to_contain_text('"Patient"')
    assert complaints_here(page) == []
    page.reload()
    ready(page)
    status(page, "200 OK")
    page.get_by_label("Find in the answer").fill("Larson")
    page.keyboard.press("Enter")
    expect(page.locator(".line.current")).to_contain_text("Larson")
    address = page.get_by_label("Address below the FHIR base")
    expect(address).to_have_value(f"Patient/{REBECCA}")
    address.fill("metadata")
    address.blur()
    page.keyboard.press("[")
    expect(address).to_have_value(f"Patient/{REBECCA}")
    expect(page.locator("#token-whose")).to_contain_text(REBECCA)


def test_the_keyboard_alone_follows_a_reference(page: Page, running: dict[str, Any]) -> None:
    open_console(page, running)
    get_token(page)
    page.locator("body").press("/")
    expect(page.get_by_label("Address below the FHIR base")).to_be_focused()
    page.keyboard.type(f"Observation?patient={REBECCA}&_count=2")
    page.keyboard.press("Control+Enter")
    status(page, "200 OK")
    page.get_by_label("Address below the FHIR base").blur()
    page.keyboard.press("a")
    expect(page.get_by_role("tree")).to_be_focused()
    page.keyboard.press("l")
    while '"reference"' not in current_line(page):
        page.keyboard.press("l")
    wanted = re.findall(r'"([A-Z]\w+/[^"]+)"', current_line(page))[0]
    page.keyboard.press("Enter")
    expect(page.get_by_label("Address below the FHIR base")).to_have_value(wanted)
    expect(page.get_by_role("tree")).to_contain_text(f'"{wanted.split("/")[1]}"')
    expect(page.get_by_role("tree")).to_be_focused()
    page.keyboard.press("[")
    expect(page.get_by_label("Address below the FHIR base")).to_have_value(
        f"Observation?patient={REBECCA}&_count=2"
    )
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert complaints_here(page) == []


def test_arrows_fold_and_unfold_the_answer(page: Page, running: dict[str, Any]) -> None:
    open_console(page, running)
    send(page, "metadata")
    status(page, "200 OK")
    tree = page.get_by_role("tree")
    tree.focus()
    page.keyboard.press("u")
    lines = int(tree.evaluate("(each) => each.firstChild.offsetHeight / 24"))
    assert lines > 5000
    assert page.locator(".line").count() < 200
    page.keyboard.press("End")
    page.keyboard.press("ArrowUp")
    assert int(page.locator(".line.current").get_attribute("data-at") or 0) > lines - 10
    page.keyboard.press("f")
    expect(page.locator(".line.current")).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".line.current")).to_have_attribute("aria-expanded", "false")
    assert complaints_here(page) == []


def test_a_search_is_built_and_edited_by_hand(page: Page, running: dict[str, Any]) -> None:
    open_console(page, running)
    get_token(page)
    page.get_by_role("tab", name="Search").click()
    page.get_by_label("Kind of data").locator("visible=true").select_option("Observation")
    page.get_by_role("button", name="Add a parameter").click()
    page.get_by_label("Parameter 1", exact=True).select_option("patient")
    page.get_by_label("Value 1").fill(REBECCA)
    page.get_by_role("button", name="Add a parameter").click()
    page.get_by_label("Parameter 2", exact=True).select_option("date")
    page.get_by_label("How parameter 2 is compared").select_option(label="is from … on")
    page.get_by_label("Value 2").fill("2001-01-01")
    address = page.get_by_label("Address below the FHIR base")
    expect(address).to_have_value(f"Observation?patient={REBECCA}&date=ge2001-01-01")
    page.keyboard.press("Control+Enter")
    status(page, "200 OK")
    assert complaints_here(page) == []
    address.fill(f"Condition?patient={REBECCA}&code:not=1&_sort=-onset-date")
    expect(page.get_by_label("Parameter 3", exact=True)).to_have_value("_sort")
    expect(page.get_by_label("How parameter 2 is compared").locator(":checked")).to_have_text(
        "is not"
    )
    page.get_by_role("button", name="Remove parameter 2").click()
    expect(address).to_have_value(f"Condition?patient={REBECCA}&_sort=-onset-date")


def test_an_error_is_explained(page: Page, running: dict[str, Any]) -> None:
    open_console(page, running)
    get_token(page)
    send(page, "Observation?date=yesterday")
    status(page, "400 Bad Request")
    problem = page.locator("#answer-problem")
    expect(problem).to_contain_text("Search parameter 'date'")
    expect(problem).to_contain_text("Dates are YYYY-MM-DD")
    link = problem.get_by_role("link", name="More about value")
    assert (link.get_attribute("href") or "").endswith("/errors#code-value")
    assert complaints_here(page) == []


def test_without_a_token_the_answer_says_so(page: Page, running: dict[str, Any]) -> None:
    open_console(page, running)
    send(page, f"Patient/{REBECCA}")
    status(page, "401 Unauthorized")
    expect(page.locator("#answer-problem")).to_contain_text("access token")


def test_a_token_leaves_for_no_other_place(page: Page, running: dict[str, Any]) -> None:
    open_console(page, running)
    get_token(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for address in ("https://elsewhere.example/Patient/1", "../portal/", "/portal/"):
        send(page, address)
    expect(page.locator("#answer-content")).to_contain_text(re.compile("leads out|404"))
    outside = [each for each in asked if "/R4-patient-api/" not in each]
    assert outside == []


def test_refresh_and_forget(page: Page, running: dict[str, Any]) -> None:
    open_console(page, running)
    get_token(page)
    read = "JSON.parse(sessionStorage.getItem('console token'))?.access"
    first = page.evaluate(read)
    page.get_by_role("button", name="Refresh").click()
    page.wait_for_function(
        "(first) => JSON.parse(sessionStorage.getItem('console token')).access !== first", arg=first
    )
    send(page, f"Patient/{REBECCA}")
    status(page, "200 OK")
    page.get_by_role("button", name="Forget it").click()
    expect(page.locator("#token-now")).to_be_hidden()
    assert page.evaluate("Object.values(sessionStorage).join(' ')").count("eyJ") == 0
    send(page, f"Patient/{REBECCA}")
    status(page, "401 Unauthorized")


def test_another_account_in_the_same_tab_finds_nothing(page: Page, running: dict[str, Any]) -> None:
    open_console(page, running)
    get_token(page)
    send(page, f"Patient/{REBECCA}")
    status(page, "200 OK")
    page.context.clear_cookies()  # the session has ended; the tab is the same
    open_console(page, running, "patient2")
    expect(page.locator("#token-now")).to_be_hidden()
    expect(page.get_by_role("tree")).to_have_count(0)
    kept = page.evaluate("Object.values(sessionStorage).join(' ')")
    assert REBECCA not in kept
    assert "eyJ" not in kept


def test_signing_out_leaves_nothing_in_the_tab(page: Page, running: dict[str, Any]) -> None:
    open_console(page, running)
    get_token(page)
    page.get_by_role("button", name="Sign out").click()
    expect(page).not_to_have_url(re.compile("/console/"))
    assert page.evaluate("sessionStorage.length") == 0


def test_a_doctor_opens_it_for_a_patient_chosen_beforehand(
    page: Page, running: dict[str, Any]
) -> None:
    open_console(page, running, "provider")
    page.get_by_label("Patient", exact=True).select_option(REBECCA)
    expect(page.get_by_label("Scopes")).to_have_value(re.compile(r"\blaunch\b"))
    page.get_by_role("button", name="Get a token").click()
    expect(page.locator("main")).to_contain_text("Rebecca Larson")
    page.get_by_role("button", name="Approve").click()
    page.wait_for_url("**/console/")
    ready(page)
    expect(page.locator("#token-whose")).to_have_text(f"Rebecca Larson · {REBECCA}")


def test_an_app_of_ones_own_with_a_secret(page: Page, running: dict[str, Any]) -> None:
    steps.sign_in_as(page, running, "patient")
    page.goto("/portal/apps/new/confidential-symmetric/")
    page.get_by_label("Name of the app").fill("Heart diary")
    page.get_by_label("Redirect URIs").fill("https://app.example.com/callback")
    page.get_by_role("button", name="Register app").click()
    secret = page.locator("#client-secret").inner_text()
    page.get_by_role("link", name="I have it").click()
    page.get_by_role("link", name="Console").locator("visible=true").last.click()
    ready(page)
    chosen = page.get_by_label("App", exact=True).locator(":checked")
    expect(chosen).to_have_text("Heart diary")
    page.get_by_role("button", name="Add the redirect URI").click()
    page.get_by_label("Secret", exact=True).fill(secret)
    page.get_by_role("button", name="Get a token").click()
    page.get_by_role("button", name="Approve").click()
    page.wait_for_url("**/console/")
    ready(page)
    expect(page.locator("#token-client")).to_have_text("Heart diary")
    assert secret not in page.evaluate("Object.values(sessionStorage).join(' ')")


def test_a_key_that_may_write_changes_after_a_question(page: Page, running: dict[str, Any]) -> None:
    open_console(page, running, "provider")
    token_by_key(page, next(each for each in running["access_keys"] if each.get("may_write")))
    body = (
        '{"resourceType": "Observation", "status": "final", "code": {"text": "tried"},'
        f' "subject": {{"reference": "Patient/{REBECCA}"}}}}'
    )
    page.get_by_label("Method").select_option("POST")
    page.get_by_label("Address below the FHIR base").fill("Observation")
    page.get_by_label("Body", exact=True).fill(body)
    page.keyboard.press("Control+Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("POST Observation")
    assert complaints_here(page) == []
    dialog.get_by_role("button", name="Cancel").click()
    expect(page.locator("#answer-status")).to_have_count(0)
    page.get_by_role("button", name="Send", exact=True).locator("visible=true").last.click()
    dialog.get_by_role("button", name="Send the change").click()
    status(page, "201 Created")
    page.locator("[data-relation=location]").click()
    status(page, "200 OK")
    page.get_by_label("Method").select_option("DELETE")
    made = page.get_by_label("Address below the FHIR base")
    made.fill(made.input_value().partition("/_history")[0])
    page.get_by_label("Address below the FHIR base").press("Enter")
    dialog.get_by_role("button", name="Send the change").click()
    expect(page.locator("#answer-status")).to_have_text(re.compile("20[04] "))


def test_on_a_phone_everything_is_within_reach(page: Page, running: dict[str, Any]) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_console(page, running)
    get_token(page)
    page.get_by_role("button", name=f"Patient/{REBECCA}", exact=True).click()
    status(page, "200 OK")
    expect(page.locator("#answer-status")).to_be_in_viewport()
    for tab in ("Search", "History", "Examples"):
        page.get_by_role("tab", name=tab).click()
        assert narrow_complaints(page) == []
    page.get_by_role("tab", name="History").click()
    assert complaints_here(page) == []


@pytest.mark.parametrize("language", ["curl", "Python", "JavaScript"])
def test_the_same_request_is_shown_as_code(
    page: Page, running: dict[str, Any], language: str
) -> None:
    open_console(page, running)
    page.get_by_label("Address below the FHIR base").fill(f"Patient/{REBECCA}")
    page.get_by_text("As curl, Python or JavaScript").click()
    page.locator("#code-language").select_option(label=language)
    code = page.locator("#code-text")
    expect(code).to_contain_text(f"{running['fhir_base_url']}/Patient/{REBECCA}")
    expect(code).to_contain_text("TOKEN")
    page.locator("#code-tools").get_by_role("button", name="Copy").click()
    page.wait_for_function(
        "() => document.getElementById('announcer').textContent.includes('copied')"
    )
    assert page.evaluate("navigator.clipboard.readText()") == code.inner_text()


def test_keys_of_one_letter_can_be_switched_off(page: Page, running: dict[str, Any]) -> None:
    open_console(page, running)
    page.get_by_role("button", name="Keyboard").click()
    page.get_by_label("Keys of one letter work").uncheck()
    page.get_by_role("button", name="Close").click()
    page.locator("body").press("/")
    expect(page.get_by_label("Address below the FHIR base")).not_to_be_focused()


def test_without_javascript_there_is_another_way(running: dict[str, Any], browser: Any) -> None:
    context = browser.new_context(base_url=running["base_url"], java_script_enabled=False)
    page = context.new_page()
    steps.sign_in_as(page, running, "patient")
    page.goto("/console/")
    expect(page.get_by_text("The console needs JavaScript")).to_be_visible()
    expect(page.locator("#console")).to_be_hidden()
    context.close()
