"""The vendor's guide from its first page to a patient's data, in a browser."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.running.app import App
from tests.running.visitor import Credentials

CHOSEN_PASSWORD = "meadow-copper-saturn"
CHOSEN_PIN = "614092"


def test_a_patient_walks_the_guide(page: Page, running: dict[str, Any]) -> None:
    person, chosen = running["patients"][3], Credentials("a.patient", CHOSEN_PASSWORD, CHOSEN_PIN)
    steps.register(page, person, "Patient")
    steps.confirm(page, person["email"], chosen)
    steps.sign_in(page, chosen, "/patient/index.html")
    expect(page.locator("header")).to_contain_text(person["name"])
    page.get_by_role("link", name="Manage API").first.click()
    page.get_by_role("link", name="Create access key").click()
    page.get_by_role("button", name="Create access key").click()
    expect(page.get_by_text(f"{person['name']} - {person['mrn']}")).to_be_visible()
    app = App(running, steps.access_key_id(page), steps.show_secret(page, chosen.pin))
    assert app.sign_in()["patient"] == person["id"]
    record = app.get("single/Patient.php", id=person["id"]).json()
    assert record["birthDate"] == person["birth_date"]
    page.get_by_role("button", name="Hide SecretAccessKey").click()
    expect(page.get_by_text(app.secret)).to_have_count(0)
    page.get_by_role("button", name="Deactivate").click()
    expect(page.get_by_role("button", name="Activate")).to_be_visible()
    assert "inactive" in app.ask().json()["error_description"]


def test_a_provider_walks_the_guide(page: Page, running: dict[str, Any]) -> None:
    steps.sign_in_as(page, running, "provider")
    page.get_by_role("link", name="Manage FHIR API").first.click()
    page.get_by_role("link", name="Create access key").click()
    page.get_by_label("Name of the key").fill("Browser walk")
    steps.choose_patient(page, "lars", "Rebecca Larson - 9999094")
    steps.choose_patient(page, "9999097", "John Wright - 9999097")
    page.get_by_role("button", name="Create access key").click()
    page.wait_for_url(re.compile("/portal/api/[0-9A-F]{16}/"))
    pin = running["accounts"]["provider"]["pin"]
    app = App(running, steps.access_key_id(page), steps.show_secret(page, pin))
    assert sorted(app.sign_in()["patients"]) == ["142859", "142860"]
    assert len(app.get("multiple/api/patient.php").json()["entry"]) == 2
    page.get_by_role("button", name="Remove John Wright - 9999097").click()
    expect(page.locator(".chip")).to_have_count(1)
    page.get_by_role("button", name="Save").last.click()
    expect(page.get_by_text("The key is saved.")).to_be_visible()
    assert app.get("multiple/api/patient.php").json()["id"] == "142859"
    assert app.get("single/Patient.php", id="142860").status_code in (403, 404)


def test_the_secret_is_copied_without_being_shown(page: Page, running: dict[str, Any]) -> None:
    steps.sign_in_as(page, running, "patient")
    key = running["access_keys"][0]
    page.goto(f"/portal/api/{key['access_key_id']}/")
    page.get_by_role("button", name="Copy SecretAccessKey").click()
    page.get_by_label("Your PIN").fill(running["accounts"]["patient"]["pin"])
    page.get_by_role("button", name="Copy the secret").click()
    expect(page.get_by_role("status")).to_have_text("SecretAccessKey copied.")
    assert page.evaluate("navigator.clipboard.readText()") == key["secret_access_key"]
    expect(page.get_by_text(key["secret_access_key"])).to_have_count(0)


def test_the_secret_is_shown_by_keyboard_alone(page: Page, running: dict[str, Any]) -> None:
    steps.sign_in_as(page, running, "patient")
    key = running["access_keys"][0]
    page.goto(f"/portal/api/{key['access_key_id']}/")
    page.get_by_role("button", name="Show SecretAccessKey").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Your PIN")).to_be_focused()
    page.keyboard.type(running["accounts"]["patient"]["pin"])
    page.keyboard.press("Enter")
    expect(page.locator("#secret-value")).to_have_text(key["secret_access_key"])
    expect(page.get_by_role("button", name="Hide SecretAccessKey")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Show SecretAccessKey")).to_be_focused()
    expect(page.get_by_text(key["secret_access_key"])).to_have_count(0)


def test_whoever_takes_the_wrong_door_is_led_to_the_right_portal(
    page: Page, running: dict[str, Any]
) -> None:
    steps.sign_in(page, Credentials.of(running["accounts"]["provider"]), "/patient/index.html")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Emily Carter")
    expect(page.get_by_text("Yours is a provider account")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Provider sign-in")
