"""Revocation: at once, both tokens of a pair, and nobody else's."""

from typing import Any

import pytest

from fhirapi.audit.models import AuditRecord
from tests.people import Person
from tests.smart import flow


def revoke(app: flow.App, token: str, **fields: str) -> Any:
    return app.post("revoke", **{**app.shows(), "token": token, **fields})


@pytest.mark.parametrize("make", [flow.public, flow.symmetric, flow.asymmetric])
@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "nonsense"])
def test_either_token_takes_the_other_along(
    make: Any, rebecca: Person, kind: str, hint: str
) -> None:
    app = make()
    pair = app.exchange(flow.code(app, rebecca)).json()
    assert revoke(app, pair[kind], token_type_hint=hint).status_code == 200
    assert flow.read(app, pair["access_token"]).status_code == 401
    assert app.refresh(pair["refresh_token"]).json()["error"] == "invalid_grant"
    assert AuditRecord.objects.filter(action="revoke", client_id=app.id).count() == 1


def test_an_unknown_token_is_fine(db: None) -> None:
    app = flow.symmetric()
    assert revoke(app, "made-up").status_code == 200
    assert not AuditRecord.objects.filter(action="revoke").exists()


def test_another_apps_token_stays(rebecca: Person) -> None:
    app, other = flow.public(), flow.public()
    pair = app.exchange(flow.code(app, rebecca)).json()
    assert revoke(other, pair["access_token"]).status_code == 200
    assert revoke(other, pair["refresh_token"]).status_code == 200
    assert flow.read(app, pair["access_token"]).status_code == 200


def test_the_approval_stays_for_the_next_time(rebecca: Person) -> None:
    app = flow.public()
    grant = flow.approval(app, rebecca)
    first = app.exchange(flow.code(app, rebecca, grant=grant)).json()
    revoke(app, first["refresh_token"])
    again = app.exchange(flow.code(app, rebecca, grant=grant))
    assert again.status_code == 200


def test_an_assertion_is_used_up_by_a_request_that_is_refused(rebecca: Person) -> None:
    app = flow.asymmetric()
    shown = app.shows()
    assert app.post("revoke", **shown).json()["error"] == "invalid_request"
    again = app.post("revoke", **shown, token="x")
    assert "used before" in again.json()["error_description"]


def test_who_asks_must_prove_it(rebecca: Person) -> None:
    app = flow.symmetric()
    pair = app.exchange(flow.code(app, rebecca)).json()
    response = revoke(app, pair["access_token"], client_secret="wrong")
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")
    assert flow.read(app, pair["access_token"]).status_code == 200
    assert app.post("revoke", **app.shows()).json()["error"] == "invalid_request"
    assert app.post("revoke", **app.shows(), token="a\x00b").status_code == 400
    assert app.http.get("/R4-patient-api/oauth2/revoke").status_code == 405
