"""Dynamic registration. RFC 7591 and RFC 7592"""

from typing import Any

import pytest
from django.test import Client as Http
from pytest_django import Settings

from fhirapi.audit.models import AuditRecord
from fhirapi.smart.clients import clients
from fhirapi.smart.models import Client
from tests.smart.apps import CALLBACK
from tests.smart.jwks import Publisher, ec_jwk, private_jwk

ADDRESS = "/R4-patient-api/oauth2/register"
SIGNED = {"token_endpoint_auth_method": "private_key_jwt"}
BACKEND = {**SIGNED, "grant_types": ["client_credentials"], "scope": "system/*.rs"}

pytestmark = pytest.mark.django_db


def send(**members: Any) -> Any:
    return Http().post(ADDRESS, members, content_type="application/json")


def app(**members: Any) -> dict[str, Any]:
    response = send(**{"client_name": "Heart diary", "redirect_uris": [CALLBACK], **members})
    assert response.status_code == 201, response.content
    told: dict[str, Any] = response.json()
    return told


def refused(**members: Any) -> tuple[str, str]:
    response = send(**{"redirect_uris": [CALLBACK], **members})
    assert response.status_code == 400
    assert not Client.objects.exists()
    return response.json()["error"], response.json()["error_description"]


def manage(told: dict[str, Any], method: str, token: str | None = None, body: Any = None) -> Any:
    path = told["registration_client_uri"].partition("8000")[2]
    token = told["registration_access_token"] if token is None else token
    headers = {"authorization": f"Bearer {token}"}
    return getattr(Http(), method)(path, body, content_type="application/json", headers=headers)


def test_an_app_that_says_little_gets_a_secret_and_sensible_scopes() -> None:
    response = send(redirect_uris=[CALLBACK])
    told = response.json()
    client = Client.objects.get(client_id=told["client_id"])
    assert response["Cache-Control"] == "no-store"
    assert clients.has_secret(client, told["client_secret"])
    assert told["client_secret_expires_at"] == 0
    assert told["client_id_issued_at"] == int(client.created.timestamp())
    assert told["token_endpoint_auth_method"] == "client_secret_basic"
    assert told["grant_types"] == ["authorization_code", "refresh_token"]
    assert told["scope"] == "launch/patient openid fhirUser offline_access patient/*.rs"
    assert told["client_name"] == "app.example.com"
    assert (client.kind, client.user) == (Client.Kind.SYMMETRIC, None)


def test_a_public_app_gets_no_secret_and_may_ask_from_its_own_page() -> None:
    told = app(token_endpoint_auth_method="none")
    client = Client.objects.get(client_id=told["client_id"])
    assert "client_secret" not in told
    assert not clients.live_secrets(client).exists()
    assert (client.kind, client.allowed_origins) == ("public", "https://app.example.com")


def test_an_app_with_a_key_pair_names_its_public_keys(publisher: Publisher) -> None:
    by_value = app(**SIGNED, jwks={"keys": [ec_jwk()]})
    by_url = app(**SIGNED, jwks_uri=publisher.url)
    assert by_value["jwks"]["keys"][0]["kid"] == "ec"
    assert by_url["jwks_uri"] == publisher.url
    assert "client_secret" not in by_value | by_url
    assert publisher.asked == 0


def test_a_backend_service_is_registered_and_opens_nothing_yet() -> None:
    told = app(**BACKEND, redirect_uris=[], jwks={"keys": [ec_jwk()]})
    client = Client.objects.get(client_id=told["client_id"])
    assert told["grant_types"] == ["client_credentials"]
    assert told["response_types"] == told["redirect_uris"] == []
    assert client.kind == Client.Kind.BACKEND
    assert not client.data_access_grants.exists()


def test_everything_that_is_known_of_an_app_is_told_again() -> None:
    about = {
        "client_name": "Heart diary",
        "token_endpoint_auth_method": "client_secret_post",
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "redirect_uris": [CALLBACK, "http://localhost:3000/cb"],
        "scope": "openid patient/Observation.rs",
        "client_uri": "https://app.example.com/",
        "logo_uri": "https://app.example.com/logo.png",
        "policy_uri": "https://app.example.com/privacy",
        "tos_uri": "https://app.example.com/terms",
        "launch_uri": "https://app.example.com/launch",
        "contacts": ["dev@example.com"],
    }
    told = app(**about, software_id="x", **{"client_name#fr": "Journal"}, software_statement="ey")
    assert {name: told[name] for name in about} == about
    assert told.keys() & {"software_id", "client_name#fr", "software_statement"} == set()


