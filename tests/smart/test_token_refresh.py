"""Refreshing: rotation, families, less and more than was granted, and how long it goes on."""

from datetime import timedelta

import pytest
from django.utils import timezone

from fhirapi.smart.models import AccessToken, DataAccessGrant, RefreshToken
from tests.people import Person
from tests.smart import flow

GONE = "User session not found. User must re-authenticate."


def refresh_token(app: flow.App, person: Person, scope: str = flow.SCOPE) -> str:
    return str(app.exchange(flow.code(app, person, scope)).json()["refresh_token"])


@pytest.mark.parametrize("make", [flow.public, flow.symmetric, flow.asymmetric])
def test_a_refresh_answers_as_the_code_did(make: type, rebecca: Person) -> None:
    app = make()
    first = app.exchange(flow.code(app, rebecca, nonce="n")).json()
    second = app.refresh(first["refresh_token"]).json()
    assert second.keys() == first.keys()
    assert second["patient"] == "142859"
    assert second["refresh_token"] != first["refresh_token"]
    assert "nonce" not in flow.claims_of(second["id_token"], app)
    assert flow.read(app, first["access_token"]).status_code == 401
    assert flow.read(app, second["access_token"]).status_code == 200


def test_the_reuse_of_an_old_one_ends_the_family_and_no_other(rebecca: Person) -> None:
    app = flow.public()
    old, other = refresh_token(app, rebecca), refresh_token(app, rebecca)
    new = app.refresh(old).json()
    again = app.refresh(old)
    assert again.json() == {"error": "invalid_grant", "error_description": GONE}
    assert app.refresh(new["refresh_token"]).status_code == 400
    assert flow.read(app, new["access_token"]).status_code == 401
    assert app.refresh(other).status_code == 200


@pytest.mark.parametrize("scope", ["patient/*.rs", "patient/Patient.r", "openid patient/*.read"])
def test_less_may_be_asked_and_all_of_it_again_the_next_time(rebecca: Person, scope: str) -> None:
    app = flow.public()
    less = app.refresh(refresh_token(app, rebecca), scope=scope).json()
    assert less["scope"] == scope
    assert app.refresh(less["refresh_token"]).json()["scope"] == flow.SCOPE


@pytest.mark.parametrize(
    "scope",
    ["patient/*.cruds", "user/*.rs", "online_access", "nonsense", "patient/Patient.r " * 201],
)
def test_more_is_refused_and_the_token_stays(rebecca: Person, scope: str) -> None:
    app = flow.public()
    token = refresh_token(app, rebecca)
    response = app.refresh(token, scope=scope)
    assert response.status_code == 400
    assert response.json()["error"] == "invalid_scope"
    assert "more than was granted" in response.json()["error_description"]
    assert app.refresh(token).status_code == 200


@pytest.mark.parametrize("ended", ["revoked_at", "expires_at"])
def test_an_approval_that_has_ended_refreshes_nothing(rebecca: Person, ended: str) -> None:
    app = flow.public()
    token = refresh_token(app, rebecca)
    DataAccessGrant.objects.update(**{ended: timezone.now()})
    assert app.refresh(token).json()["error"] == "invalid_grant"


def test_another_apps_token_refreshes_nothing(rebecca: Person) -> None:
    token = refresh_token(flow.public(), rebecca)
    assert flow.public().refresh(token).json()["error_description"] == GONE


def test_offline_access_ends_a_hundred_days_after_its_last_use(rebecca: Person) -> None:
    app = flow.public()
    token = refresh_token(app, rebecca)
    AccessToken.objects.update(expires=timezone.now() - timedelta(days=99))
    token = app.refresh(token).json()["refresh_token"]
    AccessToken.objects.update(expires=timezone.now() - timedelta(days=101))
    assert app.refresh(token).json()["error"] == "invalid_grant"


def test_online_access_ends_with_the_days_work_even_if_refreshed(rebecca: Person) -> None:
    app = flow.public()
    token = refresh_token(app, rebecca, "online_access patient/*.rs")
    token = app.refresh(token).json()["refresh_token"]
    long_ago = timezone.now() - timedelta(hours=13)
    RefreshToken.objects.exclude(revoked=None).update(created=long_ago)
    assert app.refresh(token).json()["error_description"] == GONE


def test_an_app_for_everybody_refreshes_without_a_patient(dr_grey: Person) -> None:
    app = flow.symmetric()
    scope = "offline_access user/*.rs"
    grant = flow.approval(app, dr_grey, scope, patient_ids=None, context={})
    token = app.exchange(flow.code(app, dr_grey, scope, grant)).json()["refresh_token"]
    answer = app.refresh(token).json()
    assert answer["scope"] == scope
    assert "patient" not in answer


@pytest.mark.parametrize("fields", [{"refresh_token": ""}, {"refresh_token": "made up"}])
def test_a_missing_or_made_up_token_is_refused(rebecca: Person, fields: dict[str, str]) -> None:
    response = flow.public().ask(grant_type="refresh_token", **fields)
    assert response.status_code == 400
    assert response.json()["error"] in ("invalid_grant", "invalid_request")
