"""An app asks for access, in a real browser: consent, its looks, and the ways back to the app."""

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import requests
from playwright.sync_api import Page

from tests.browser import steps
from tests.browser.test_every_page import complaints_here
from tests.running.visitor import Credentials

VERIFIER = "a-verifier-of-forty-three-characters-or-more"
CALLBACK = "http://localhost:9876/callback"
LAUNCH = "http://localhost:9876/launch"
EVERYTHING = "openid fhirUser offline_access launch/patient patient/*.rs"


def parameters(running: dict[str, Any], scope: str) -> dict[str, str]:
    digest = hashlib.sha256(VERIFIER.encode()).digest()
    return {
        "response_type": "code",
        "client_id": running["clients"]["public"]["client_id"],
        "redirect_uri": CALLBACK,
        "scope": scope,
        "state": "xyz",
        "aud": running["fhir_base_url"],
        "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
        "code_challenge_method": "S256",
    }


def asks(page: Page, running: dict[str, Any], scope: str, **more: str) -> None:
    asked = {**parameters(running, scope), **more}
    page.goto(f"/R4-patient-api/oauth2/authorize?{urlencode(asked)}")


def what_the_app_gets(page: Page, button: str) -> dict[str, list[str]]:
    """Nothing listens at the demo's redirect URI; what the browser asks of it is enough."""
    with page.expect_request(f"{CALLBACK}**") as sent:
        page.get_by_role("button", name=button, exact=True).press("Enter")
    return parse_qs(urlsplit(sent.value.url).query)


def exchange(running: dict[str, Any], code: str) -> dict[str, Any]:
    sent = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK,
            "client_id": running["clients"]["public"]["client_id"],
            "code_verifier": VERIFIER}  # fmt: skip
    found: dict[str, Any] = requests.post(running["token_url"], sent, timeout=10).json()
    return found


def test_from_the_sign_in_to_the_tokens(page: Page, running: dict[str, Any]) -> None:
    asks(page, running, EVERYTHING)
    assert "Demo phone app" in page.locator("main").inner_text()
    steps.fill_in(page, Credentials.of(running["accounts"]["patient"]))
    assert complaints_here(page) == []
    page.get_by_label("Insurance").uncheck()
    answer = exchange(running, what_the_app_gets(page, "Approve")["code"][0])
    assert "patient/Coverage.rs" not in answer["scope"]
    headers = {"Authorization": f"Bearer {answer['access_token']}"}
    base = f"{running['fhir_base_url']}/Patient/142859"
    assert requests.get(base, headers=headers, timeout=10).status_code == 200


def test_a_guardian_chooses_and_is_told_what_is_missing(
    page: Page, running: dict[str, Any]
) -> None:
    steps.sign_in_as(page, running, "guardian")
    asks(page, running, "launch/patient patient/Condition.rs patient/Observation.rs")
    page.get_by_text("Choose parts").last.click()
    page.get_by_role("button", name="Approve").click()
    assert "Choose whose record" in page.get_by_role("alert").inner_text()
    assert complaints_here(page) == []
    page.get_by_role("radio").first.check()
    assert "code" in what_the_app_gets(page, "Approve")


def test_denying_leads_back_to_the_app(page: Page, running: dict[str, Any]) -> None:
    steps.sign_in_as(page, running, "patient2")
    asks(page, running, EVERYTHING)
    assert what_the_app_gets(page, "Deny")["error"] == ["access_denied"]


def test_an_account_without_a_record_finds_the_way_back(
    page: Page, running: dict[str, Any]
) -> None:
    steps.sign_in(page, Credentials.of(running["accounts"]["admin"]), "/patient/index.html")
    asks(page, running, EVERYTHING)
    assert complaints_here(page) == []
    assert what_the_app_gets(page, "Back to Demo phone app")["error"] == ["access_denied"]


def test_an_app_that_asks_by_post_keeps_the_session(page: Page, running: dict[str, Any]) -> None:
    steps.sign_in_as(page, running, "patient2")
    fields = "".join(
        f'<input type="hidden" name="{name}" value="{value}">'
        for name, value in parameters(running, EVERYTHING).items()
    )
    address = f"{running['base_url']}/R4-patient-api/oauth2/authorize"
    page.goto("about:blank")  # another site, as far as cookies go
    page.set_content(f'<form method="post" action="{address}">{fields}<button>Go</button></form>')
    page.get_by_role("button", name="Go").click()
    page.get_by_role("heading", name="Demo phone app asks for access").wait_for()


def test_an_app_is_opened_from_a_patients_page(page: Page, running: dict[str, Any]) -> None:
    steps.sign_in_as(page, running, "provider")
    page.goto("/portal/patients/142859/")
    page.get_by_label("With the visit").select_option(index=1)
    is_launch = f"{LAUNCH}?"
    with page.context.expect_event("request", lambda sent: sent.url.startswith(is_launch)) as sent:
        page.get_by_role("button", name="Open Demo phone app").click()
    query = parse_qs(urlsplit(sent.value.url).query)
    assert query["iss"] == [running["fhir_base_url"]]
    asks(page, running, "launch patient/*.rs", launch=query["launch"][0])
    assert complaints_here(page) == []
    answer = exchange(running, what_the_app_gets(page, "Approve")["code"][0])
    assert answer["patient"] == "142859"
    assert answer["encounter"]
    assert answer["need_patient_banner"] is False


def test_connected_apps_are_revoked(page: Page, running: dict[str, Any]) -> None:
    steps.sign_in_as(page, running, "guardian")
    asks(page, running, "launch/patient patient/Goal.rs")
    page.get_by_role("radio").first.check()
    what_the_app_gets(page, "Approve")
    page = page.context.new_page()  # the other one still finds out that nothing listens
    page.goto("/R4-patient-api/oauth2/manage")
    assert complaints_here(page) == []
    page.get_by_role("link", name="Revoke the access of Demo phone app").first.click()
    assert complaints_here(page) == []
    page.get_by_role("button", name="Revoke access").click()
    page.get_by_text("Demo phone app has lost this access.").wait_for()
