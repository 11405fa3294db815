"""A developer sets a webhook, sees its secret once, and what was sent."""

import pytest
from django.test import Client

from fhirapi.smart.models import Client as App
from fhirapi.smart.webhooks import hooks
from tests.people import Person
from tests.portal.developers.conftest import page_of
from tests.portal.ui.browser import text
from tests.smart.apps import app

URL = "https://app.example.com/hook"


@pytest.fixture
def made(rebecca: Person) -> App:
    return app(rebecca.account)


def save(browser: Client, made: App, url: str = URL) -> str:
    return text(browser.post(page_of(made, "webhooks/"), {"url": url}))


def test_the_secret_is_shown_once(rebeccas: Client, made: App) -> None:
    assert "whsec_" in save(rebeccas, made)
    page = text(rebeccas.get(page_of(made, "webhooks/")))
    assert "whsec_" not in page
    assert URL in page


def test_the_page_with_the_secret_is_not_compressed(rebeccas: Client, made: App) -> None:
    page = rebeccas.post(page_of(made, "webhooks/"), {"url": URL})
    assert "no-transform" in page["Cache-Control"]


@pytest.mark.parametrize(
    "url", ["", "http://app.example.com/", "http://127.0.0.1/", "ftp://x", "https://a:b@c/"]
)
def test_another_address_is_refused(rebeccas: Client, made: App, url: str) -> None:
    assert "whsec_" not in save(rebeccas, made, url)
    assert hooks.of(made) is None


def test_a_test_event_and_sending_it_again(rebeccas: Client, made: App) -> None:
    save(rebeccas, made)
    page = text(rebeccas.post(page_of(made, "webhooks/test/"), follow=True))
    assert "A test" in page
    event = hooks.events(made).get()
    event.due_at, event.attempts = None, 3
    event.save()
    rebeccas.post(page_of(made, f"webhooks/{event.pk}/again/"))
    event.refresh_from_db()
    assert event.due_at is not None


def test_removing_ends_what_waits(rebeccas: Client, made: App) -> None:
    save(rebeccas, made)
    hooks.test(made)
    rebeccas.post(page_of(made, "webhooks/remove/"))
    assert hooks.of(made) is None
    assert hooks.events(made).get().due_at is None


@pytest.mark.parametrize("page", ["", "test/", "remove/", "1/again/"])
def test_somebody_elses_webhook_does_not_exist(johns: Client, made: App, page: str) -> None:
    assert johns.post(page_of(made, f"webhooks/{page}"), {"url": URL}).status_code == 404


def test_an_event_of_another_app_is_not_sent_again(
    rebeccas: Client, rebecca: Person, made: App
) -> None:
    save(rebeccas, made)
    other = hooks.test(app(rebecca.account))
    assert rebeccas.post(page_of(made, f"webhooks/{other.pk}/again/")).status_code == 404
