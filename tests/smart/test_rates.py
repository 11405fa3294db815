"""How often a client may ask: told with each answer, refused beyond it, nobody else's business."""

from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from django.test import Client as HttpClient
from pytest_django import Settings

from fhirapi.audit.models import AuditRecord
from fhirapi.limits import table
from fhirapi.smart import rates
from fhirapi.smart.clients import clients, origins
from fhirapi.smart.models import Client
from tests.api import Api, Session
from tests.people import Person
from tests.smart import flow, tokens

NOW = 1_000_000.0
TOLD = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")


@pytest.fixture(autouse=True)
def _few(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Three a minute, on a clock that stands still."""
    monkeypatch.setattr(table, "monotonic", lambda: NOW)
    settings.REQUESTS_A_MINUTE, settings.ACCOUNT_REQUESTS_A_MINUTE = 3, 0
    rates.forget()
    yield
    rates.forget()


@pytest.fixture
def session(rebecca: Person) -> Session:
    return tokens.issue(rebecca, "patient/*.rs", patient="142859")  # one of the three is used up


def limits(response: Any) -> list[str | None]:
    return [response.headers.get(name) for name in TOLD]


def client_of(session: Session) -> Client:
    claims = jwt.decode(session.token, options={"verify_signature": False})
    found: Client = Client.objects.get(client_id=claims["client_id"])
    return found


def test_each_answer_tells_what_is_left(session: Session) -> None:
    first, second = session.get("Patient/142859"), session.get("Patient/nobody")
    assert (first.status_code, second.status_code) == (200, 404)
    assert limits(first) == ["3", "1", "40"]
    assert limits(second) == ["3", "0", "60"]


def test_beyond_it_the_answer_says_how_long_to_wait(session: Session) -> None:
    for _ in range(2):
        assert session.get("Patient/142859").status_code == 200
    refused = session.get("Patient/142859")
    assert refused.status_code == 429
    assert refused.json()["issue"][0]["code"] == "throttled"
    assert refused.headers["Retry-After"] == "20"
    assert limits(refused) == ["3", "0", "60"]


def test_what_was_used_comes_back_evenly(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        session.get("Patient/142859")
    monkeypatch.setattr(table, "monotonic", lambda: NOW + 30)
    assert session.get("Patient/142859").status_code == 200
    assert session.get("Patient/142859").status_code == 429
    monkeypatch.setattr(table, "monotonic", lambda: NOW + 3600)
    assert limits(session.get("Patient/142859")) == ["3", "2", "20"]  # no more than it holds


def test_a_request_counts_once_however_often_it_asks_who_asks(session: Session) -> None:
    assert session.get("single/Observation.php", {"patient": "142859"}).status_code == 200
    assert session.get("multiple/api/patient.php").status_code == 200


def test_another_client_has_its_own(session: Session, rebecca: Person) -> None:
    for _ in range(3):
        session.get("Patient/142859")
    other = tokens.issue(rebecca, "patient/*.rs", patient="142859")
    assert other.get("Patient/142859").status_code == 200


def test_an_access_key_has_a_rate_and_its_token_requests_count(api: Api, rebecca: Person) -> None:
    statuses = [api.exchange(rebecca.key).status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    refused = api.exchange(rebecca.key)
    assert refused.json()["error"] == "temporarily_unavailable"
    assert refused.headers["Retry-After"] == "20"
    assert limits(refused) == ["3", "0", "60"]
    assert refused.headers["Cache-Control"] == "no-store"


def test_who_does_not_know_the_secret_uses_nothing_up(api: Api, rebecca: Person) -> None:
    for _ in range(5):
        assert api.exchange(rebecca.key, "wrong").status_code == 401
    assert api.exchange(rebecca.key).status_code == 200


def test_a_code_that_came_too_soon_is_not_used_up(rebecca: Person) -> None:
    app = flow.public()
    codes = [flow.code(app, rebecca) for _ in range(4)]
    statuses = [app.exchange(each).status_code for each in codes]
    assert statuses == [200, 200, 200, 429]
    table.forget()
    assert app.exchange(codes[-1]).status_code == 200


def test_a_refresh_token_that_came_too_soon_is_not_used_up(rebecca: Person) -> None:
    app = flow.public()
    token = app.exchange(flow.code(app, rebecca)).json()["refresh_token"]
    for _ in range(2):
        token = app.refresh(token).json()["refresh_token"]
    refused = app.refresh(token)
    assert (refused.status_code, refused.json()["error"]) == (429, "temporarily_unavailable")
    table.forget()
    assert app.refresh(token).status_code == 200


def test_one_client_may_have_another_rate(
    session: Session, rebecca: Person, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        clients.set_rate(client_of(session), 100, by=rebecca.account)
    assert [session.get("Patient/142859").status_code for _ in range(9)] == [200] * 9
    assert limits(session.get("Patient/142859"))[0] == "100"
    assert AuditRecord.objects.filter(detail="requests a minute: 100").count() == 1


@pytest.mark.parametrize("everybody", [True, False])
def test_a_limit_may_be_left_out(
    session: Session, rebecca: Person, settings: Settings, everybody: bool
) -> None:
    if everybody:
        settings.REQUESTS_A_MINUTE = 0
    else:
        clients.set_rate(client_of(session), 0, by=rebecca.account)
        rates.forget()
    answers = [session.get("Patient/142859") for _ in range(5)]
    assert [each.status_code for each in answers] == [200] * 5
    assert limits(answers[-1]) == [None, None, None]


def test_pages_of_other_origins_may_read_what_is_left() -> None:
    assert set(TOLD) <= set(origins._EXPOSED.split(", "))


def test_each_read_of_a_batch_counts(session: Session) -> None:
    reads = [{"request": {"method": "GET", "url": "Patient/142859"}}] * 3
    batch = {"resourceType": "Bundle", "type": "batch", "entry": reads}
    answered = session.send("POST", "", batch).json()["entry"]
    assert [each["response"]["status"][:3] for each in answered] == ["200", "429", "429"]


def test_one_person_does_not_use_up_the_app_of_all(
    rebecca: Person, john: Person, settings: Settings
) -> None:
    settings.REQUESTS_A_MINUTE, settings.ACCOUNT_REQUESTS_A_MINUTE = 100, 3
    app = flow.public()
    mine, theirs = (
        Session(HttpClient(), app.exchange(flow.code(app, person)).json())
        for person in (rebecca, john)
    )
    statuses = [mine.get("Patient/142859").status_code for _ in range(3)]
    assert statuses == [200, 200, 429]  # the token itself was the first
    assert limits(mine.get("Patient/142859")) == ["3", "0", "60"]
    assert theirs.get("Patient/142860").status_code == 200


def test_all_keys_and_apps_of_an_account_share_its_rate(
    rebecca: Person, settings: Settings
) -> None:
    settings.REQUESTS_A_MINUTE, settings.ACCOUNT_REQUESTS_A_MINUTE = 100, 3
    apps = [tokens.issue(rebecca, "patient/*.rs", patient="142859") for _ in range(3)]
    assert [each.get("Patient/142859").status_code for each in apps] == [429] * 3
