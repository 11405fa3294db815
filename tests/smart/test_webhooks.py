"""Apps are told of access that has ended, signed, again and again until they have it."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings

from fhirapi.smart.authorization import consented
from fhirapi.smart.clients import clients
from fhirapi.smart.webhooks import deliver, hooks
from fhirapi.smart.webhooks.models import WebhookEvent
from portal.accounts.own import closing
from tests.people import Person
from tests.smart import flow
from tests.smart.flow import approval, code


class Receiver:
    """An app's server on this machine."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status = 204
        told = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                told.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
                self.send_response(told.status)
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    settings.DEMO = True
    made = Receiver()
    thread = threading.Thread(target=made.server.serve_forever, daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def app(rebecca: Person) -> flow.App:
    return flow.symmetric()


@pytest.fixture
def secret(app: flow.App, rebecca: Person, receiver: Receiver) -> str:
    return hooks.register(app.client, receiver.url, by=rebecca.account, address=None)


def reasons(app: flow.App) -> list[str]:
    return [each.reason for each in hooks.events(app.client)]


def test_a_revoked_approval_reaches_the_app_signed(
    app: flow.App, rebecca: Person, secret: str, receiver: Receiver
) -> None:
    grant = approval(app, rebecca)
    consented.end(rebecca.account, app.client, address=None)
    assert deliver.deliver_due() == 1
    [(headers, body)] = receiver.got
    told = json.loads(body)
    assert (told["type"], told["data"]["reason"]) == ("access.ended", "access-revoked")
    assert told["data"]["grant_id"] == hooks.reference(grant.pk)
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    made = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{made}"
    assert b"142859" not in body
    assert b"ebecca" not in body


def test_the_token_answer_names_the_approval_alike(app: flow.App, rebecca: Person) -> None:
    grant = approval(app, rebecca)
    answer = app.exchange(code(app, rebecca, grant=grant)).json()
    assert answer["grant_id"] == hooks.reference(grant.pk)


def test_a_closed_account_is_told(app: flow.App, rebecca: Person, secret: str) -> None:
    approval(app, rebecca)
    rebecca.account.is_active = False
    rebecca.account.save()
    assert reasons(app) == ["account-closed"]


def test_an_account_that_its_owner_closed_is_told_once(
    app: flow.App, rebecca: Person, secret: str
) -> None:
    approval(app, rebecca)
    closing.close(rebecca.account, address=None)
    assert reasons(app) == ["account-closed"]


def test_what_ended_before_the_account_was_closed_is_not_told_again(
    app: flow.App, rebecca: Person, secret: str
) -> None:
    approval(app, rebecca)
    consented.end(rebecca.account, app.client, address=None)
    closing.close(rebecca.account, address=None)
    assert reasons(app) == ["access-revoked"]


def test_a_refresh_token_used_twice_is_told(app: flow.App, rebecca: Person, secret: str) -> None:
    first = app.exchange(code(app, rebecca)).json()["refresh_token"]
    app.refresh(first)
    assert reasons(app) == []
    app.refresh(first)
    assert reasons(app) == ["token-reused"]


def test_disabling_an_app_is_told(app: flow.App, rebecca: Person, secret: str) -> None:
    approval(app, rebecca)
    clients.disable(app.client, by=rebecca.account)
    assert reasons(app) == ["access-revoked"]


def test_an_app_without_a_webhook_queues_nothing(app: flow.App, rebecca: Person) -> None:
    approval(app, rebecca)
    consented.end(rebecca.account, app.client, address=None)
    assert not WebhookEvent.objects.exists()


def test_what_was_not_taken_is_tried_again_later(
    app: flow.App, secret: str, receiver: Receiver
) -> None:
    receiver.status = 500
    hooks.test(app.client)
    deliver.deliver_due()
    event = hooks.events(app.client).get()
    assert (event.status, event.problem) == (500, "The app answered 500.")
    assert (event.due_at or timezone.now()) > timezone.now()
    assert deliver.deliver_due() == 0
    receiver.status = 200
    hooks.send_again(app.client, event.pk)
    call_command("deliver_webhooks")
    event = hooks.events(app.client).get()
    assert event.delivered_at
    assert event.due_at is None
    assert receiver.got[0][0]["webhook-id"] == receiver.got[1][0]["webhook-id"]


def test_after_the_last_attempt_it_is_given_up(
    app: flow.App, secret: str, receiver: Receiver
) -> None:
    receiver.status = 404
    hooks.test(app.client)
    for _ in range(len(deliver.WAITS) + 1):
        WebhookEvent.objects.update(due_at=timezone.now() - timedelta(seconds=1))
        deliver.deliver_due()
    event = hooks.events(app.client).get()
    assert (event.due_at, event.delivered_at) == (None, None)


def test_a_private_address_is_never_asked(
    app: flow.App, secret: str, receiver: Receiver, settings: Settings
) -> None:
    settings.DEMO = False
    hooks.test(app.client)
    deliver.deliver_due()
    assert receiver.got == []
    assert "https://" in hooks.events(app.client).get().problem


def test_a_redirect_is_not_followed(app: flow.App, secret: str, receiver: Receiver) -> None:
    receiver.status = 302
    hooks.test(app.client)
    deliver.deliver_due()
    assert hooks.events(app.client).get().problem == "The app answered 302."
    assert len(receiver.got) == 1


def test_old_events_go(app: flow.App, secret: str) -> None:
    hooks.test(app.client)
    WebhookEvent.objects.update(created_at=timezone.now() - timedelta(days=31))
    call_command("clear_expired", verbosity=0)
    assert not WebhookEvent.objects.exists()


def test_one_test_event_waits_at_a_time(app: flow.App, secret: str) -> None:
    assert hooks.test(app.client) == hooks.test(app.client)
    assert hooks.events(app.client).count() == 1
