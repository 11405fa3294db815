"""Apps of partners: what is granted before the approval, with it, and after it was withdrawn."""

from typing import Any

import pytest

from fhirapi.audit.models import AuditRecord
from fhirapi.outcomes import Outcome
from fhirapi.smart.clients import clients, provider_access
from fhirapi.smart.models import AuthorizationCode, Client, DataAccessGrant, RefreshToken
from fhirapi.smart.tokens import backend_access
from fhirapi.store.read import TokenRefused
from fhirapi.writing.change import Create
from fhirapi.writing.perform import perform
from tests.api import Session
from tests.people import Person
from tests.portal.ui.browser import approve, signed_in, text
from tests.smart import app, apps, flow
from tests.smart.access import writing
from tests.smart.access.writing import resource_of, type_of
from tests.smart.app import App, answer
from tests.smart.small_practice import whole_practice

SCOPE = "openid offline_access user/*.cruds"
READING = "openid offline_access user/*.rs"


@pytest.fixture
def partner(practice: None) -> Client:
    return app.register(allowed_scopes=f"{SCOPE} patient/*.rs launch/patient")


@pytest.fixture
def greys(dr_grey: Person, partner: Client) -> App:
    return App(signed_in(approve(dr_grey.account)), params={"scope": SCOPE})


def tokens_of(asked: App, **changed: Any) -> dict[str, Any]:
    told = answer(asked.approve(**changed))
    found: dict[str, Any] = asked.exchange(told["code"]).json()
    return found


def refreshed(asked: App, told: dict[str, Any]) -> dict[str, Any]:
    sent = {"grant_type": "refresh_token", "refresh_token": told["refresh_token"],
            "client_id": asked.client_id}  # fmt: skip
    found: dict[str, Any] = asked.browser.post(app.TOKEN, sent).json()
    return found


def writes(told: dict[str, Any], patient: str = "142859") -> bool:
    made = resource_of("Observation", "x", patient, "laboratory")
    writer = writing.writer_of(Session(None, told))  # type: ignore[arg-type]  # only its token
    try:
        perform(writer, [Create(resource_type=type_of("Observation"), resource=made)])
    except Outcome as outcome:
        if outcome.status != 403:
            raise
        return False
    return True


def test_without_an_approval_what_writes_is_left_out_and_the_answer_says_so(greys: App) -> None:
    told = tokens_of(greys)
    assert told["scope"] == READING
    assert not writes(told)
    assert DataAccessGrant.objects.get().scope == READING


def test_where_nothing_else_is_asked_the_app_hears_why(greys: App, partner: Client) -> None:
    told = answer(greys.ask(scope="user/*.write user/Goal.c"))
    assert told["error"] == "invalid_scope"
    assert "Provider Access" in told["error_description"]


def test_approved_it_asks_again_and_writes(greys: App, partner: Client) -> None:
    tokens_of(greys)
    assert "code" in answer(greys.ask())  # remembered: it asks for no more than it has
    provider_access.approve(partner, by=None)
    assert "may change in the records of those you treat" in text(greys.ask())
    told = tokens_of(greys)
    assert told["scope"] == SCOPE
    assert writes(told)
    assert not writes(told, "7")


def test_what_was_withdrawn_stops_at_the_next_request_and_reading_goes_on(
    greys: App, partner: Client
) -> None:
    provider_access.approve(partner, by=None)
    told = tokens_of(greys)
    assert writes(told)
    provider_access.withdraw(partner, by=None)
    assert not writes(told)
    bearer = {"authorization": f"Bearer {told['access_token']}"}
    read = greys.browser.get("/R4-patient-api/Patient/142859", headers=bearer)
    assert read.status_code == 200
    assert refreshed(greys, told)["scope"] == READING
    assert DataAccessGrant.objects.get().scope == READING


