"""Backend services: a signed assertion, an administrator's approval, and no person."""

from typing import Any

import jwt
import pytest
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from fhirapi.smart.clients import clients
from fhirapi.smart.models import (
    AccessToken,
    Client,
    DataAccessGrant,
    RecordLink,
    RefreshToken,
    SpentAssertion,
)
from fhirapi.smart.tokens import backend_access
from portal.accounts.models import Account
from tests.people import Person
from tests.smart import flow, jwks
from tests.smart.door import Door
from tests.smart.flow import App
from tests.smart.services import ask, service


@pytest.fixture
def approved(practice_itself: None, administrator: Account) -> App:
    app = service()
    backend_access.approve(app.client, by=administrator)
    return app


def assert_refused(response: Any, error: str) -> None:
    assert response.status_code in (400, 401)
    assert response.json()["error"] == error
    assert response.json()["error_description"]
    assert not AccessToken.objects.exists()


@pytest.mark.parametrize("algorithm", ["ES384", "RS384"])
def test_an_approved_service_gets_a_token(
    practice_itself: None, administrator: Account, algorithm: str
) -> None:
    app = service(algorithm)
    backend_access.approve(app.client, by=administrator)
    response = ask(app)
    answer = response.json()
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    assert answer.keys() == {"access_token", "token_type", "expires_in", "scope"}
    assert answer["scope"] == "system/*.rs"
    assert jwt.decode(answer["access_token"], options={"verify_signature": False})["client_id"]
    assert not RefreshToken.objects.exists()


def test_the_keys_may_be_at_an_address(
    practice_itself: None, administrator: Account, publisher: jwks.Publisher
) -> None:
    publisher.publish(flow.key_pair("ES384")[1])
    app = service(jwks=None, jwks_uri=publisher.url)
    backend_access.approve(app.client, by=administrator)
    assert ask(app).status_code == 200


@pytest.mark.parametrize(
    ("asked", "granted"),
    [
        ("system/Patient.read", "system/Patient.read"),
        ("system/*.cruds", "system/*.rs"),
        ("system/Patient.rs user/*.rs openid offline_access", "system/Patient.rs"),
        ("system/Patient.rs system/Dragon.rs system/*.rs?category=x", "system/Patient.rs"),
    ],
)
def test_it_gets_what_it_is_registered_and_approved_for(
    approved: App, asked: str, granted: str
) -> None:
    assert ask(approved, asked).json()["scope"] == granted


def test_it_gets_no_more_than_was_approved(approved: App) -> None:
    DataAccessGrant.objects.update(scope="system/Patient.r")
    assert ask(approved, "system/*.rs").json()["scope"] == "system/Patient.r"


@pytest.mark.parametrize(
    "scope",
    ["", "user/*.rs", "system/*.c", "openid", "nonsense", "system/Dragon.rs",
     "system/Patient.rs?wings=2", "system/Patient.rs " * 201],
)  # fmt: skip
def test_no_scope_that_fits_is_an_invalid_scope(approved: App, scope: str) -> None:
    assert_refused(ask(approved, scope), "invalid_scope")


def test_an_assertion_is_taken_once(approved: App) -> None:
    text = approved.assertion()
    assert ask(approved, client_assertion=text).status_code == 200
    AccessToken.objects.all().delete()
    response = ask(approved, client_assertion=text)
    assert_refused(response, "invalid_client")
    assert SpentAssertion.objects.count() == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"client_assertion_type": "urn:wrong"},
        {"client_assertion": "not.a.jwt"},
        {"client_assertion": ""},
    ],
)
def test_a_wrong_assertion_is_an_invalid_client(approved: App, fields: dict[str, str]) -> None:
    assert_refused(ask(approved, **fields), "invalid_client")


@pytest.mark.parametrize("claims", [{"exp": 1}, {"aud": flow.FHIR}, {"jti": None}, {"sub": "x"}])
def test_a_wrong_claim_is_an_invalid_client(approved: App, claims: dict[str, Any]) -> None:
    response = ask(approved, client_assertion=approved.assertion(**claims))
    assert_refused(response, "invalid_client")
    assert not SpentAssertion.objects.exists()


def test_another_services_key_does_not_sign_for_it(approved: App) -> None:
    other = App(approved.client, algorithm="RS384")
    assert_refused(ask(other), "invalid_client")


def test_another_grant_type_is_refused(approved: App) -> None:
    response = approved.ask(grant_type="urn:ietf:params:oauth:grant-type:jwt-bearer")
    assert_refused(response, "unsupported_grant_type")


