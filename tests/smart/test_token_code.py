"""A code exchanged for tokens: what the answer says, and everything that is refused."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from fhirapi.smart.models import AccessToken, DataAccessGrant, RefreshToken
from tests.people import Person
from tests.smart import flow
from tests.smart.apps import CALLBACK

KINDS = [flow.public, flow.symmetric, flow.asymmetric]


@pytest.mark.parametrize("make", KINDS)
def test_each_kind_of_app_gets_tokens_that_work(make: Any, rebecca: Person) -> None:
    app = make()
    response = app.exchange(flow.code(app, rebecca))
    answer = response.json()
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    assert response["Pragma"] == "no-cache"
    assert answer["token_type"] == "Bearer"
    assert answer["expires_in"] <= 3600
    assert answer["scope"] == flow.SCOPE
    assert flow.read(app, answer["access_token"]).status_code == 200


def test_the_answer_tells_the_launch_context(rebecca: Person) -> None:
    app = flow.public()
    context = {"patient": "142859", "encounter": "e1", "intent": "reconcile",
               "fhirContext": [{"reference": "ImagingStudy/1"}],
               "need_patient_banner": False}  # fmt: skip
    grant = flow.approval(app, rebecca, context=context)
    answer = app.exchange(flow.code(app, rebecca, grant=grant)).json()
    assert answer.items() >= context.items()
    assert answer["smart_style_url"].startswith(flow.FHIR)


def test_without_an_encounter_none_is_told(rebecca: Person) -> None:
    app = flow.public()
    answer = app.exchange(flow.code(app, rebecca)).json()
    assert answer["patient"] == "142859"
    assert answer["need_patient_banner"] is True
    assert "encounter" not in answer


def test_the_id_token_says_who_signed_in(rebecca: Person) -> None:
    app = flow.public()
    answer = app.exchange(flow.code(app, rebecca, nonce="n-1")).json()
    claims = flow.claims_of(answer["id_token"], app)
    assert claims["sub"] == str(rebecca.account.pk)
    assert claims["nonce"] == "n-1"
    assert claims["fhirUser"] == f"{flow.FHIR}/Patient/142859"
    assert claims["name"] == "Rebecca Larson"
    assert flow.read(app, answer["access_token"]).status_code == 200


def test_the_id_token_says_when_the_person_signed_in(rebecca: Person) -> None:
    app = flow.public()
    answer = app.exchange(flow.code(app, rebecca, signed_in_at=1_700_000_000)).json()
    claims = flow.claims_of(answer["id_token"], app)
    assert claims["auth_time"] == 1_700_000_000
    refreshed = app.refresh(answer["refresh_token"]).json()["id_token"]
    assert "auth_time" not in flow.claims_of(refreshed, app)


def test_the_id_token_of_a_doctor_names_the_practitioner(dr_grey: Person) -> None:
    app = flow.symmetric()
    grant = flow.approval(app, dr_grey, "openid fhirUser user/*.rs", patient_ids=None, context={})
    code = flow.code(app, dr_grey, grant.scope, grant)
    answer = app.exchange(code).json()
    assert flow.claims_of(answer["id_token"], app)["fhirUser"].endswith("/Practitioner/dr-grey")
    assert "patient" not in answer


@pytest.mark.parametrize(
    ("scope", "members"),
    [
        ("patient/*.rs", set()),
        ("openid patient/*.rs", {"id_token"}),
        ("offline_access patient/*.rs", {"refresh_token"}),
        ("online_access patient/*.rs", {"refresh_token"}),
    ],
)
def test_id_and_refresh_token_come_only_if_granted(
    rebecca: Person, scope: str, members: set[str]
) -> None:
    app = flow.public()
    answer = app.exchange(flow.code(app, rebecca, scope)).json()
    assert answer.keys() & {"id_token", "refresh_token"} == members


def test_the_name_is_told_only_with_the_profile_scope(rebecca: Person) -> None:
    app = flow.public()
    answer = app.exchange(flow.code(app, rebecca, "openid patient/*.rs")).json()
    claims = flow.claims_of(answer["id_token"], app)
    assert not claims.keys() & {"name", "fhirUser", "nonce"}


def test_the_code_bears_less_than_the_grant_if_less_was_asked(rebecca: Person) -> None:
    app = flow.public()
    grant = flow.approval(app, rebecca)
    answer = app.exchange(flow.code(app, rebecca, "patient/Patient.r", grant)).json()
    assert answer["scope"] == "patient/Patient.r"
    assert flow.read(app, answer["access_token"], "Observation").status_code == 403


def test_a_code_works_once_and_its_reuse_ends_what_it_gave(rebecca: Person) -> None:
    app = flow.public()
    code = flow.code(app, rebecca)
    first = app.exchange(code).json()
    again = app.exchange(code)
    assert again.status_code == 400
    assert again.json()["error"] == "invalid_grant"
    assert "used before" in again.json()["error_description"]
    assert flow.read(app, first["access_token"]).status_code == 401
    assert app.refresh(first["refresh_token"]).json()["error"] == "invalid_grant"


def test_reuse_reaches_tokens_that_were_refreshed_since(rebecca: Person) -> None:
    app = flow.public()
    code = flow.code(app, rebecca)
    later = app.refresh(app.exchange(code).json()["refresh_token"]).json()
    app.exchange(code)
    assert flow.read(app, later["access_token"]).status_code == 401


def test_reuse_ends_a_token_without_refresh_and_no_other_codes(rebecca: Person) -> None:
    app = flow.public()
    grant = flow.approval(app, rebecca, "patient/*.rs")
    code, other = (flow.code(app, rebecca, "patient/*.rs", grant) for _ in range(2))
    ended, kept = app.exchange(code).json(), app.exchange(other).json()
    app.exchange(code)
    assert flow.read(app, ended["access_token"]).status_code == 401
    assert flow.read(app, kept["access_token"]).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": ""},
        {"code_verifier": "another-verifier-that-is-long-enough-for-rfc-7636"},
        {"code_verifier": "0OwvDYFHBHxQHmxF4DpWtXVoXFyTCZKl2FiNFt8GgHo"},
        {"redirect_uri": "https://app.example.com/other"},
        {"redirect_uri": ""},
        {"code": "made-up"},
    ],
)
def test_a_wrong_field_is_an_invalid_grant_and_leaves_the_code_usable(
    rebecca: Person, changes: dict[str, str]
) -> None:
    app = flow.public()
    code = flow.code(app, rebecca)
    response = app.exchange(changes.pop("code", code), **changes)
    assert response.status_code == 400
    assert response.json()["error"] == "invalid_grant"
    assert not AccessToken.objects.exists()
    assert app.exchange(code).status_code == 200


@pytest.mark.parametrize("make", [flow.public, flow.symmetric, flow.asymmetric])
def test_an_app_that_forgets_the_code_is_told_so(make: Any, rebecca: Person) -> None:
    response = make().exchange("")
    assert response.status_code == 400
    assert response.json()["error"] == "invalid_request"
    assert "code" in response.json()["error_description"]


def test_a_verifier_that_is_left_out_does_not_downgrade(rebecca: Person) -> None:
    app = flow.public()
    fields = {"grant_type": "authorization_code", "code": flow.code(app, rebecca)}
    response = app.ask(**fields, redirect_uri=CALLBACK)
    assert response.json()["error"] == "invalid_grant"
    assert "code_verifier" in response.json()["error_description"]


def test_a_code_without_a_challenge_is_refused(rebecca: Person) -> None:
    app = flow.public()
    code = flow.code(app, rebecca, code_challenge="", code_challenge_method="")
    assert app.exchange(code).json()["error"] == "invalid_grant"


def test_a_code_injected_into_another_app_is_refused(rebecca: Person) -> None:
    code = flow.code(flow.public(), rebecca)
    assert flow.public().exchange(code).json()["error"] == "invalid_grant"


def test_a_code_is_good_for_a_minute(rebecca: Person) -> None:
    app = flow.public()
    response = app.exchange(flow.code(app, rebecca, expires=timezone.now()))
    assert response.json()["error"] == "invalid_grant"
    assert "expired" in response.json()["error_description"]


@pytest.mark.parametrize("ended", ["revoked_at", "expires_at"])
def test_a_code_of_an_approval_that_has_ended_is_refused(rebecca: Person, ended: str) -> None:
    app = flow.public()
    code = flow.code(app, rebecca)
    DataAccessGrant.objects.update(**{ended: timezone.now()})
    assert app.exchange(code).json()["error"] == "invalid_grant"


def test_a_nonce_cannot_be_added_at_the_token_address(rebecca: Person) -> None:
    app = flow.public()
    answer = app.exchange(flow.code(app, rebecca), nonce="forged").json()
    assert "nonce" not in flow.claims_of(answer["id_token"], app)


@pytest.mark.parametrize("name", ["refresh_token_instance", "client", "user", "scopes", "state"])
def test_a_field_that_means_something_inside_is_ignored(rebecca: Person, name: str) -> None:
    app = flow.public()
    assert app.exchange(flow.code(app, rebecca), **{name: "x"}).status_code == 200


def test_issue_and_refusal_are_in_the_trail(rebecca: Person) -> None:
    app = flow.public()
    app.exchange(flow.code(app, rebecca))
    app.exchange("made-up")
    issued, refused = AuditRecord.objects.filter(action="token").order_by("id")
    assert (issued.account_id, issued.patient_ids) == (rebecca.account.pk, ["142859"])
    assert (refused.client_id, refused.outcome) == (app.id, "denied")


def test_tokens_live_an_hour_and_three_months(rebecca: Person) -> None:
    app = flow.public()
    token = app.exchange(flow.code(app, rebecca)).json()["refresh_token"]
    AccessToken.objects.update(expires=timezone.now() - timedelta(days=93))
    assert app.refresh(token).status_code == 200
    assert RefreshToken.objects.filter(revoked=None).count() == 1
