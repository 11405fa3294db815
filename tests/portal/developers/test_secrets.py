"""The secrets of an app on its page."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from fhirapi.smart.clients import clients
from fhirapi.smart.models import Client as App
from tests.people import PIN, Person
from tests.portal.developers.conftest import page_of
from tests.portal.ui.browser import text
from tests.smart.apps import app


@pytest.fixture
def made(rebecca: Person) -> App:
    return app(rebecca.account)


def add(browser: Client, made: App, **changes: str) -> Any:
    return browser.post(
        page_of(made, "secrets/new/"), {"pin": PIN, "lifetime": "1 year", **changes}
    )


def shown(response: Any) -> str:
    found = re.search(r'id="client-secret"[^>]*>([0-9a-f]+)<', text(response))
    assert found
    return found[1]


def test_a_second_secret_works_beside_the_first(rebeccas: Client, made: App) -> None:
    old, new = shown(add(rebeccas, made)), shown(add(rebeccas, made))
    assert old != new
    assert clients.has_secret(made, old)
    assert clients.has_secret(made, new)
    page = text(rebeccas.get(page_of(made)))
    assert f"…{new[-4:]}" in page
    assert new not in page


@pytest.mark.parametrize(("lifetime", "days"), [("90 days", 90), ("1 year", 365), ("never", None)])
def test_a_secret_ends_as_chosen(
    rebeccas: Client, made: App, lifetime: str, days: int | None
) -> None:
    add(rebeccas, made, lifetime=lifetime)
    expires_at = made.secrets.get().expires_at
    if days is None:
        assert expires_at is None
    else:
        left = expires_at - timezone.now()
        assert timedelta(days=days - 1) < left <= timedelta(days=days)


def test_an_expired_secret_is_told_as_such(rebeccas: Client, made: App) -> None:
    clients.new_secret(made, by=None, expires_at=timezone.now() - timedelta(days=1))
    assert "Expired" in text(rebeccas.get(page_of(made)))


@pytest.mark.parametrize("changes", [{"pin": "0000"}, {"pin": ""}, {"lifetime": "forever"}])
def test_without_pin_or_lifetime_there_is_no_secret(
    rebeccas: Client, made: App, changes: dict[str, str]
) -> None:
    response = add(rebeccas, made, **changes)
    assert "Please check what you entered" in text(response)
    assert not made.secrets.exists()


def test_a_wrong_pin_is_in_the_trail(rebeccas: Client, made: App) -> None:
    add(rebeccas, made, pin="0000")
    denied = AuditRecord.objects.get(outcome="denied")
    assert (denied.action, denied.client_id) == ("client-secret", made.client_id)


def test_a_sixth_secret_is_refused(rebeccas: Client, made: App) -> None:
    for _ in range(clients.MOST_SECRETS):
        clients.new_secret(made, by=None)
    assert "Revoke one first." in text(add(rebeccas, made))
    assert made.secrets.count() == clients.MOST_SECRETS


def test_revoking_asks_first_and_then_ends_the_secret(rebeccas: Client, made: App) -> None:
    secret = clients.new_secret(made, by=None)
    address = page_of(made, f"secrets/{made.secrets.get().pk}/revoke/")
    assert "the only secret that works" in text(rebeccas.get(address))
    assert clients.has_secret(made, secret)
    assert rebeccas.post(address)["Location"] == page_of(made)
    assert not clients.has_secret(made, secret)
    assert rebeccas.post(address).status_code == 404


def test_apps_without_secrets_have_no_such_pages(rebeccas: Client, rebecca: Person) -> None:
    public = app(rebecca.account, App.Kind.PUBLIC)
    assert add(rebeccas, public).status_code == 404
    assert "Client secrets" not in text(rebeccas.get(page_of(public)))
