"""The collection's form, and that it has what is declared. It is run in tests/running."""

import json
from typing import Any

import pytest
from django.test import Client

from fhirapi.definitions import registry
from portal.downloads.postman.collection import collection, environment

FHIR = "http://localhost:8000/R4-patient-api"
COLLECTION: Any = collection(FHIR)


def folder(name: str) -> Any:
    return next(each for each in COLLECTION["item"] if each["name"] == name)


def items() -> list[Any]:
    return [item for folder in COLLECTION["item"] for item in folder["item"]]


def test_a_folder_for_each_way_to_a_token_and_each_type() -> None:
    first = 5
    names = [each["name"] for each in COLLECTION["item"]]
    assert names[:first] == [
        "1 Token by access key",
        "2 Next token",
        "3 SMART code flow with PKCE",
        "4 Backend service",
        "System",
    ]
    assert sorted(names[first:]) == sorted(each.name for each in registry.every())


@pytest.mark.parametrize("resource_type", list(registry.every()), ids=lambda each: each.name)
def test_a_search_offers_every_parameter_of_its_type(resource_type: Any) -> None:
    search = folder(resource_type.name)["item"][0]
    query = search["request"]["url"]["query"]
    offered = {each["key"] for each in query}
    own = {each.code for each in resource_type.search if not each.code.startswith("_")}
    assert own < offered
    switched_on = {each["key"] for each in query if not each.get("disabled")}
    assert switched_on <= {"patient", "_count"}


def test_every_request_has_the_token_that_was_stored() -> None:
    assert COLLECTION["auth"] == {
        "type": "bearer",
        "bearer": [{"key": "token", "value": "{{access_token}}", "type": "string"}],
    }
    of_their_own = [each["name"] for each in items() if "auth" in each["request"]]
    assert of_their_own == [
        "Get a token", "Refresh the token", "Patients of the approval", "Get a token for a service",
    ]  # fmt: skip


def test_the_code_flow_is_postmans_own_with_pkce() -> None:
    [item] = folder("3 SMART code flow with PKCE")["item"]
    given = {each["key"]: each["value"] for each in item["request"]["auth"]["oauth2"]}
    assert given["grant_type"] == "authorization_code_with_pkce"
    assert given["challengeAlgorithm"] == "S256"
    assert given["authUrl"] == "{{fhir_base_url}}/oauth2/authorize"
    assert given["authRequestParams"][0]["key"] == "aud"


def test_the_environment_has_every_variable_and_no_secret() -> None:
    told = environment("http://localhost:8000", FHIR)
    values = {each["key"]: each for each in told["values"]}
    assert values["fhir_base_url"]["value"] == FHIR
    secrets = [each for each in values.values() if each["type"] == "secret"]
    assert {"client_secret", "access_token"} < {each["key"] for each in secrets}
    assert {each["value"] for each in secrets} == {""}
    used = json.dumps(COLLECTION).split("{{")[1:]
    names = {each.partition("}}")[0] for each in used}
    kept_by_searches = {f"{each.name.lower()}_id" for each in registry.every()}
    assert names - kept_by_searches - {"$guid"} <= set(values)


@pytest.mark.parametrize("name", ["collection", "environment"])
def test_it_is_downloaded_without_an_account(client: Client, db: None, name: str) -> None:
    response = client.get(f"/downloads/qsmartcare.postman_{name}.json")
    assert response.status_code == 200
    assert response["Content-Disposition"].startswith("attachment")
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response.json()
    assert client.post(f"/downloads/qsmartcare.postman_{name}.json").status_code == 405