@pytest.mark.parametrize(
    "uri",
    ["http://app.example.com/cb", "https://a.example/#x", "https://*.example", "javascript:1"],
)
def test_a_wrong_redirect_uri_has_an_error_of_its_own(uri: str) -> None:
    error, description = refused(redirect_uris=[CALLBACK, uri])
    assert error == "invalid_redirect_uri"
    assert uri in description


def test_no_redirect_uri_is_a_wrong_one() -> None:
    assert refused(redirect_uris=[])[0] == "invalid_redirect_uri"


@pytest.mark.parametrize(
    ("members", "names"),
    [
        ({"redirect_uris": CALLBACK}, "redirect_uris"),
        ({"redirect_uris": [1]}, "redirect_uris"),
        ({"client_name": ["x"]}, "client_name"),
        ({"client_name": "x" * 200}, "client_name"),
        ({"client_name": "a\x00b"}, "client_name"),
        ({"scope": "system/*.rs"}, "scope"),
        ({"scope": "patient/Dragon.rs"}, "scope"),
        ({"scope": "openid patient/*.write"}, "scope"),
        ({"scope": ["openid"]}, "scope"),
        ({"token_endpoint_auth_method": "tls_client_auth"}, "token_endpoint_auth_method"),
        ({"grant_types": ["implicit"]}, "grant_types"),
        ({"grant_types": ["password", "authorization_code"]}, "grant_types"),
        ({"grant_types": ["refresh_token"]}, "grant_types"),
        ({"grant_types": ["client_credentials"]}, "token_endpoint_auth_method"),
        ({**SIGNED, "grant_types": ["client_credentials", "authorization_code"]}, "grant_types"),
        ({"response_types": ["token"]}, "response_types"),
        ({"jwks": "x"}, "jwks"),
        ({"jwks": {"keys": [ec_jwk()]}}, "jwks"),
        (SIGNED, "jwks_uri"),
        ({**SIGNED, "jwks": {"keys": [private_jwk()]}}, "jwks"),
        ({**SIGNED, "jwks": {"keys": []}, "jwks_uri": "https://a.example/jwks"}, "jwks"),
        ({**SIGNED, "jwks_uri": "http://app.example.com/jwks"}, "jwks_uri"),
        ({"logo_uri": "http://app.example.com/logo.png"}, "logo_uri"),
        ({"contacts": ["nobody"]}, "contacts"),
    ],
)
def test_wrong_metadata_is_refused_and_its_member_named(members: Any, names: str) -> None:
    error, description = refused(**members)
    assert error == "invalid_client_metadata"
    assert description.startswith(f"{names}: ")


@pytest.mark.parametrize("body", [b"", b"client_name=x", b"[]", b"7", b"\xff", b"{", b"[" * 9000])
def test_what_is_no_json_object_is_refused(body: bytes) -> None:
    response = Http().post(ADDRESS, body, content_type="application/json")
    assert response.status_code == 400
    assert response.json()["error"] == "invalid_client_metadata"


def test_a_huge_request_is_refused_and_other_methods_as_well() -> None:
    assert send(client_name="x" * 70_000).status_code == 413
    response = Http().get(ADDRESS)
    assert (response.status_code, response["Allow"]) == (405, "POST")


def test_an_address_registers_so_many_apps_an_hour(settings: Settings) -> None:
    settings.REGISTRATIONS_AN_HOUR = 2
    refused(client_name="x" * 200)  # does not count
    told = [app(), app()]
    manage(told[0], "delete")
    response = send(redirect_uris=[CALLBACK])
    assert response.status_code == 429
    assert response.json()["error"] == "temporarily_unavailable"
    other = Http(REMOTE_ADDR="192.0.2.7")
    body = {"redirect_uris": [CALLBACK]}
    assert other.post(ADDRESS, body, content_type="application/json").status_code == 201


