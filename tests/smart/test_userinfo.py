"""The userinfo address says who signed in, as far as the scopes go."""

from typing import Any

import pytest

from fhirapi.smart.models import DataAccessGrant, RecordLink
from fhirapi.smart.people import links
from tests.api import Api
from tests.people import Person
from tests.smart import flow

ADDRESS = "/R4-patient-api/oauth2/userinfo"


def ask(token: str, person: Person, method: str = "get") -> Any:
    headers = {"authorization": f"Bearer {token}"}
    return getattr(flow.App(None).http, method)(ADDRESS, headers=headers)  # type: ignore[arg-type]  # no app: nobody asks


def token(person: Person, scope: str) -> str:
    app = flow.public()
    return str(app.exchange(flow.code(app, person, scope)).json()["access_token"])


@pytest.mark.parametrize("method", ["get", "post"])
def test_it_says_who_signed_in(rebecca: Person, method: str) -> None:
    response = ask(token(rebecca, flow.SCOPE), rebecca, method)
    assert response["Cache-Control"] == "no-store"
    assert response.json() == {
        "sub": str(rebecca.account.pk), "fhirUser": f"{flow.FHIR}/Patient/142859",
        "name": "Rebecca Larson", "given_name": "Rebecca", "family_name": "Larson",
    }  # fmt: skip


def test_it_says_no_more_than_the_scopes(rebecca: Person) -> None:
    answer = ask(token(rebecca, "openid patient/*.rs"), rebecca).json()
    assert answer == {"sub": str(rebecca.account.pk)}


def test_without_openid_it_says_nothing(rebecca: Person) -> None:
    response = ask(token(rebecca, "patient/*.rs"), rebecca)
    assert response.status_code == 403
    assert "insufficient_scope" in response["WWW-Authenticate"]


def test_a_token_that_has_ended_is_invalid(rebecca: Person) -> None:
    text = token(rebecca, flow.SCOPE)
    DataAccessGrant.objects.update(revoked_at="2024-01-01T00:00Z")
    response = ask(text, rebecca)
    assert response.status_code == 401
    assert "invalid_token" in response["WWW-Authenticate"]


def test_without_a_token_it_asks_for_one(rebecca: Person) -> None:
    app = flow.public()
    assert app.http.get(ADDRESS).status_code == 401
    assert app.http.put(ADDRESS).status_code == 405
    refresh = app.exchange(flow.code(app, rebecca)).json()["refresh_token"]
    assert ask(refresh, rebecca).status_code == 401


def test_what_it_names_can_be_read_with_the_same_token(rebecca: Person, dr_grey: Person) -> None:
    for person, own, other in (
        (rebecca, "Patient/142859", "Practitioner/dr-grey"),
        (dr_grey, "Practitioner/dr-grey", "Practitioner/dr-strange"),
    ):
        app, scope = flow.public(), "openid fhirUser patient/Observation.rs"
        told = {"patient_ids": ["142859"], "context": {"patient": "142859"}}
        grant = flow.approval(app, person, scope, **told)
        text = app.exchange(flow.code(app, person, scope, grant)).json()["access_token"]
        assert ask(text, person).json()["fhirUser"] == f"{flow.FHIR}/{own}"
        assert flow.read(app, text, own).status_code == 200
        assert flow.read(app, text, other).status_code in (403, 404)


def test_without_the_scope_it_is_closed(rebecca: Person) -> None:
    app = flow.public()
    text = app.exchange(flow.code(app, rebecca, "openid patient/Observation.rs")).json()
    assert flow.read(app, text["access_token"], "Patient/142859").status_code == 403


def test_a_parent_is_read_where_the_childs_record_is(api: Api, rebecca: Person) -> None:
    api.has(
        {"resourceType": "RelatedPerson", "id": "mother", "patient": {"reference": "Patient/7"}}
    )
    links.link(rebecca.account, "RelatedPerson", "mother", method=RecordLink.Method.DEMO)
    app, scope = flow.public(), "openid fhirUser patient/Observation.rs"
    for patient, own, status in (
        ("7", "RelatedPerson/mother", 200),
        ("7", "Patient/142859", 403),
        ("142859", "RelatedPerson/mother", 403),
    ):
        told = {"patient_ids": [patient], "context": {"patient": patient}}
        code = flow.code(app, rebecca, scope, flow.approval(app, rebecca, scope, **told))
        text = app.exchange(code).json()["access_token"]
        assert flow.read(app, text, own).status_code == status, (patient, own)
