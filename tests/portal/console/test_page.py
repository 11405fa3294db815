"""The console's page: who sees it, and that the console is an app that every installation has."""

import json
import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import Settings

from fhirapi.audit.models import AuditRecord
from fhirapi.smart.clients import clients
from fhirapi.smart.models import Client as App
from portal.console.app import CLIENT_ID, console_app
from tests.people import Person
from tests.portal.ui.browser import signed_in, text
from tests.smart.apps import app


def setup_of(browser: Client, page: str = "/console/") -> dict[str, Any]:
    found = re.search(
        r'<script id="console-setup" type="application/json">(.*?)</script>',
        text(browser.get(page)),
        re.DOTALL,
    )
    assert found
    told: dict[str, Any] = json.loads(found[1])
    return told


def test_strangers_are_led_to_the_door(db: None) -> None:
    answer = Client().get("/console/")
    assert answer.status_code == 302
    assert "next=%2Fconsole%2F" in answer["Location"]


def test_without_javascript_it_says_what_to_do_instead(rebecca: Person) -> None:
    page = text(signed_in(rebecca.account).get("/console/"))
    instead = page.partition("data-without-script")[2].partition("</section>")[0]
    assert "/portal/apps/" in instead
    assert "/R4-patient-api/oauth2/token" in instead


def test_the_console_is_an_app_of_the_product(rebecca: Person, john: Person) -> None:
    for person in (rebecca, john):
        assert signed_in(person.account).get("/console/").status_code == 200
    made = App.objects.get(client_id=CLIENT_ID)
    assert made.kind == App.Kind.PUBLIC
    assert made.user is None
    assert made.redirect_uris == f"{settings.BASE_URL}/console/callback"
    assert AuditRecord.objects.filter(action="client-register", client_id=CLIENT_ID).count() == 1


def test_its_redirect_uri_follows_the_address_of_the_installation(
    db: None, settings: Settings
) -> None:
    console_app()
    settings.BASE_URL = "https://ehr.example.org"
    assert console_app().redirect_uris == "https://ehr.example.org/console/callback"
    assert App.objects.filter(client_id=CLIENT_ID).count() == 1


def test_it_asks_for_nothing_that_writes(db: None) -> None:
    scopes = console_app().allowed_scopes.split()
    assert {each.rpartition(".")[2] for each in scopes if "." in each} == {"rs"}


def test_disabled_it_stays_disabled(rebecca: Person) -> None:
    clients.disable(console_app(), by=rebecca.account)
    told = setup_of(signed_in(rebecca.account))
    assert [each["isDisabled"] for each in told["apps"] if each["isOurs"]] == [True]
    assert console_app().disabled_at is not None


def test_one_chooses_among_ones_own_apps_and_keys(rebecca: Person, john: Person) -> None:
    mine, _theirs = app(rebecca.account), app(john.account)
    keys = rebecca.key.access_key_id, john.key.access_key_id
    told = setup_of(signed_in(rebecca.account))
    assert [each["id"] for each in told["apps"]] == [CLIENT_ID, mine.client_id]
    assert [each["id"] for each in told["keys"]] == [keys[0]]
    assert [each["id"] for each in told["patients"]] == ["142859"]


def test_no_secret_stands_in_the_page(rebecca: Person) -> None:
    secret = rebecca.secret
    assert secret not in text(signed_in(rebecca.account).get("/console/"))


@pytest.mark.parametrize("is_demo", [True, False])
def test_records_count_as_real_outside_of_the_demo(
    rebecca: Person, settings: Settings, is_demo: bool
) -> None:
    settings.DEMO = is_demo
    browser = signed_in(rebecca.account)
    assert setup_of(browser)["isSandbox"] is is_demo
    assert ("holds real records" in text(browser.get("/console/"))) is not is_demo


def test_the_callback_neither_reads_nor_repeats_the_code(db: None) -> None:
    answer = Client().get("/console/callback?code=a-code-of-some-length&state=xyz")
    assert answer.status_code == 200
    assert "a-code-of-some-length" not in text(answer)
    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "no-referrer"


def test_the_first_page_and_the_tabs_of_an_app_lead_to_it(rebecca: Person) -> None:
    browser, made = signed_in(rebecca.account), app(rebecca.account)
    for page in ("/portal/", f"/portal/apps/{made.client_id}/"):
        assert 'href="/console/' in text(browser.get(page)).partition("<main")[2]
