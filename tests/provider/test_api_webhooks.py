"""Webhooks: another server is told which records changed, signed, until it has it."""

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

from fhirapi.audit.models import AuditRecord
from fhirapi.provider.models import ChangeDelivery, ChangeWebhook
from fhirapi.provider.webhooks.queueing import queue_changes
from fhirapi.provider.webhooks.sending import deliver_due
from fhirapi.smart.models import AccessKey, DataAccessGrant
from fhirapi.smart.webhooks import deliver
from tests.api import Api
from tests.people import Person
from tests.provider.client import Partner, fields, partner, problem, problem_of
from tests.provider.settled import settle

# What is told has been committed.
pytestmark = pytest.mark.django_db(transaction=True)


class Receiver:
    """A partner's server on this machine."""

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
        self.url = f"http://127.0.0.1:{self.server.server_port}/changes"


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
def hook(grey: Partner, receiver: Receiver) -> dict[str, Any]:
    response = grey.post("webhooks", {"url": receiver.url, "kinds": ["problems"]})
    assert response.status_code == 201, response.content
    settle()
    told: dict[str, Any] = response.json()
    return told


def queued() -> int:
    settle()
    return queue_changes()


def signature(secret: str, headers: dict[str, str], body: bytes) -> str:
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def test_a_change_is_told_signed_and_without_content(
    grey: Partner, hook: dict[str, Any], receiver: Receiver
) -> None:
    made = grey.post("problems", problem_of()).json()
    assert queued() == 1
    assert deliver_due() == 1
    [(headers, body)] = receiver.got
    assert headers["webhook-signature"] == signature(hook["secret"], headers, body)
    told = json.loads(body)
    event = {"kind": "problems", "id": made["id"], "version": "1", "change": "created"}
    assert (told["type"], told["data"]["changes"]) == ("records.changed", [event])
    assert b"142859" not in body
    assert b"38341003" not in body
    [log] = grey.get(f"webhooks/{hook['id']}/deliveries").json()["data"]
    assert (log["status"], log["changes"], log["problem"]) == (204, [event], None)
    assert AuditRecord.objects.get(detail="webhook").patient_ids == ["142859"]


def test_many_changes_are_told_together_and_only_of_the_kinds_asked_for(
    grey: Partner, hook: dict[str, Any], receiver: Receiver
) -> None:
    made = [grey.post("problems", problem_of()).json()["id"] for _ in range(3)]
    grey.post("diagnoses", problem_of())
    assert queued() == 1
    [delivery] = ChangeDelivery.objects.all()
    assert [each["id"] for each in delivery.changes] == made


def test_a_server_that_fails_is_told_again_later(
    grey: Partner, hook: dict[str, Any], receiver: Receiver
) -> None:
    receiver.status = 503
    grey.post("problems", problem_of())
    queued()
    deliver_due()
    delivery = ChangeDelivery.objects.get()
    assert (delivery.status, delivery.attempts) == (503, 1)
    assert delivery.due_at
    assert delivery.due_at > timezone.now()
    assert deliver_due() == 0  # not yet
    receiver.status = 200
    ChangeDelivery.objects.update(due_at=timezone.now())
    call_command("deliver_webhooks")
    delivery = ChangeDelivery.objects.get()
    assert (delivery.status, delivery.due_at, len(receiver.got)) == (200, None, 2)
    assert receiver.got[0][0]["webhook-id"] == receiver.got[1][0]["webhook-id"]


def test_a_new_secret_signs_beside_the_old_one_for_a_day(
    grey: Partner, hook: dict[str, Any], receiver: Receiver
) -> None:
    new = grey.post(f"webhooks/{hook['id']}/secret", {}).json()["secret"]
    assert new != hook["secret"]
    grey.post("problems", problem_of())
    queued()
    deliver_due()
    headers, body = receiver.got[0]
    both = [signature(secret, headers, body) for secret in (new, hook["secret"])]
    assert headers["webhook-signature"].split() == both
    ChangeWebhook.objects.update(previous_until=timezone.now())
    ChangeDelivery.objects.update(due_at=timezone.now())
    deliver_due()
    headers, body = receiver.got[1]
    assert headers["webhook-signature"] == signature(new, headers, body)


def test_nothing_is_told_once_the_key_has_ended(
    grey: Partner, hook: dict[str, Any], receiver: Receiver
) -> None:
    grey.post("problems", problem_of())
    AccessKey.objects.update(may_write=False)
    assert queued() == 0
    AccessKey.objects.update(may_write=True, is_active=False)
    assert queued() == 0
    AccessKey.objects.update(is_active=True)
    assert queued() == 1