def test_a_code_from_before_the_withdrawal_gives_no_tokens_that_write(
    greys: App, partner: Client
) -> None:
    provider_access.approve(partner, by=None)
    code = answer(greys.approve())["code"]
    provider_access.withdraw(partner, by=None)
    assert greys.exchange(code).json()["error"] == "invalid_grant"


def test_approved_once_more_it_has_to_ask_people_once_more(greys: App, partner: Client) -> None:
    provider_access.approve(partner, by=None)
    told = tokens_of(greys)
    provider_access.withdraw(partner, by=None)
    provider_access.approve(partner, by=None)
    with pytest.raises(TokenRefused):
        writes(told)
    assert refreshed(greys, told)["scope"] == READING
    assert "may change" in text(greys.ask())


def test_what_stood_from_before_the_approval_does_not_write_with_it(
    greys: App, partner: Client
) -> None:
    told = tokens_of(greys)
    code = answer(greys.ask())["code"]
    for rows in (DataAccessGrant.objects.all(), RefreshToken.objects.all()):
        rows.update(scope=SCOPE)  # as a version without approvals granted it
    AuthorizationCode.objects.update(scope=SCOPE)
    provider_access.approve(partner, by=None)
    assert refreshed(greys, told)["scope"] == READING
    assert DataAccessGrant.objects.get().scope == READING
    assert greys.exchange(code).json()["error"] == "invalid_grant"
    assert "may change" in text(greys.ask())


def test_what_may_only_be_seen_is_not_written(greys: App, partner: Client) -> None:
    provider_access.approve(partner, by=None)
    told = tokens_of(greys, without=("user/Observation.cud",))
    assert "user/Observation.rs" in told["scope"].split()
    assert "user/Condition.cruds" in told["scope"].split()
    assert not writes(told)


@pytest.mark.parametrize("words", ["patient/*.rs", "launch/patient patient/*.cruds user/*.cruds"])
def test_a_patient_is_never_asked_to_let_anybody_write(
    rebecca: Person, partner: Client, words: str
) -> None:
    provider_access.approve(partner, by=None)
    asked = App(signed_in(rebecca.account), params={"scope": words})
    page = text(asked.ask())
    assert "may change" not in page
    assert ".cud" not in page.replace("cruds%20", "").replace("cruds", "")
    assert "c" not in tokens_of(asked)["scope"].rpartition(".")[2]


def test_a_patient_who_could_only_let_it_write_lets_it_nothing(
    rebecca: Person, partner: Client
) -> None:
    provider_access.approve(partner, by=None)
    told = answer(App(signed_in(rebecca.account)).ask(scope="user/*.write"))
    assert told["error"] == "invalid_scope"
    assert "treats patients" in told["error_description"]


def test_both_decisions_stand_in_the_trail_with_who_made_them(
    partner: Client, dr_grey: Person
) -> None:
    by = dr_grey.account
    provider_access.approve(partner, by=by, note="A contract.", address="192.0.2.7")
    provider_access.withdraw(partner, by=by, note="It ended.")
    told = AuditRecord.objects.filter(action="client-review").order_by("pk")
    assert [each.detail for each in told] == ["provider access approved",
                                              "provider access withdrawn"]  # fmt: skip
    assert {(each.account_id, each.client_id) for each in told} == {(by.pk, "the-app")}
    assert "contract" not in str(told.values())


def test_what_is_decided_is_not_decided_twice(partner: Client, rebecca: Person) -> None:
    with pytest.raises(provider_access.NotApproved):
        provider_access.withdraw(partner, by=None)
    provider_access.approve(partner, by=None)
    with pytest.raises(provider_access.NotToBeApproved):
        provider_access.approve(partner, by=None)
    with pytest.raises(provider_access.NotToBeApproved):
        provider_access.approve(rebecca.key.data_access_grant.client, by=None)


# --- Backend services ------------------------------------------------------------------------


@pytest.fixture
def service(practice: None) -> flow.App:
    whole_practice()
    jwks = {"keys": [flow.key_pair("ES384")[1]]}
    client = apps.app(None, Client.Kind.BACKEND, jwks=jwks, scopes=("system/*.cruds",))
    return flow.App(client)


