"""Disabling and deleting an app, checking its keys; and that nobody touches another's app."""

import json
from typing import Any

import pytest
from django.test import Client

from fhirapi.smart.clients import clients
from fhirapi.smart.models import AccessToken
from fhirapi.smart.models import Client as App
from tests.people import Person
from tests.portal.developers.conftest import page_of
from tests.portal.ui.browser import text
from tests.smart.apps import app, approve
from tests.smart.jwks import Publisher, ec_jwk, rsa_jwk


def keyed(person: Person, **changes: Any) -> App:
    return app(person.account, App.Kind.ASYMMETRIC, **changes)


def checked(browser: Client, made: App) -> str:
    return text(browser.post(page_of(made, "keys/")))


def test_disabling_asks_first_and_ends_tokens(rebeccas: Client, rebecca: Person) -> None:
    made = app(rebecca.account)
    approve(made, rebecca.account)
    assert "Disable Heart diary?" in text(rebeccas.get(page_of(made, "disable/")))
    assert AccessToken.objects.filter(application=made).exists()
    rebeccas.post(page_of(made, "disable/"))
    assert not AccessToken.objects.filter(application=made).exists()
    assert "nobody can sign in with it" in text(rebeccas.get(page_of(made)))
    rebeccas.post(page_of(made, "enable/"))
    made.refresh_from_db()
    assert made.disabled_at is None


def test_what_an_administrator_disabled_stays_so(
    rebeccas: Client, rebecca: Person, john: Person
) -> None:
    made = app(rebecca.account)
    clients.disable(made, by=john.account)
    assert "An administrator of the practice has disabled it" in text(rebeccas.get(page_of(made)))
    assert rebeccas.post(page_of(made, "enable/")).status_code == 403
    made.refresh_from_db()
    assert made.disabled_at


def test_deleting_asks_first(rebeccas: Client, rebecca: Person) -> None:
    made = app(rebecca.account)
    assert "This cannot be undone." in text(rebeccas.get(page_of(made, "delete/")))
    assert clients.apps().exists()
    assert rebeccas.post(page_of(made, "delete/"))["Location"] == "/portal/apps/"
    assert not clients.apps().exists()
    assert rebeccas.get(page_of(made)).status_code == 404


@pytest.mark.parametrize(
    "page",
    ["", "edit/", "keys/", "secrets/new/", "secrets/{secret}/revoke/", "disable/", "enable/",
     "delete/"],
)  # fmt: skip
def test_somebody_elses_app_does_not_exist(rebecca: Person, johns: Client, page: str) -> None:
    made = app(rebecca.account)
    clients.new_secret(made, by=None)
    address = page_of(made, page.format(secret=made.secrets.get().pk))
    assert johns.get(address).status_code in (404, 405)
    assert johns.post(address).status_code in (404, 405)
    made.refresh_from_db()
    assert made.disabled_at is None
    assert clients.live_secrets(made).count() == 1


def test_the_client_of_an_access_key_is_not_among_the_apps(
    rebeccas: Client, rebecca: Person
) -> None:
    assert rebecca.key.access_key_id not in text(rebeccas.get("/portal/apps/"))
    assert rebeccas.get(page_of(rebecca.key.data_access_grant.client)).status_code == 404


def test_keys_behind_an_address_are_looked_at_one_by_one(
    rebeccas: Client, rebecca: Person, publisher: Publisher
) -> None:
    made = keyed(rebecca, jwks_uri=publisher.url)
    publisher.publish(ec_jwk("good"), rsa_jwk("old", alg="RS256"))
    page = checked(rebeccas, made)
    assert "1 key can be used." in page
    assert "Its alg must be RS384." in page
    publisher.publish(ec_jwk("new"))
    assert "new" in checked(rebeccas, made)
    assert publisher.asked == 2


def test_what_keeps_keys_from_being_fetched_is_told(
    rebeccas: Client, rebecca: Person, publisher: Publisher
) -> None:
    made = keyed(rebecca, jwks_uri=publisher.url)
    publisher.status = 404
    assert "The server answered with status 404" in checked(rebeccas, made)
    publisher.status = 200
    assert "The set holds no key." in checked(rebeccas, made)
    publisher.body = json.dumps({"keys": [{}] * 30}).encode()
    assert "The set holds more than 20 keys." in checked(rebeccas, made)
    publisher.body = json.dumps({"keys": ["x"]}).encode()
    assert "Each key must be a JSON object." in checked(rebeccas, made)


def test_keys_given_by_value_are_checked_too(rebeccas: Client, rebecca: Person) -> None:
    assert "1 key can be used." in checked(rebeccas, keyed(rebecca, jwks={"keys": [ec_jwk()]}))
    assert rebeccas.post(page_of(app(rebecca.account), "keys/")).status_code == 404
