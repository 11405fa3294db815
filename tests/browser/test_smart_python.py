"""SMART App Launch with what Python developers use, a real browser approving.

https://hl7.org/fhir/smart-app-launch/example-app-launch-public.html and its siblings; the clients:
fhirclient, requests-oauthlib, Authlib.
"""

import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from fhirclient.client import FHIRClient
from fhirclient.models.observation import Observation
from joserfc.jwk import ECKey, RSAKey
from playwright.sync_api import Page
from requests_oauthlib import OAuth2Session as RequestsOAuthSession

from tests.browser import steps
from tests.running.visitor import Credentials
from tests.smart_apps.registration import register
from tests.smart_apps.server import AppServer, app_server

REBECCA = "142859"
STANDALONE = "openid fhirUser launch/patient patient/Patient.rs patient/Observation.rs"


@pytest.fixture
def app() -> Iterator[AppServer]:
    with app_server() as serving:
        yield serving


@pytest.fixture
def rebecca(running: dict[str, Any]) -> Credentials:
    return Credentials.of(running["accounts"]["patient"])


@pytest.fixture
def insecure(monkeypatch: pytest.MonkeyPatch) -> None:
    """The product runs on loopback without TLS, which the libraries want to be told."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")


class TestFhirclient:
    @pytest.mark.parametrize("method", ["none", "client_secret_basic"])
    def test_it_launches_standalone_and_reads(
        self, page: Page, running: dict[str, Any], app: AppServer, rebecca: Credentials, method: str
    ) -> None:
        registered = register(running, app, method, STANDALONE)
        smart = FHIRClient(
            settings={
                "app_id": registered["client_id"],
                "app_secret": registered.get("client_secret"),
                "api_base": running["fhir_base_url"],
                "redirect_uri": app.callback,
                "scope": STANDALONE,
            }
        )
        page.goto(smart.authorize_url)
        steps.approve(page, rebecca, app.callback)
        smart.handle_callback(app.called_back_with)
        assert smart.patient.id == REBECCA
        found = Observation.where(struct={"category": "vital-signs"}).perform_resources(
            smart.server
        )
        assert {each.subject.reference for each in found} == {f"Patient/{REBECCA}"}


@pytest.mark.usefixtures("insecure")
class TestRequestsOAuthlib:
    def test_it_gets_a_token_by_code_and_pkce_and_refreshes_it(
        self, page: Page, running: dict[str, Any], app: AppServer, rebecca: Credentials
    ) -> None:
        scope = f"{STANDALONE} offline_access"
        told = configuration(running)
        registered = register(running, app, "client_secret_basic", scope)
        session = RequestsOAuthSession(
            registered["client_id"], scope=scope, redirect_uri=app.callback, pkce="S256"
        )
        address, _ = session.authorization_url(
            told["authorization_endpoint"], aud=running["fhir_base_url"]
        )
        page.goto(address)
        steps.approve(page, rebecca, app.callback)
        first = session.fetch_token(
            told["token_endpoint"],
            authorization_response=app.called_back_with,
            client_secret=registered["client_secret"],
        )
        second = session.refresh_token(
            told["token_endpoint"],
            auth=(registered["client_id"], registered["client_secret"]),
        )
        assert second["refresh_token"] != first["refresh_token"]
        assert second["patient"] == REBECCA
        assert session.get(f"{running['fhir_base_url']}/Patient/{REBECCA}").status_code == 200


@pytest.mark.usefixtures("insecure")
class TestAuthlib:
    def test_an_app_whose_keys_are_fetched_launches_standalone(
        self, page: Page, running: dict[str, Any], app: AppServer, rebecca: Credentials
    ) -> None:
        told, key = configuration(running), ECKey.generate_key("P-384", auto_kid=True)
        app.jwks = {"keys": [{**key.as_dict(private=False), "alg": "ES384", "use": "sig"}]}
        registered = register(running, app, "private_key_jwt", STANDALONE)
        session = signing(
            registered["client_id"], key, "ES384", told, scope=STANDALONE, redirect_uri=app.callback
        )
        verifier = generate_token(64)
        address, _ = session.create_authorization_url(
            told["authorization_endpoint"], code_verifier=verifier, aud=running["fhir_base_url"]
        )
        page.goto(address)
        steps.approve(page, rebecca, app.callback)
        token = session.fetch_token(
            told["token_endpoint"],
            authorization_response=app.called_back_with,
            code_verifier=verifier,
        )
        assert token["patient"] == REBECCA
        assert "/jwks.json" in app.visited

    def test_a_backend_service_reads_the_whole_practice(self, running: dict[str, Any]) -> None:
        demo, told = running["clients"]["backend-service"], configuration(running)
        key = RSAKey.import_key(demo["private_jwk"])
        session = signing(demo["client_id"], key, "RS384", told, scope="system/*.rs")
        token = session.fetch_token(told["token_endpoint"], grant_type="client_credentials")
        assert "refresh_token" not in token
        found = session.get(f"{running['fhir_base_url']}/Patient?_summary=count").json()
        assert found["total"] == len(running["patients"])


def configuration(running: dict[str, Any]) -> dict[str, Any]:
    address = f"{running['fhir_base_url']}/.well-known/smart-configuration"
    told: dict[str, Any] = requests.get(address, timeout=10).json()
    return told


def signing(
    client_id: str, key: ECKey | RSAKey, algorithm: str, told: dict[str, Any], **more: Any
) -> OAuth2Session:
    """A session of an app that signs its token requests with its private key."""
    session = OAuth2Session(
        client_id,
        key,
        token_endpoint_auth_method="private_key_jwt",
        code_challenge_method="S256",
        **more,
    )
    session.register_client_auth_method(
        PrivateKeyJWT(
            told["token_endpoint"],
            # Its own would live for an hour; SMART allows five minutes.
            claims={"exp": int(time.time()) + 240},
            headers={"kid": key.kid},
            alg=algorithm,
        )
    )
    return session
