"""Pages speak the language and tell the time of whoever reads them."""

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from portal.ui.person import zone_of
from tests.people import Person

HOME = "/portal/"


@pytest.fixture
def browser(client: Browser, rebecca: Person) -> Browser:
    client.force_login(rebecca.account, backend="portal.accounts.signin.PasswordAndPinBackend")
    return client


def test_the_browsers_language_is_spoken_where_nothing_was_chosen(client, db):
    page = client.get("/", headers={"Accept-Language": "es-MX,es;q=0.9"})
    assert page["Content-Language"] == "es"
    assert '<html lang="es">' in page.content.decode()


def test_a_choice_at_the_foot_is_kept_by_account_and_leads_back(browser, rebecca):
    answer = browser.post(reverse("portal:language"), {"language": "es", "next": HOME})
    assert (answer.status_code, answer["Location"]) == (302, HOME)
    rebecca.account.refresh_from_db()
    assert rebecca.account.language == "es"
    assert '<html lang="es">' in browser.get(HOME).content.decode()


def test_a_language_we_do_not_speak_changes_nothing(browser, rebecca):
    browser.post(reverse("portal:language"), {"language": "tlh", "next": HOME})
    rebecca.account.refresh_from_db()
    assert rebecca.account.language == ""


def test_the_choice_does_not_lead_to_other_sites(browser):
    answer = browser.post(
        reverse("portal:language"), {"language": "es", "next": "https://evil.example/"}
    )
    assert answer["Location"] == "/"


def test_the_operations_desk_is_english(client, db):
    page = client.get("/admin/login/", headers={"Accept-Language": "es"})
    assert page["Content-Language"] == "en"


def test_the_sex_is_said_in_the_readers_language(browser, practice):
    page = browser.get("/portal/patients/142859/", headers={"Accept-Language": "es"})
    assert "femenino" in page.content.decode()
    assert "female" not in page.content.decode()


def test_the_time_zone_is_the_accounts(rebecca):
    rebecca.account.time_zone = "America/Chicago"
    assert str(zone_of(rebecca.account)) == "America/Chicago"


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../../etc/passwd"])
def test_without_a_known_zone_it_is_the_practices(rebecca, name):
    rebecca.account.time_zone = name
    with timezone.override(zone_of(rebecca.account)):
        assert timezone.get_current_timezone_name() == timezone.get_default_timezone_name()


def test_the_way_back_to_the_operations_desk_is_for_those_who_work_there(browser, rebecca):
    assert "Operations desk" not in browser.get(HOME).content.decode()
    rebecca.account.is_staff = True
    rebecca.account.save(update_fields=["is_staff"])
    assert '<a href="/admin/">Operations desk</a>' in browser.get(HOME).content.decode()
