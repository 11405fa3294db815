"""A developer sets a webhook, sees its secret once, and what was sent."""

import pytest
from django.test import Client
from pytest_django import Settings

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


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/hook", "https://localhost/hook", "https://[::1]/hook",
        "https://10.0.0.7:8443/hook", "https://192.168.1.1/", "https://169.254.169.254/latest/",
        "https://[fd00::1]/", "https://[::ffff:10.0.0.7]/", "https://0.0.0.0/", "https://2130706433/",
    ],
)  # fmt: skip
def test_an_address_that_delivery_would_refuse_is_refused_with_the_reason(
    rebeccas: Client, made: App, url: str
) -> None:
    page = rebeccas.post(page_of(made, "webhooks/"), {"url": url})
    assert page.context["form"].errors["url"] == [
        "The host is in a private network. Use one that the internet can reach."
    ]
    assert hooks.of(made) is None


def test_where_things_are_tried_out_this_machine_may_be_told(
    rebeccas: Client, made: App, settings: Settings
) -> None:
    settings.DEMO = True
    assert "whsec_" in save(rebeccas, made, "http://127.0.0.1:9999/hook")


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
