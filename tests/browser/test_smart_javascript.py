"""SMART App Launch with the SMART JS client: a page of another origin in a real browser.

https://github.com/smart-on-fhir/client-js
"""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.running.visitor import Credentials
from tests.smart_apps.registration import register
from tests.smart_apps.server import AppServer, app_server

REBECCA = "142859"
EHR = "openid fhirUser launch patient/*.rs"
STANDALONE = "openid fhirUser offline_access launch/patient patient/*.rs"


@pytest.fixture
def app() -> Iterator[AppServer]:
    with app_server() as serving:
        yield serving


def launch(page: Page, running: dict[str, Any], app: AppServer, **more: str) -> None:
    registered = register(running, app, "none", STANDALONE)
    asked = {"clientId": registered["client_id"], "iss": running["fhir_base_url"], **more}
    page.goto(f"{app.origin}/launch?{urlencode(asked)}")


def result(page: Page) -> dict[str, Any]:
    expect(page.locator("#problem")).to_be_empty()
    expect(page.locator("#result")).not_to_be_empty()
    found: dict[str, Any] = json.loads(page.locator("#result").inner_text())
    return found


def rebecca(running: dict[str, Any]) -> Credentials:
    return Credentials.of(running["accounts"]["patient"])


def test_it_launches_standalone_and_reads_across_origins(
    page: Page, running: dict[str, Any], app: AppServer
) -> None:
    launch(page, running, app, scope="openid fhirUser launch/patient patient/*.rs")
    steps.approve(page, rebecca(running), app.callback)
    found = result(page)
    assert found["family"] == "Larson"
    assert found["user"] == f"Patient/{REBECCA}"
    assert found["vitals"] == found["labs"] == 5
    assert found["banner"] is True


def test_it_refreshes_its_token(page: Page, running: dict[str, Any], app: AppServer) -> None:
    launch(page, running, app, scope=STANDALONE)
    steps.approve(page, rebecca(running), app.callback)
    first = result(page)
    page.get_by_role("button", name="Refresh").click()
    expect(page.locator("#result")).to_contain_text("isNew")
    second = result(page)
    assert second.pop("isNew") is True
    assert second == first


def test_granular_scopes_open_only_their_category(
    page: Page, running: dict[str, Any], app: AppServer
) -> None:
    vitals = "http://terminology.hl7.org/CodeSystem/observation-category|vital-signs"
    granular = f"patient/Observation.rs?category={vitals}"
    launch(page, running, app, scope=f"launch/patient patient/Patient.rs {granular}")
    steps.approve(page, rebecca(running), app.callback)
    found = result(page)
    assert found["scope"].split()[-1] == granular
    assert (found["vitals"], found["labs"]) == (5, 0)


def test_it_is_told_that_the_person_declined(
    page: Page, running: dict[str, Any], app: AppServer
) -> None:
    launch(page, running, app, scope=STANDALONE)
    steps.fill_in_sign_in(page, rebecca(running))
    page.get_by_role("button", name="Deny").click()
    expect(page.locator("#problem")).not_to_be_empty()
    assert "error=access_denied" in app.called_back_with


def test_a_doctor_opens_it_from_a_patients_page_and_its_visit(
    page: Page, running: dict[str, Any], app: AppServer
) -> None:
    steps.sign_in_as(page, running, "provider")
    app.settings = {"clientId": _registered_by_hand(page, app), "scope": EHR}
    page.goto(f"/portal/patients/{REBECCA}/")
    visit = page.locator("#visit option").nth(1).get_attribute("value") or ""
    page.get_by_label("With the visit").select_option(visit)
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Open Pulse at a glance").click()
    tab = opened.value
    tab.get_by_role("button", name="Approve").click()
    tab.wait_for_url(f"{app.callback}?*")
    found = result(tab)
    assert (found["patient"], found["encounter"], found["banner"]) == (REBECCA, visit, False)
    assert found["user"].startswith("Practitioner/")
    assert found["vitals"] == 5


def _registered_by_hand(page: Page, app: AppServer) -> str:
    """As a developer registers it in the portal; returns the client_id."""
    page.goto("/portal/apps/new/public/")
    page.get_by_label("Name of the app").fill("Pulse at a glance")
    page.get_by_label("Redirect URIs").fill(app.callback)
    page.get_by_label("Launch address").fill(f"{app.origin}/launch")
    page.get_by_label("Further scopes").fill("launch")
    page.get_by_role("button", name="Register app").click()
    page.wait_for_url(re.compile(r"/portal/apps/(?!new)[^/]+/"))
    found = re.search(r"/portal/apps/([^/]+)/", page.url)
    assert found
    return found[1]
