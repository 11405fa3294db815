"""What the server says of itself to everybody, and that it is true."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from fhir.resources.R4B.bundle import Bundle

from fhirapi.definitions import registry
from fhirapi.smart.published import brands
from tests.api import Api
from tests.smart import flow

SMART = "/R4-patient-api/.well-known/smart-configuration"
OPENID = "/R4-patient-api/.well-known/openid-configuration"
RFC_8414 = "/.well-known/oauth-authorization-server/R4-patient-api"
DOCUMENTS = [SMART, OPENID, RFC_8414, "/R4-patient-api/brands", "/R4-patient-api/oauth2/jwks",
             "/R4-patient-api/smart-style.json"]  # fmt: skip

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", DOCUMENTS)
def test_the_documents_are_public_json_for_any_origin(api: Api, address: str) -> None:
    response = api.http.get(address)
    assert response.status_code == 200
    assert response["Content-Type"] in ("application/json", "application/fhir+json")
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "public" in response["Cache-Control"]
    assert api.http.head(address).status_code == 200
    assert api.http.post(address).status_code == 405


@pytest.mark.parametrize("address", DOCUMENTS)
def test_a_document_that_is_known_is_not_sent_again(api: Api, address: str) -> None:
    tag = api.http.get(address)["ETag"]
    again = api.http.get(address, headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")


def test_smart_names_what_an_app_needs(api: Api) -> None:
    told = api.http.get(SMART).json()
    assert told["issuer"] == flow.FHIR
    assert told["token_endpoint"] == flow.TOKEN
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert "private_key_jwt" in told["token_endpoint_auth_methods_supported"]
    assert told["token_endpoint_auth_signing_alg_values_supported"] == ["RS384", "ES384"]
    assert {"launch-ehr", "permission-v2", "client-confidential-asymmetric"} <= set(
        told["capabilities"]
    )
    assert "client_credentials" in told["grant_types_supported"]


@pytest.mark.parametrize("document", [SMART, OPENID, RFC_8414])
def test_every_address_that_is_named_answers(api: Api, document: str) -> None:
    told = api.http.get(document).json()
    named = {name: url for name, url in told.items() if name.endswith(("_endpoint", "_uri"))}
    assert {"token_endpoint", "revocation_endpoint", "jwks_uri"} <= named.keys()
    for url in named.values():
        answered = api.http.post(urlsplit(url).path)
        assert answered.status_code in (302, 303, 400, 401, 405), url


def test_the_scopes_are_those_of_the_registry(api: Api) -> None:
    scopes = api.http.get(SMART).json()["scopes_supported"]
    assert {"openid", "fhirUser", "offline_access", "launch/patient"} <= set(scopes)
    for each in registry.every():
        assert any(f"/{each.name}." in scope for scope in scopes)


def test_openid_says_how_id_tokens_are_signed(api: Api) -> None:
    told = api.http.get(OPENID).json()
    assert told["id_token_signing_alg_values_supported"] == ["RS256"]
    assert told["subject_types_supported"] == ["public"]
    assert "fhirUser" in told["claims_supported"]


def test_metadata_may_be_read_from_any_origin(api: Api) -> None:
    response = api.http.get("/R4-patient-api/metadata")
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response.json()["rest"][0]["security"]["cors"] is True


def test_the_style_is_that_of_the_design_tokens(api: Api) -> None:
    told = api.http.get("/R4-patient-api/smart-style.json").json()
    assert told["color_highlight"] == "#0a6266"
    assert told["dim_border_radius"] == "6px"
    assert len(told) == 11


# --- Brands ------------------------------------------------------------------------------------


@pytest.fixture
def bundle(api: Api, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(brands, "_made", (0.0, b""))
    site = {"resourceType": "Organization", "id": "site-1", "active": True, "name": "Oak Clinic",
            "identifier": [{"system": "http://hl7.org/fhir/sid/us-npi", "value": "1234567893"}],
            "address": [{"city": "Springfield", "state": "IL"}],
            "telecom": [{"system": "phone", "value": "217-555-0100"}]}  # fmt: skip
    laboratory = {"resourceType": "Organization", "id": "lab", "name": "Some laboratory"}
    location = {"resourceType": "Location", "id": "l1", "name": "Oak",
                "managingOrganization": {"reference": "Organization/site-1"}}  # fmt: skip
    api.has(site, laboratory, location)
    return api.http.get("/R4-patient-api/brands").json()


def test_the_brands_are_a_valid_bundle(bundle: Any) -> None:
    Bundle.model_validate(bundle)
    assert bundle["type"] == "collection"
    assert bundle["timestamp"]
    assert len({entry["fullUrl"] for entry in bundle["entry"]}) == len(bundle["entry"])


def test_they_are_the_practices_places_and_nobody_elses(bundle: Any) -> None:
    resources = [entry["resource"] for entry in bundle["entry"]]
    names = [each["name"] for each in resources if each["resourceType"] == "Organization"]
    assert names == ["QSmartCare", "Oak Clinic"]


def test_each_leads_to_the_fhir_base(bundle: Any) -> None:
    endpoint, *organizations = [entry["resource"] for entry in bundle["entry"]]
    assert endpoint["address"] == flow.FHIR
    for each in organizations:
        assert each["endpoint"] == [{"reference": f"Endpoint/{endpoint['id']}"}]
        assert each["identifier"]


def test_discovery_names_bundle_and_brand(api: Api, bundle: Any) -> None:
    told = api.http.get(SMART).json()
    assert told["user_access_brand_bundle"] == f"{flow.FHIR}/brands"
    owner = bundle["entry"][1]["resource"]
    assert told["user_access_brand_identifier"] in owner["identifier"]
