"""Every request of an app is in its log, with nothing personal in it."""

from datetime import timedelta
from io import StringIO
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.utils import timezone

from fhirapi.requestlog import collector
from fhirapi.requestlog.models import RequestRecord
from fhirapi.smart.models import AccessToken
from tests.people import Person
from tests.requestlog.conftest import Server
from tests.smart import flow
from tests.smart.apps import CALLBACK
from tests.smart.flow import approval, code
from tests.smart.tokens import token as token_on


@pytest.fixture
def app(rebecca: Person) -> flow.App:
    return flow.public()


@pytest.fixture
def token(app: flow.App, rebecca: Person) -> str:
    return token_on(approval(app, rebecca), "patient/*.rs", rebecca.resource_id)


def everything_of(record: RequestRecord) -> str:
    return " ".join(str(each) for each in vars(record).values())


def test_a_read_is_logged_without_the_id(server: Server, app: flow.App, token: str) -> None:
    assert server.get("Patient/142859", token).status_code == 200
    record = server.one()
    assert (record.client_id, record.route) == (app.id, "GET Patient/{id}")
    assert (record.status, record.error) == (200, None)
    assert record.ms > 0
    assert "142859" not in everything_of(record)


@pytest.mark.parametrize(
    ("asked", "route"),
    [
        ("Observation?patient=142859&category=vital-signs", "GET Observation?patient&category"),
        ("Patient?name:exact=Larson&Rebecca=1", "GET Patient?name&(unknown)"),
        ("Observation?subject:Patient.name=Larson", "GET Observation?subject"),
        ("Patient/142859/_history/1", "GET Patient/{id}/_history/{version}"),
        ("Patient/142859/$everything", "GET Patient/{id}/$everything"),
        ("single/patient.php?id=142859", "GET single/Patient?id"),
        ("Larson/142859", "GET (unknown)"),
        ("metadata", "GET metadata"),
    ],
)
def test_routes_name_no_values(server: Server, token: str, asked: str, route: str) -> None:
    server.get(asked, token)
    assert server.one().route == route


@pytest.mark.parametrize(
    ("asked", "status", "error"),
    [
        ("Patient/no-such-one", 404, "not-found"),
        ("Patient?_count=many", 400, "value"),
        ("Patient?birthdate=yesterday", 400, "value"),
        ("Patient/142859?_format=xml", 406, "not-supported"),
    ],
)
def test_a_refusal_has_its_code(
    server: Server, token: str, asked: str, status: int, error: str
) -> None:
    server.get(asked, token)
    record = server.one()
    assert (record.status, record.error) == (status, error)


def test_an_expired_token_is_told_from_a_revoked_one(
    server: Server, app: flow.App, rebecca: Person, token: str, settings: Any
) -> None:
    AccessToken.objects.all().delete()
    server.get("Patient/142859", token)
    settings.ACCESS_TOKEN_LIFETIME = -1
    server.get("Patient/142859", token_on(approval(app, rebecca), "patient/*.rs", "142859"))
    assert [each.error for each in server.records()] == ["session_gone", "token_expired"]


def test_nobody_can_write_into_the_log_of_an_app_with_a_forged_token(
    server: Server, app: flow.App, token: str
) -> None:
    head, claims, _ = token.split(".")
    server.get("Patient/142859", f"{head}.{claims}.forged")
    server.get("Patient/142859")
    assert server.records() == []


def test_the_token_address_is_logged_with_the_grant_type(
    server: Server, app: flow.App, rebecca: Person
) -> None:
    fields = {"grant_type": "authorization_code", "redirect_uri": CALLBACK, "client_id": app.id}
    server.post("oauth2/token", code=code(app, rebecca), code_verifier=flow.VERIFIER, **fields)
    server.post("oauth2/token", code="wrong", code_verifier=flow.VERIFIER, **fields)
    good, bad = server.records()
    assert good.route == bad.route == "POST oauth2/token (authorization_code)"
    assert (good.status, good.error) == (200, None)
    assert (bad.status, bad.error) == (400, "invalid_grant")


def test_a_wrong_secret_is_seen_by_the_apps_developer(server: Server, rebecca: Person) -> None:
    made = flow.symmetric()
    form = {"grant_type": "refresh_token", "refresh_token": "gone", "client_secret": "sesame"}
    server.post("oauth2/token.php", client_id=made.id, **form)
    record = server.one()
    assert (record.client_id, record.error) == (made.id, "invalid_client")
    assert "sesame" not in everything_of(record)


def test_a_service_is_named_by_its_assertion(server: Server, rebecca: Person) -> None:
    made = flow.asymmetric()
    server.post("oauth2/token", grant_type="refresh_token", refresh_token="gone", **made.shows())
    assert server.one().client_id == made.id


def test_a_public_app_that_refreshes_without_its_name_is_named_by_the_token(
    server: Server, app: flow.App, rebecca: Person
) -> None:
    pair = app.exchange(code(app, rebecca)).json()
    form = {"grant_type": "refresh_token", "refresh_token": pair["refresh_token"]}
    assert server.post("oauth2/token", **form).status_code == 200
    assert server.one().client_id == app.id


def test_an_authorization_request_that_fails_is_logged(server: Server, app: flow.App) -> None:
    asked = f"client_id={app.id}&response_type=code&redirect_uri={CALLBACK}&scope=openid"
    assert server.get(f"oauth2/authorize?{asked}").status_code == 302
    record = server.one()
    assert record.route.startswith("GET oauth2/authorize?client_id&response_type&redirect_uri")
    assert record.error == "invalid_request"


def test_a_made_up_client_leaves_nothing(server: Server) -> None:
    for name in ("nobody", "a\x00b", "ü" * 9, "'; drop table"):
        server.post("oauth2/token", grant_type="refresh_token", client_id=name)
    assert server.records() == []


def test_while_the_database_is_away_entries_wait(
    server: Server, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(rows: object) -> None:
        raise psycopg.OperationalError("away")

    server.get("Patient/142859", token)
    with monkeypatch.context() as patched:
        patched.setattr(collector, "write", away)
        patched.setattr(collector, "database", lambda: StringIO())
        server.log.write_out()
    assert server.one().status == 200


def test_the_oldest_go_first_when_too_many_wait(
    server: Server, token: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(collector, "MOST", 2)
    small = Server()
    for path in ("Patient/142859", "metadata", "Observation"):
        small.get(path, token)
    assert [each.route for each in small.records()] == ["GET metadata", "GET Observation"]
    assert "lost 1 entries" in caplog.text


def test_rows_go_after_thirty_days(server: Server, token: str) -> None:
    server.get("metadata", token)
    server.get("Patient/142859", token)
    old, young = server.records()
    RequestRecord.objects.filter(pk=old.pk).update(at=timezone.now() - timedelta(days=31))
    call_command("clear_expired", verbosity=0)
    assert list(RequestRecord.objects.all()) == [young]


@pytest.mark.parametrize(
    ("asked", "route", "error"),
    [
        ("problems?patient_id=142859", "GET provider-api/v1/problems", "forbidden"),
        ("problems/142859", "GET provider-api/v1/problems/{id}", "forbidden"),
        ("Larson/142859", "GET (unknown)", "not-found"),
    ],
)
def test_the_provider_api_is_logged_without_ids(
    server: Server, token: str, asked: str, route: str, error: str
) -> None:
    server.get(f"/provider-api/v1/{asked}", token)
    record = server.one()
    assert (record.route, record.error) == (route, error)
    assert "142859" not in everything_of(record)
