"""OpenAPI of the FHIR API: valid, complete, and true. https://spec.openapis.org/oas/v3.1.1.html"""

import gzip
import re
from functools import cache
from typing import Any

import jsonschema
import pytest
import requests
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis import checks

from fhirapi.bulk import asking
from fhirapi.definitions import operations, registry
from fhirapi.rest import everything
from fhirapi.rest.openapi.document import description
from fhirapi.synthetic import examples
from fhirapi.validation.structure import problems_of
from tests.api import Api, Session
from tests.inside import Inside
from tests.people import Person

ADDRESS = "/R4-patient-api/openapi.json"
BASE = "http://localhost/R4-patient-api"
METHODS = ("get", "post", "put", "patch", "delete")
DESCRIBED: Any = description(BASE)
"""Made once: it is large."""
_TRIED = ("Patient", "Coverage", "System")
_CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]


def test_it_is_public_and_may_be_kept(client: Client) -> None:
    response = client.get(ADDRESS)  # the suite refuses database access here
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Cache-Control"] == "public, max-age=300"
    assert response.json()["openapi"] == "3.1.0"
    again = client.get(ADDRESS, headers={"If-None-Match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_it_is_sent_compressed_to_those_who_can_read_that(client: Client) -> None:
    response = client.get(ADDRESS, headers={"Accept-Encoding": "gzip, br"})
    assert response["Content-Encoding"] == "gzip"
    assert int(response["Content-Length"]) == len(response.content)
    assert gzip.decompress(response.content) == client.get(ADDRESS).content


def test_it_is_valid() -> None:
    OpenAPIV31SpecValidator({**DESCRIBED, "paths": dict(few_paths())}).validate()


def few_paths() -> list[tuple[str, Any]]:
    """Of the types that differ from the others: all come from one place."""
    some = ("Patient", "Group", "DocumentReference", "Coverage")
    others = {each.name for each in registry.every()} - set(some)
    return [(path, item) for path, item in DESCRIBED["paths"].items()
            if path.split("/")[1] not in others]  # fmt: skip


def test_operations_have_names_of_their_own() -> None:
    names = [each["operationId"] for item in DESCRIBED["paths"].values()
             for method, each in item.items() if method in METHODS]  # fmt: skip
    assert len(names) == len(set(names))


@pytest.mark.parametrize("resource_type", list(registry.every()), ids=lambda each: each.name)
def test_a_search_has_exactly_the_parameters_that_are_declared(resource_type: Any) -> None:
    search = DESCRIBED["paths"][f"/{resource_type.name}"]["get"]
    named = {each["name"]: each for each in map(_resolved, search["parameters"])}
    of_result = {
        "_sort", "_include", "_revinclude", "_count", "_total", "_summary", "_elements", "_page",
        "Prefer",
    }  # fmt: skip
    assert set(named) - of_result == {each.code for each in resource_type.search}
    for each in resource_type.search:
        assert named[each.code]["description"].startswith(f"{each.type.value}:")


def _resolved(parameter: Any) -> Any:
    if "$ref" not in parameter:
        return parameter
    return DESCRIBED["components"]["parameters"][parameter["$ref"].rpartition("/")[2]]


def test_every_operation_that_it_describes_is_there_and_no_other(api: Api) -> None:
    """Without a token: 401 where there is something, 405 where there is nothing to do."""
    for path, item in few_paths():
        address = "/R4-patient-api" + _filled(path)
        for method in METHODS:
            response = api.http.generic(method.upper(), address)
            if method not in item:
                assert response.status_code == 405 or path == "/", (method, path)
            elif item[method]["security"]:
                assert response.status_code == 401, (method, path)
            else:
                assert response.status_code == 200, (method, path)


def _filled(path: str) -> str:
    job = "6e5b38a9-8d0f-4a9b-a3a0-3f2b8d5e8b52"
    values = {"id": "1", "version_id": "1", "job_id": job, "type": "Observation"}
    return re.sub(r"\{(\w+)\}", lambda found: values[found[1]], path)


def test_it_names_the_scopes_that_each_operation_takes() -> None:
    path = DESCRIBED["paths"]["/Observation/{id}"]
    needed = [scope for each in path["get"]["security"] for scopes in each.values()
              for scope in scopes]  # fmt: skip
    assert needed == ["patient/Observation.r", "user/Observation.r", "system/Observation.r"]
    assert {"smart": ["patient/Observation.u"]} not in path["put"]["security"]
    flows = DESCRIBED["components"]["securitySchemes"]["smart"]["flows"]
    flow = flows["authorizationCode"]
    assert flow["tokenUrl"] == f"{BASE}/oauth2/token"
    assert {"launch/patient", "patient/Observation.r", "user/Observation.u"} < set(flow["scopes"])


def test_failures_are_operation_outcomes() -> None:
    for status, response in DESCRIBED["components"]["responses"].items():
        if status != "304":
            schema = response["content"]["application/fhir+json"]["schema"]
            assert schema["$ref"].endswith("/OperationOutcome")


@pytest.mark.parametrize("resource_type", list(registry.every()), ids=lambda each: each.name)
def test_a_type_has_an_example_that_is_valid(resource_type: Any) -> None:
    name = resource_type.name
    example = examples.of_type(name)
    assert example is not None
    assert problems_of(example) == []
    schema = {"$ref": f"#/components/schemas/{name}", "components": DESCRIBED["components"]}
    jsonschema.Draft202012Validator(schema).validate(example)
    assert DESCRIBED["components"]["examples"][name]["value"] == example


def test_declared_parameters_of_operations_are_those_that_are_read() -> None:
    declared = {
        each.name: {parameter.name for parameter in each.parameters}
        for each in operations.OPERATIONS
    }
    assert declared["everything"] == everything._PARAMETERS
    exports = [each for each in operations.OPERATIONS if each.name == "export"]
    named = {parameter.name for each in exports for parameter in each.parameters}
    assert named == asking.PARAMETERS


@pytest.fixture
def session(api: Api, rebecca: Person) -> requests.Session:
    found: Session = api.as_(rebecca.key)
    made = requests.Session()
    made.mount("http://", Inside(found.http))
    made.headers["Authorization"] = f"Bearer {found.token}"
    return made


@cache
def _operations() -> dict[str, list[Any]]:
    """Of some types, what reads; bodies that are made from R4's schemas would be endless."""
    schema: Any = schemathesis.openapi.from_dict(DESCRIBED).include(tag=list(_TRIED), method="GET")
    found: dict[str, list[Any]] = {}
    for each in schema.get_all_operations():
        operation = each.ok()
        found.setdefault(operation.tags[0], []).append(operation)
    return found


@pytest.mark.parametrize("tag", _TRIED)
def test_operations_answer_as_they_are_described(tag: str, session: requests.Session) -> None:
    for operation in _operations()[tag]:
        _try(operation, session)


def _try(operation: Any, session: requests.Session) -> None:
    """https://schemathesis.readthedocs.io"""

    @settings(
        max_examples=2,
        phases=[Phase.generate],
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def answers(case: Any) -> None:
        case.call_and_validate(base_url=BASE, session=session, checks=_CHECKS)

    answers()
