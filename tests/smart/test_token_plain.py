"""A known service's plain request is answered before Django makes one of it: the same, sooner."""

import base64
from typing import Any
from urllib.parse import urlencode

import pytest

from fhirapi.audit.models import AuditRecord
from fhirapi.requestlog.collector import RequestLog
from fhirapi.requestlog.models import RequestRecord
from fhirapi.smart.clients import clients
from fhirapi.smart.models import AccessToken, Client
from fhirapi.smart.tokens import backend_access
from qsmartcare.wsgi import Application
from tests.smart.door import Door
from tests.smart.flow import App
from tests.smart.services import ask, service

TOKEN = "/R4-patient-api/oauth2/token"
pytestmark = pytest.mark.usefixtures("practice_itself")


@pytest.fixture
def log() -> RequestLog:
    return RequestLog()


@pytest.fixture
def known(log: RequestLog) -> App:
    """It has asked once."""
    app = service()
    app.http = Door(Application(log))
    backend_access.approve(app.client, by=None)
    assert ask(app).status_code == 200
    return app


@pytest.fixture
def before_django(known: App, monkeypatch: pytest.MonkeyPatch) -> App:
    """Known, and whatever is not answered before Django is not answered at all."""

    def get_response(*told: Any) -> None:
        raise AssertionError("It went the ordinary way.")

    monkeypatch.setattr(Application, "get_response", get_response)
    return known


def form(app: App, **more: str) -> dict[str, str]:
    return {"grant_type": "client_credentials", "scope": "system/*.rs", **app.shows(), **more}


@pytest.mark.parametrize("address", ["token", "token.php"])
def test_it_gets_a_token(before_django: App, address: str) -> None:
    answer = before_django.post(address, **form(before_django))
    assert answer.status_code == 200
    assert answer.json()["scope"] == "system/*.rs"
    assert AccessToken.objects.count() == 2


def test_both_ways_answer_and_log_the_same(known: App, log: RequestLog) -> None:
    plain = ask(known)
    ordinary = known.post("token", {"Origin": "null"}, **form(known))
    assert plain.json().keys() == ordinary.json().keys()
    del ordinary.headers["Vary"]  # of other origins
    assert plain.headers == ordinary.headers
    log.write_out()
    rows = RequestRecord.objects.values_list("client_id", "route", "status", "error")
    assert len(rows) == 3
    assert set(rows) == {(known.id, "POST oauth2/token (client_credentials)", 200, None)}
    assert AuditRecord.objects.filter(action="token", client_id=known.id).count() == 3


@pytest.mark.parametrize(
    "more",
    [
        {"client_secret": "a secret as well"},
        {"code": "x"},
        {"scope": "system/*.rs\x00"},
        {"scope": "system/\N{LATIN SMALL LETTER E WITH ACUTE}.rs"},
        {"client_id": "another"},
        {"client_assertion_type": "another"},
        {"client_assertion": "x.y.z"},
        {"grant_type": "password"},
        {"scope": " "},
    ],
)
def test_what_is_not_plain_is_answered_as_ever(known: App, more: dict[str, str]) -> None:
    at_the_door = known.post("token", **form(known, **more))
    there = App(known.client).post("token", **form(known, **more))
    assert at_the_door.status_code == there.status_code
    assert at_the_door.json().keys() == there.json().keys()
    assert at_the_door.json().get("error") == there.json().get("error")


def test_a_repeated_field_is_refused(known: App) -> None:
    text = urlencode(form(known)) + "&scope=system%2FPatient.rs"
    answer = known.http.post(TOKEN, text)
    assert answer.status_code == 400
    assert answer.json()["error_description"] == "The field scope is repeated."
    assert AccessToken.objects.count() == 1


def test_a_body_shorter_than_it_says_is_refused(known: App) -> None:
    text = urlencode(form(known))
    for sent in ("", text[:-30]):
        assert known.http.post(TOKEN, sent).status_code == 400


def test_a_secret_in_the_header_beside_the_assertion_is_refused(known: App) -> None:
    header = base64.b64encode(f"{known.id}:{clients.new_secret(known.client, by=None)}".encode())
    answer = known.post("token", {"Authorization": f"Basic {header.decode()}"}, **form(known))
    assert answer.json()["error"] == "invalid_request"


def test_an_assertion_counts_once_whichever_way_it_comes(known: App) -> None:
    fields = form(known)
    assert known.post("token", **fields).status_code == 200
    for http in (known, App(known.client)):
        assert http.post("token", **fields).json()["error"] == "invalid_client"
    assert AuditRecord.objects.filter(outcome="denied", client_id=known.id).count() == 2


def test_of_a_service_that_was_disabled_nothing_is_remembered(known: App) -> None:
    Client.objects.filter(pk=known.client.pk).update(disabled_at="2024-01-01T00:00Z")
    assert ask(known).json()["error"] == "invalid_client"
