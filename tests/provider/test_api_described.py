"""The API does what its description says, and its documentation what its code does."""

import re
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from fhirapi.provider import registry as kinds
from fhirapi.provider.openapi import description
from fhirapi.provider.problems import TYPES
from fhirapi.provider.schema import Does
from tests.api import Api
from tests.people import Person
from tests.provider.client import Partner

DOCUMENTATION = Path(__file__).resolve().parent.parent.parent / "docs" / "provider-api.md"
_ROW = re.compile(r"\| (\d{3}) \| `([a-z-]+)` \| (.+?) \| (.+) \|")
_METHODS = {"get": Does.LIST, "post": Does.CREATE}
_OF_ONE = {"get": Does.READ, "put": Does.UPDATE, "patch": Does.UPDATE, "delete": Does.DELETE}


def test_the_description_is_valid(grey: Partner) -> None:
    response = grey.get("openapi.json")
    assert response.status_code == 200
    assert "private" in response["Cache-Control"]
    OpenAPIV31SpecValidator(response.json()).validate()


def test_it_is_for_those_who_may_use_the_api(api: Api, rebecca: Person, db: None) -> None:
    nobody = api.http.get("/provider-api/v1/openapi.json")
    assert (nobody.status_code, nobody["Content-Type"]) == (401, "application/problem+json")
    reader = Partner(api, api.exchange(rebecca.key).json()["access_token"]).get("openapi.json")
    assert reader.status_code == 403
    assert api.http.get("/provider-api/v1/").status_code == 200


@pytest.fixture(scope="module")
def paths() -> Any:
    return description()["paths"]


@pytest.mark.parametrize("kind", list(kinds.every()), ids=lambda each: each.name)
def test_a_kind_is_described_with_what_it_does(kind: Any, paths: Any) -> None:
    of_all, of_one = paths[f"/{kind.name}"], paths[f"/{kind.name}/{{id}}"]
    assert {_METHODS[method] for method in of_all} == kind.does & set(_METHODS.values())
    assert {_OF_ONE[method] for method in of_one} == kind.does & set(_OF_ONE.values())
    named = {each["name"] for each in of_all["get"]["parameters"]}
    assert {each.name for each in kind.filters} < named


def test_every_problem_is_documented_with_its_status_and_title() -> None:
    rows = (_ROW.fullmatch(line) for line in DOCUMENTATION.read_text("utf-8").splitlines())
    documented = {(row[2], int(row[1]), row[3], row[4]) for row in rows if row}
    assert documented == {(name, *each) for name, each in TYPES.items()}
