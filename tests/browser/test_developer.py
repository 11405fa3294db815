"""A developer's day: an app registered, tried step by step, its requests read and plotted."""

from typing import Any

from playwright.sync_api import Page

from tests.browser import steps
from tests.browser.test_every_page import complaints_here


def register(page: Page, kind: str = "public") -> str:
    page.goto(f"/portal/apps/new/{kind}/")
    page.get_by_label("Name of the app").fill("Heart diary")
    page.get_by_label("Redirect URIs").fill("https://app.example.com/callback")
    page.get_by_role("button", name="Register app").click()
    page.get_by_role("heading", name="For your app").wait_for()
    return page.url


def test_from_the_registration_to_the_plot(page: Page, running: dict[str, Any]) -> None:
    steps.sign_in_as(page, running, "patient")
    app = register(page)
    page.get_by_role("link", name="Launch tester").click()
    assert complaints_here(page) == []
    page.get_by_role("button", name="Add the test redirect URI").click()
    assert complaints_here(page) == []
    page.get_by_role("button", name="Start", exact=True).click()
    page.get_by_role("link", name="Go to the consent page").click()
    page.get_by_role("button", name="Approve").click()
    page.get_by_role("button", name="Exchange the code").click()
    page.get_by_role("heading", name="FHIR: the first read").wait_for()
    assert '"resourceType": "Patient"' in page.locator("main").inner_text()
    assert complaints_here(page) == []
    page.get_by_role("button", name="Introspect the token").click()
    assert '"active": true' in page.locator("main").inner_text()
    page.get_by_role("button", name="Refresh").click()
    page.get_by_role("heading", name="Refresh: a new access token").wait_for()
    page.wait_for_timeout(1500)  # the log is written about once a second
    page.goto(f"{app}requests/")
    requests = page.locator("#requests").inner_text()
    assert "GET Patient/{id}" in requests
    assert "POST oauth2/token (authorization_code)" in requests
    assert complaints_here(page) == []
    page.get_by_role("link", name="Usage").click()
    page.get_by_role("heading", name="Requests and errors").wait_for()
    assert complaints_here(page) == []


def test_a_refused_request_appears_live_with_its_remedy(
    page: Page, running: dict[str, Any]
) -> None:
    steps.sign_in_as(page, running, "patient2")
    app = register(page)
    page.goto(f"{app}requests/")
    page.get_by_role("link", name="Watch live").click()
    client_id = app.rstrip("/").rpartition("/")[2]
    page.request.post(
        f"{running['fhir_base_url']}/oauth2/token",
        form={"grant_type": "refresh_token", "refresh_token": "gone", "client_id": client_id},
    )
    page.get_by_text("invalid_grant").click(timeout=15_000)
    page.get_by_text("A refresh token works once").wait_for()
    assert complaints_here(page) == []