def test_what_is_queued_is_not_sent_once_the_access_has_ended(
    grey: Partner, hook: dict[str, Any], receiver: Receiver
) -> None:
    grey.post("problems", problem_of())
    assert queued() == 1
    DataAccessGrant.objects.update(revoked_at=timezone.now())
    deliver_due()
    delivery = ChangeDelivery.objects.get()
    assert (receiver.got, delivery.due_at, delivery.delivered_at) == ([], None, None)
    assert "ended" in delivery.problem
    call_command("clear_expired", verbosity=0)
    assert not ChangeWebhook.objects.exists()


def test_a_webhook_that_breaks_keeps_no_other_from_being_told(
    grey: Partner, hook: dict[str, Any], receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    grey.post("webhooks", {"url": receiver.url + "/second"})
    settle()
    grey.post("problems", problem_of())
    assert queued() == 2
    send = deliver.attempt

    def breaks(delivery: Any, url: str, *rest: Any) -> None:
        if url == receiver.url:
            raise LookupError
        send(delivery, url, *rest)

    monkeypatch.setattr("fhirapi.provider.webhooks.sending.attempt", breaks)
    deliver_due()
    assert len(receiver.got) == 1


def test_nothing_is_told_of_somebody_elses_patients(
    api: Api, grey: Partner, dr_strange: Person, receiver: Receiver
) -> None:
    strange = partner(api, dr_strange, patient_ids=["7"])
    strange.post("webhooks", {"url": receiver.url})
    grey.post("problems", problem_of())
    made = strange.post("problems", problem_of("7")).json()["id"]
    assert queued() == 1
    [delivery] = ChangeDelivery.objects.all()
    assert [each["id"] for each in delivery.changes] == [made]


def test_a_webhook_is_listed_read_and_deleted_by_whose_it_is(
    api: Api, grey: Partner, dr_strange: Person, hook: dict[str, Any]
) -> None:
    told = {name: value for name, value in hook.items() if name != "secret"}
    path = f"webhooks/{hook['id']}"
    assert grey.get("webhooks").json() == {"data": [told]}
    assert grey.get(path).json() == told
    strange = partner(api, dr_strange, patient_ids=["7"])
    assert strange.get("webhooks").json() == {"data": []}
    for response in (
        strange.get(path), strange.delete(path), strange.post(f"{path}/secret", {}),
        strange.get(f"{path}/deliveries"),
    ):  # fmt: skip
        assert problem(response) == (404, "not-found")
    assert grey.delete(path).status_code == 204
    assert problem(grey.get(path)) == (404, "not-found")


def test_an_address_has_to_be_one_that_the_internet_reaches(
    grey: Partner, settings: Settings
) -> None:
    settings.DEMO = settings.DEBUG = False
    for url in ("http://partner.example/", "https://user@partner.example/", "ftp://x", 7, None):
        assert fields(grey.post("webhooks", {"url": url})) == ["url"]
    right = {"url": "https://partner.example/changes"}
    assert fields(grey.post("webhooks", {**right, "kinds": ["nothing"]})) == ["kinds"]
    assert fields(grey.post("webhooks", {**right, "colour": 1})) == ["colour"]
    assert grey.post("webhooks", right).status_code == 201


def test_a_private_address_is_refused_and_never_called(
    grey: Partner, settings: Settings, hook: dict[str, Any], receiver: Receiver
) -> None:
    settings.DEMO = settings.DEBUG = False
    private = receiver.url.replace("http:", "https:")
    assert fields(grey.post("webhooks", {"url": private})) == ["url"]
    ChangeWebhook.objects.update(url=private)  # as if the name led there since
    grey.post("problems", problem_of())
    queued()
    deliver_due()
    assert "private network" in ChangeDelivery.objects.get().problem
    assert receiver.got == []


def test_there_are_only_so_many(grey: Partner, receiver: Receiver) -> None:
    for _ in range(20):
        assert grey.post("webhooks", {"url": receiver.url}).status_code == 201
    assert problem(grey.post("webhooks", {"url": receiver.url})) == (409, "conflict")


def test_the_log_has_pages_and_is_forgotten(
    grey: Partner, hook: dict[str, Any], receiver: Receiver
) -> None:
    made = ChangeWebhook.objects.get()
    for _ in range(3):
        ChangeDelivery.objects.create(webhook=made, changes=[])
    path = f"webhooks/{hook['id']}/deliveries"
    first = grey.get(path, {"limit": "2"}).json()
    last = grey.get(path, {"limit": "2", "cursor": first["next_cursor"]}).json()
    assert (len(first["data"]), len(last["data"]), "next_cursor" in last) == (2, 1, False)
    assert fields(grey.get(path, {"cursor": "x"})) == ["cursor"]
    ChangeDelivery.objects.update(created_at=timezone.now() - timedelta(days=31))
    call_command("clear_expired", verbosity=0)
    assert grey.get(path).json() == {"data": []}
