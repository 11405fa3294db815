"""Introspection: a token that works says what it stands for, any other says nothing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from fhirapi.smart.models import AccessToken, Client, DataAccessGrant, RefreshToken
from fhirapi.smart.people import keys
from tests.api import Api
from tests.people import Person
from tests.smart import flow
from tests.smart.flow import App

DEAD = {"active": False}


def introspect(app: App, token: str, **shown: str) -> Any:
    return app.post("introspect", **{**(shown or app.shows()), "token": token})


@pytest.fixture
def app(db: None) -> App:
    return flow.symmetric()


@pytest.fixture
def pair(app: App, rebecca: Person) -> dict[str, Any]:
    context = {"patient": "142859", "encounter": "e1"}
    grant = flow.approval(app, rebecca, context=context)
    answer: dict[str, Any] = app.exchange(flow.code(app, rebecca, grant=grant)).json()
    return answer


def test_an_access_token_says_what_it_stands_for(
    app: App, pair: dict[str, Any], rebecca: Person
) -> None:
    response = introspect(app, pair["access_token"])
    told = response.json()
    assert response["Cache-Control"] == "no-store"
    now = timezone.now().timestamp()
    assert now < told.pop("exp") <= now + 3601
    assert told.pop("iat") <= now
    assert told == {
        "active": True, "scope": flow.SCOPE, "client_id": app.id, "sub": str(rebecca.account.pk),
        "iss": flow.FHIR, "aud": flow.FHIR, "token_type": "Bearer", "patient": "142859",
        "encounter": "e1", "fhirUser": f"{flow.FHIR}/Patient/142859",
    }  # fmt: skip


def test_a_refresh_token_says_until_when_it_works(app: App, pair: dict[str, Any]) -> None:
    told = introspect(app, pair["refresh_token"]).json()
    assert told["active"] is True
    assert told["exp"] > (timezone.now() + timedelta(days=93)).timestamp()


def test_without_the_scope_there_is_no_fhir_user(app: App, rebecca: Person) -> None:
    answer = app.exchange(flow.code(app, rebecca, "patient/*.rs")).json()
    assert "fhirUser" not in introspect(app, answer["access_token"]).json()


def _end_grant() -> None:
    DataAccessGrant.objects.update(revoked_at=timezone.now())


def _let_grant_expire() -> None:
    DataAccessGrant.objects.update(expires_at=timezone.now() - timedelta(hours=1))


def _lock_account() -> None:
    account = DataAccessGrant.objects.get().account
    account.is_active = False
    account.save()


def _end_tokens() -> None:
    RefreshToken.objects.all().delete()
    AccessToken.objects.all().delete()


@pytest.mark.parametrize("end", [_end_grant, _let_grant_expire, _lock_account, _end_tokens])
@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_whatever_ends_leaves_nothing(
    app: App, pair: dict[str, Any], end: Callable[[], None], kind: str
) -> None:
    end()
    assert introspect(app, pair[kind]).json() == DEAD
    assert flow.read(app, pair["access_token"]).status_code == 401


def test_an_expired_token_is_dead(app: App, pair: dict[str, Any]) -> None:
    AccessToken.objects.update(expires=timezone.now() - timedelta(hours=1))
    assert introspect(app, pair["access_token"]).json() == DEAD
    assert introspect(app, pair["refresh_token"]).json()["active"] is True


def test_a_rotated_refresh_token_is_dead(app: App, pair: dict[str, Any]) -> None:
    app.refresh(pair["refresh_token"])
    assert introspect(app, pair["refresh_token"]).json() == DEAD


@pytest.mark.parametrize("token", ["made-up", "é", "x" * 5000])
def test_a_made_up_token_is_dead(app: App, token: str) -> None:
    assert introspect(app, token).json() == DEAD


def test_another_apps_token_is_dead_unless_the_caller_may_look(
    pair: dict[str, Any], db: None
) -> None:
    other = flow.asymmetric()
    assert introspect(other, pair["access_token"]).json() == DEAD
    Client.objects.filter(pk=other.client.pk).update(may_introspect=True)
    assert introspect(other, pair["access_token"]).json()["active"] is True


def test_a_token_of_a_disabled_app_is_dead(app: App, pair: dict[str, Any]) -> None:
    server = flow.asymmetric()
    Client.objects.filter(pk=server.client.pk).update(may_introspect=True)
    Client.objects.filter(pk=app.client.pk).update(disabled_at=timezone.now())
    assert introspect(server, pair["access_token"]).json() == DEAD


def test_the_trail_says_who_looked_whose_token_it_is_and_not_the_token(
    app: App, pair: dict[str, Any], rebecca: Person
) -> None:
    server = flow.asymmetric()
    Client.objects.filter(pk=server.client.pk).update(may_introspect=True)
    introspect(server, pair["access_token"])
    [looked] = AuditRecord.objects.filter(action="introspect")
    assert (looked.client_id, looked.account_id) == (server.id, rebecca.account.pk)
    assert looked.patient_ids == ["142859"]
    assert looked.detail == f"token of {app.id}"


def test_who_learns_nothing_leaves_no_record_of_it(app: App, db: None) -> None:
    introspect(app, "made up")
    assert not AuditRecord.objects.filter(action="introspect").exists()


def test_nobody_looks_without_proof(app: App, pair: dict[str, Any]) -> None:
    for shown in (
        {"client_id": app.id},
        {"client_id": app.id, "client_secret": "wrong"},
        {"x": "y"},
    ):
        response = introspect(app, pair["access_token"], **shown)
        assert response.status_code == 401
        assert response["WWW-Authenticate"]
    public = flow.public()
    assert introspect(public, pair["access_token"]).status_code == 401


def test_a_public_app_looks_with_its_own_token(rebecca: Person, pair: dict[str, Any]) -> None:
    app = flow.public()
    own = app.exchange(flow.code(app, rebecca)).json()["access_token"]
    bearer = {"authorization": f"Bearer {own}"}
    assert app.post("introspect", bearer, token=own).json()["active"] is True
    assert app.post("introspect", bearer, token=pair["access_token"]).json() == DEAD
    wrong = app.post("introspect", {"authorization": "Bearer wrong"}, token=own)
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_token")


def test_a_key_looks_into_its_own_tokens(api: Api, rebecca: Person) -> None:
    session = api.as_(rebecca.key)
    form = {"client_id": rebecca.key.access_key_id, "client_secret": rebecca.secret,
            "token": session.token}  # fmt: skip
    told = api.http.post("/R4-patient-api/oauth2/introspect", form).json()
    assert told["patient"] == "142859"
    keys.set_active(rebecca.key, False)
    assert api.http.post("/R4-patient-api/oauth2/introspect", form).status_code == 401


def test_the_token_is_asked_for(app: App) -> None:
    assert app.post("introspect", **app.shows()).json()["error"] == "invalid_request"
    assert app.http.get("/R4-patient-api/oauth2/introspect").status_code == 405