@pytest.fixture
def approved(service: flow.App, api: Any) -> flow.App:
    api.has(
        {"resourceType": "Organization", "id": "org", "name": "The practice"},
        {"resourceType": "Location", "id": "place", "managingOrganization":
            {"reference": "Organization/org"}, "name": "Here"},
    )  # fmt: skip
    backend_access.approve(service.client, by=None)
    return service


def token_of(service: flow.App, scope: str = "system/*.cruds") -> dict[str, Any]:
    found: dict[str, Any] = service.ask(grant_type="client_credentials", scope=scope).json()
    return found


def test_a_service_reads_until_its_partner_is_approved(approved: flow.App) -> None:
    assert DataAccessGrant.objects.get(client=approved.client).scope == "system/*.rs"
    told = token_of(approved)
    assert told["scope"] == "system/*.rs"
    assert not writes(told)
    assert token_of(approved, "system/*.write")["error"] == "invalid_scope"


def test_a_service_of_a_partner_writes_until_that_is_withdrawn(approved: flow.App) -> None:
    provider_access.approve(approved.client, by=None)
    told = token_of(approved)
    assert told["scope"] == "system/*.cruds"
    assert writes(told, "7")
    provider_access.withdraw(approved.client, by=None)
    assert not writes(told, "7")
    assert token_of(approved)["scope"] == "system/*.rs"
    assert DataAccessGrant.objects.get(client=approved.client).scope == "system/*.rs"


def test_an_approval_for_writing_adds_nothing_to_read(approved: flow.App) -> None:
    wider = "system/Observation.cruds system/Patient.rs"
    DataAccessGrant.objects.filter(client=approved.client).update(scope="system/Observation.rs")
    Client.objects.filter(pk=approved.client.pk).update(allowed_scopes=wider)
    approved.client.refresh_from_db()
    provider_access.approve(approved.client, by=None)
    found = DataAccessGrant.objects.get(client=approved.client)
    assert found.scope == "system/Observation.cruds"


def test_a_service_approved_after_its_partner_writes_at_once(service: flow.App, api: Any) -> None:
    provider_access.approve(service.client, by=None)
    api.has(
        {"resourceType": "Organization", "id": "org", "name": "The practice"},
        {"resourceType": "Location", "id": "place", "managingOrganization":
            {"reference": "Organization/org"}, "name": "Here"},
    )  # fmt: skip
    backend_access.approve(service.client, by=None, patient_ids=["142859"])
    told = token_of(service)
    assert writes(told)
    assert not writes(told, "142860")
    assert not RefreshToken.objects.exists()


_APPROVED_FOR: dict[str, Any] = {
    "scopes": ("user/*.rs", "user/Observation.cruds"),
    "redirect_uris": ("https://partner.example/callback",),
}


@pytest.mark.parametrize(
    ("changed", "is_approved"),
    [
        ({"name": "Another name"}, True),
        ({"scopes": ("user/*.rs", "user/Observation.cruds", "openid")}, True),
        ({"scopes": ("user/*.rs", "user/Observation.cruds", "user/Goal.cu")}, False),
        ({"redirect_uris": ("https://partner.example/callback", "https://other.example/")}, False),
        ({"redirect_uris": ("https://partner.example/callback", "http://localhost:8000/x")}, True),
    ],
)
def test_what_nobody_has_looked_at_ends_an_approval(
    rebecca: Person, changed: dict[str, Any], is_approved: bool
) -> None:
    registered = clients.register(apps.details(**_APPROVED_FOR), owner=rebecca.account)
    provider_access.approve(registered, by=None)
    told = apps.details(**{**_APPROVED_FOR, **changed})
    clients.change(registered, told, by=rebecca.account)
    registered.refresh_from_db()
    assert registered.may_write is is_approved
    assert ("has grown" in registered.provider_access_note) is not is_approved