def test_all_addresses_of_one_ipv6_network_count_together(settings: Settings) -> None:
    settings.REGISTRATIONS_AN_HOUR = 1
    body = {"redirect_uris": [CALLBACK]}
    statuses = [
        Http(REMOTE_ADDR=address).post(ADDRESS, body, content_type="application/json").status_code
        for address in ("2001:db8::1", "2001:db8::ffff:1", "2001:db8:0:1::1", "::ffff:192.0.2.8",
                        "192.0.2.8")
    ]  # fmt: skip
    assert statuses == [201, 429, 201, 201, 429]


def test_registration_can_be_switched_off(settings: Settings) -> None:
    settings.REGISTRATIONS_AN_HOUR = 0
    response = send(redirect_uris=[CALLBACK])
    assert (response.status_code, response.json()["error"]) == (403, "access_denied")


def test_an_app_reads_what_it_registered_but_not_its_secret() -> None:
    told = app(token_endpoint_auth_method="client_secret_post")
    response = manage(told, "get")
    expected = {k: v for k, v in told.items() if not k.startswith("client_secret")}
    assert (response.status_code, response.json()) == (200, expected)
    assert response["Cache-Control"] == "no-store"


def test_an_app_replaces_its_metadata_and_keeps_its_secret() -> None:
    told = app(tos_uri="https://app.example.com/terms")
    new = {"client_id": told["client_id"], "redirect_uris": ["https://new.example.com/cb"],
           "client_name": "New name", "client_secret": told["client_secret"]}  # fmt: skip
    response = manage(told, "put", body=new)
    assert response.status_code == 200
    assert response.json()["client_name"] == "New name"
    assert "tos_uri" not in response.json()
    client = Client.objects.get(client_id=told["client_id"])
    assert client.redirect_uris == "https://new.example.com/cb"
    assert clients.has_secret(client, told["client_secret"])


@pytest.mark.parametrize(
    "members",
    [
        {"client_id": "other"},
        {"client_secret": "wrong"},
        {"registration_access_token": "x"},
        {"client_id_issued_at": 1},
        {"token_endpoint_auth_method": "none"},
        {"redirect_uris": ["http://app.example.com/"]},
    ],
)
def test_a_wrong_replacement_changes_nothing(members: dict[str, Any]) -> None:
    told = app()
    body = {"client_id": told["client_id"], "redirect_uris": [CALLBACK], **members}
    assert manage(told, "put", body=body).status_code == 400
    after = manage(told, "get").json()
    assert after["redirect_uris"] == told["redirect_uris"]
    assert after["client_name"] == "Heart diary"


def test_an_app_deletes_itself() -> None:
    told = app()
    assert manage(told, "delete").status_code == 204
    assert not Client.objects.exists()
    assert manage(told, "get").status_code == 401


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_only_its_own_token_manages_an_app(method: str) -> None:
    told, other = app(), app()
    for token in ("wrong", "", other["registration_access_token"], told["client_secret"]):
        response = manage(told, method, token)
        assert response.status_code == 401
        assert response.json()["error"] == "invalid_token"
        assert response["WWW-Authenticate"].startswith("Bearer")
    assert Client.objects.count() == 2


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_a_client_id_that_none_can_be_is_like_an_unknown_one(method: str) -> None:
    response = getattr(Http(), method)(f"{ADDRESS}/a%00b", headers={"authorization": "Bearer x"})
    assert response.status_code == 401


def test_an_app_registered_in_the_portal_is_not_managed_here() -> None:
    told = app()
    Client.objects.update(registration_source=Client.RegistrationSource.MANUAL)
    assert manage(told, "get").status_code == 401


def test_what_registered_itself_is_in_the_trail() -> None:
    told = app()
    manage(told, "delete")
    rows = AuditRecord.objects.filter(client_id=told["client_id"]).order_by("pk")
    actions = list(rows.values_list("action", flat=True))
    assert actions == ["client-register", "client-secret", "client-delete"]
    assert set(rows.values_list("address", flat=True)) == {"127.0.0.1"}
