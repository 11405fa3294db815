"""Requests with a hundred granular scopes, and those that nobody can mean."""

from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.core.management import call_command
from django.test import Client as Browser
from django.utils import timezone

from fhirapi.smart.authorization import kept
from fhirapi.smart.authorization.models import KeptRequest
from fhirapi.smart.models import DataAccessGrant
from tests.people import PASSWORD, PIN, Person
from tests.portal.ui.browser import signed_in, text
from tests.smart import app
from tests.smart.app import App, answer, form_of

CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
MANY = " ".join(
    f"patient/Observation.rs?category={CATEGORY}|kind-{number}" for number in range(100)
)
WHO = {"username": "rebecca", "password": PASSWORD, "pin": PIN}


@pytest.fixture
def asking(rebecca: Person) -> App:
    app.register()
    return App(Browser(), params={"scope": f"launch/patient {MANY}"})


def test_a_long_request_survives_signing_in(asking: App):
    door = asking.ask()["Location"]
    assert len(door) < 2000
    assert "<strong>Growth Chart</strong> asks for access" in text(asking.browser.get(door))
    back = asking.browser.post(door, WHO)["Location"]
    page = asking.browser.get(back)
    form = {**form_of(page), "decision": "approve", "csrfmiddlewaretoken": "x"}
    assert len(form["grant"]) == 101
    told = answer(asking.browser.post(back, form))
    assert told["state"] == "xyz"
    assert asking.exchange(told["code"]).status_code == 200
    assert DataAccessGrant.objects.get().scope == f"launch/patient {MANY}"


def test_a_long_request_by_post_survives_too(asking: App):
    query = urlsplit(asking.address()).query
    response = Browser().post(app.AUTHORIZE, dict(parse_qsl(query)))
    assert response.status_code == 303
    assert len(response["Location"]) < 2000
    assert response["Location"].startswith(f"{app.AUTHORIZE}?client_id=the-app")


def test_a_short_request_is_not_kept(asking: App):
    asking.ask(scope="launch/patient patient/*.rs")
    assert not KeptRequest.objects.exists()


def test_what_is_kept_is_checked_like_any_request(asking: App, rebecca: Person):
    key = kept.keep_text("client_id=the-app&redirect_uri=https://evil.example/")
    response = signed_in(rebecca.account).get(app.AUTHORIZE, {"kept": key})
    assert response.status_code == 400
    assert "not one of those that the app registered" in text(response)


@pytest.mark.parametrize("key", ["unknown", "", "\x00", "9" * 5000])
def test_a_request_that_is_kept_no_more_gets_a_page(asking: App, key: str):
    response = asking.browser.get(app.AUTHORIZE, {"kept": key})
    assert response.status_code == 400
    assert "connect it once more" in text(response)


def test_after_an_hour_it_is_gone(asking: App):
    back = dict(parse_qsl(urlsplit(asking.ask()["Location"]).query))["next"]
    assert asking.browser.get(back).status_code == 302
    KeptRequest.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert asking.browser.get(back).status_code == 400
    call_command("clear_expired", verbosity=0)
    assert not KeptRequest.objects.filter(expires_at__lt=timezone.now()).exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_more_parameters_than_are_read_get_a_page(asking: App, method: str):
    many = {f"name-{number}": "1" for number in range(1001)}
    response = getattr(asking.browser, method)(app.AUTHORIZE, many)
    assert response.status_code == 400
    assert "longer than we read" in text(response)


def test_a_request_longer_than_is_kept_gets_a_page(asking: App):
    response = asking.ask(state="x" * 70_000)
    assert response.status_code == 400
    assert "longer than we read" in text(response)
    assert not KeptRequest.objects.exists()


def test_a_flood_of_them_ends_the_oldest(db: None, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(kept, "MOST", 3)
    keys = [kept.keep_text(f"number={number}") for number in range(5)]
    assert [kept.find(key) is not None for key in keys] == [False, False, True, True, True]
