"""Start page, Developer Portal, documentation: what each says to whom."""

import re

import pytest

from fhirapi.definitions import registry
from tests import people
from tests.portal.ui.browser import approve, signed_in, text, unapprove


def test_the_start_page_leads_to_both_doors_registration_and_documentation(client, db):
    page = text(client.get("/"))
    for address in (
        "/patient/index.html", "/app/index.html", "/app/registration.html",
        "/api-documentation.html",
    ):  # fmt: skip
        assert f'href="{address}"' in page


@pytest.mark.parametrize("ending", ["", ".html", ".php", "/"])
@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("/app/registration", "Create an account"), ("/patient/index", "Patient sign-in"),
        ("/app/index", "Provider sign-in"), ("/api-documentation", "grant_type"),
    ],
)  # fmt: skip
def test_the_guides_pages_are_found_with_any_ending_and_without(client, db, address, ending, says):
    assert says in text(client.get(address + ending))


@pytest.mark.parametrize(
    ("folder", "says"), [("/patient/", "Patient sign-in"), ("/app/", "Provider sign-in")]
)
def test_the_folder_of_a_door_is_the_door(client, db, folder, says):
    assert says in text(client.get(folder))
    assert client.get(folder.rstrip("/")).url == folder


def test_a_patient_whose_record_is_linked_is_ready(rebecca):
    page = text(signed_in(rebecca.account).get("/portal/"))
    assert "Welcome, Rebecca Larson" in page
    assert "Your account is ready" in page
    assert "Manage API" in page


def test_a_patient_without_a_link_sees_why_and_nothing_of_a_record(practice):
    account = people.account("new", "Rebecca", "Larson", wants_patient=True, facility="Elm Clinic")
    page = text(signed_in(account).get("/portal/"))
    assert "not linked to your record yet" in page
    assert "Elm Clinic" in page
    assert "9999094" not in page
    assert "142859" not in page


def test_a_provider_waits_for_approval_and_is_ready_after_it(dr_grey):
    unapprove(dr_grey.account)
    browser = signed_in(dr_grey.account)
    assert "waiting for approval" in text(browser.get("/portal/"))
    approve(dr_grey.account)
    page = text(browser.get("/portal/"))
    assert "waiting for approval" not in page
    assert "Manage FHIR API" in page


def test_the_portal_is_closed_to_strangers(client, db):
    assert client.get("/portal/").status_code == 302


def test_a_name_is_shown_as_text_whatever_it_holds(db):
    account = people.account("odd", "<script>alert(1)</script>", "O'Neil", wants_patient=True)
    assert "<script>alert" not in text(signed_in(account).get("/portal/"))


def test_the_documentation_has_our_addresses_and_every_resource_type(client, db, settings):
    page = text(client.get("/api-documentation.html"))
    base = settings.FHIR_BASE_URL
    for expected in (
        f"{base}/oauth2/token.php", f"{base}/oath2/token.php", f"{base}/single/Patient.php?id=",
        f"{base}/multiple/api/patient.php", "Error: Wrong Client_ID or Client_secret Key",
        "User session not found. User must re-authenticate.",
    ):  # fmt: skip
        assert expected in page
    assert all(f"<code>{each.name}</code>" in page for each in registry.every())


def test_every_link_inside_the_documentation_has_its_heading(client, db):
    page = text(client.get("/api-documentation.html"))
    targets = set(re.findall(r'href="#([\w-]+)"', page))
    assert targets <= set(re.findall(r'id="([\w-]+)"', page))


@pytest.mark.parametrize("page", ["/", "/api-documentation.html", "/patient/index.html"])
def test_pages_have_one_heading_a_language_and_no_inline_script_or_style(client, db, page):
    html = text(client.get(page))
    assert html.count("<h1") == 1
    assert '<html lang="en">' in html
    assert "<style" not in html
    assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=", html)


@pytest.mark.parametrize("page", ["/", "/api-documentation.html", "/demo/outbox/"])
def test_pages_that_only_show_take_no_form(client, db, settings, page):
    settings.DEMO = True
    assert client.post(page).status_code == 405