def test_a_service_gets_no_token_for_a_code(approved: App, rebecca: Person) -> None:
    response = approved.exchange(flow.code(approved, rebecca))
    assert_refused(response, "unauthorized_client")


@pytest.mark.parametrize("make", [flow.symmetric, flow.asymmetric, flow.public])
def test_an_app_of_people_is_no_service(make: Any, db: None) -> None:
    assert_refused(ask(make()), "unauthorized_client")


def test_without_approval_there_is_no_token(practice_itself: None) -> None:
    response = ask(service())
    assert_refused(response, "unauthorized_client")
    assert "approved" in response.json()["error_description"]


def test_a_withdrawn_approval_ends_its_tokens(approved: App, administrator: Account) -> None:
    token = ask(approved).json()["access_token"]
    backend_access.withdraw(approved.client, by=administrator)
    assert flow.read(approved, token).status_code == 401
    assert_refused(ask(approved), "unauthorized_client")
    assert not RecordLink.objects.filter(revoked_at=None, resource_type="Organization").exists()
    backend_access.approve(approved.client, by=administrator)
    assert ask(approved).status_code == 200


def test_a_disabled_service_gets_nothing(approved: App, administrator: Account) -> None:
    Client.objects.filter(pk=approved.client.pk).update(disabled_at=timezone.now())
    assert_refused(ask(approved), "invalid_client")


def test_only_a_service_is_approved_and_only_with_a_practice(
    administrator: Account, db: None
) -> None:
    with pytest.raises(backend_access.NotABackendService):
        backend_access.approve(flow.public().client, by=administrator)
    with pytest.raises(backend_access.NoPractice):
        backend_access.approve(service().client, by=administrator)
    assert not DataAccessGrant.objects.exists()


def test_nobody_signs_in_as_the_service(approved: App) -> None:
    account = Account.objects.get(username__startswith="~service-")
    assert not account.has_usable_password()
    assert account.record_links.get().resource_id == "oak"


def test_approval_token_and_refusal_are_in_the_trail(approved: App) -> None:
    ask(approved)
    ask(approved, "nonsense")
    of_service = AuditRecord.objects.filter(client_id=approved.id).order_by("id")
    assert [(each.action, each.outcome) for each in of_service][-3:] == [
        ("approve", "success"),
        ("token", "success"),
        ("token", "denied"),
    ]


def test_a_secret_opens_nothing_for_a_service(approved: App) -> None:
    secret = clients.new_secret(approved.client, by=None)
    response = approved.post(
        "token", grant_type="client_credentials", scope="system/*.rs",
        client_id=approved.id, client_secret=secret,
    )  # fmt: skip
    assert_refused(response, "invalid_client")


class TestWhatWasReadOfAServiceBefore:
    """Each first asks once, so that the service is known at the server's entry point."""

    @pytest.fixture
    def approved(self, approved: App) -> App:
        approved.http = Door()
        return approved

    def test_a_new_key_works_at_the_next_request_and_the_old_one_does_not(
        self, approved: App
    ) -> None:
        assert ask(approved).status_code == 200
        renewed = App(approved.client, algorithm="RS384", http=approved.http)
        public = {"keys": [flow.key_pair("RS384")[1]]}
        Client.objects.filter(pk=approved.client.pk).update(jwks=public)
        assert ask(renewed).status_code == 200
        assert ask(approved).json()["error"] == "invalid_client"

    def test_a_scope_that_was_taken_away_is_not_granted_any_more(self, approved: App) -> None:
        assert ask(approved).status_code == 200
        Client.objects.filter(pk=approved.client.pk).update(allowed_scopes="system/Patient.rs")
        assert ask(approved).json()["scope"] == "system/Patient.rs"

    def test_a_withdrawn_or_disabled_service_gets_nothing(
        self, approved: App, administrator: Account
    ) -> None:
        assert ask(approved).status_code == 200
        Client.objects.filter(pk=approved.client.pk).update(disabled_at=timezone.now())
        assert ask(approved).json()["error"] == "invalid_client"
        Client.objects.filter(pk=approved.client.pk).update(disabled_at=None)
        backend_access.withdraw(approved.client, by=administrator)
        assert ask(approved).json()["error"] == "unauthorized_client"

    def test_an_assertion_is_still_taken_once(self, approved: App) -> None:
        assert ask(approved).status_code == 200
        signed = approved.assertion()
        sent = {"client_assertion": signed, "client_assertion_type": flow.JWT_BEARER}
        assert ask(approved, **sent).status_code == 200
        assert ask(approved, **sent).json()["error"] == "invalid_client"
