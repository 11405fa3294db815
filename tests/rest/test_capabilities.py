"""The CapabilityStatement: valid, complete, and true."""

from typing import Any

import pytest
from fhir.resources.R4B.capabilitystatement import CapabilityStatement
from fhir.resources.R4B.operationdefinition import OperationDefinition
from fhir.resources.R4B.terminologycapabilities import TerminologyCapabilities

from fhirapi.definitions import profiles, registry
from tests import people
from tests.api import Api, Session, diagnostics
from tests.people import Person

METADATA = "/R4-patient-api/metadata"


@pytest.fixture
def statement(api: Api) -> Any:
    return api.http.get(METADATA).json()


@pytest.fixture
def resources(statement: Any) -> dict[str, Any]:
    return {each["type"]: each for each in statement["rest"][0]["resource"]}


def test_it_is_a_valid_resource(statement: Any) -> None:
    assert CapabilityStatement.model_validate(statement).fhirVersion == "4.0.1"


def test_it_names_us_core_in_every_version_and_bulk_data(statement: Any) -> None:
    server = "http://hl7.org/fhir/us/core/CapabilityStatement/us-core-server"
    assert statement["instantiates"] == [
        *(f"{server}|{version}" for version in ("3.1.1", "6.1.0", "7.0.0", "8.0.0")),
        "http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data",
    ]
    assert len(statement["implementationGuide"]) == 4
    assert set(statement["format"]) == {"application/fhir+json", "json"}
    assert statement["patchFormat"] == ["application/json-patch+json", "application/fhir+json"]


def test_every_declared_type_is_there_with_its_profiles(resources: dict[str, Any]) -> None:
    assert set(resources) == {each.name for each in registry.readable()}
    for name in (each.name for each in registry.every()):
        resource = resources[name]
        assert resource.get("supportedProfile", []) == list(profiles.canonicals(name))
        assert resource["readHistory"] is True
        assert resource["versioning"] == "versioned"


def test_what_it_says_of_interactions_is_true(
    api: Api, grey: Session, resources: dict[str, Any]
) -> None:
    pulse = people.observation("a", "142859")
    patch = [{"op": "replace", "path": "/status", "value": "amended"}]
    asked: dict[str, tuple[Any, ...]] = {
        "create": ("POST", "Observation", pulse),
        "update": ("PUT", "Observation/a", pulse),
        "patch": ("PATCH", "Observation/a", patch, "application/json-patch+json"),
        "read": ("GET", "Observation/a"),
        "vread": ("GET", "Observation/a/_history/1"),
        "history-instance": ("GET", "Observation/a/_history"),
        "history-type": ("GET", "Observation/_history"),
        "search-type": ("GET", "Observation"),
        "delete": ("DELETE", "Observation/a"),
    }
    assert {each["code"] for each in resources["Observation"]["interaction"]} == set(asked)
    assert {grey.send(*request).status_code for request in asked.values()} == {200, 201, 204}


def test_what_it_says_of_conditions_is_true(grey: Session, resources: dict[str, Any]) -> None:
    said = resources["Observation"]
    assert said["updateCreate"]
    assert said["conditionalCreate"]
    assert said["conditionalUpdate"]
    assert said["conditionalDelete"] == "single"
    pulse = people.observation("a", "142859")
    created = grey.send("PUT", "Observation/a", pulse)
    there = grey.send("POST", "Observation", pulse, if_none_exist="patient=142859")
    updated = grey.send("PUT", "Observation?patient=142859", pulse)
    deleted = grey.send("DELETE", "Observation?patient=142859")
    statuses = [each.status_code for each in (created, there, updated, deleted)]
    assert statuses == [201, 200, 200, 204]


def test_every_search_include_and_reverse_include_that_it_names_works(
    api: Api, rebecca: Person, resources: dict[str, Any]
) -> None:
    session = api.as_(rebecca.key)
    for name, resource in resources.items():
        for kind, member in (("_include", "searchInclude"), ("_revinclude", "searchRevInclude")):
            for named in resource.get(member, []):
                response = session.get(name, {kind: named}, prefer="handling=strict")
                assert response.status_code == 200, (name, named)


def test_every_search_parameter_that_it_names_works(
    api: Api, rebecca: Person, resources: dict[str, Any]
) -> None:
    session = api.as_(rebecca.key)
    values = {
        "date": "2020", "reference": "1", "quantity": "1", "number": "1", "composite": "1$2020",
    }  # fmt: skip
    for name, resource in resources.items():
        for parameter in resource["searchParam"]:
            query = {parameter["name"]: values.get(parameter["type"], "x")}
            response = session.get(name, query, prefer="handling=strict")
            assert response.status_code == 200, (name, parameter)


def test_a_search_parameter_has_type_definition_and_documentation(
    resources: dict[str, Any],
) -> None:
    found = {
        (name, each["name"]): (each["type"], each.get("definition", "").rpartition("/")[2])
        for name, resource in resources.items()
        for each in resource["searchParam"]
        if each["documentation"]
    }
    assert found["Patient", "birthdate"] == ("date", "individual-birthdate")
    assert found["Patient", "telecom"] == ("token", "individual-telecom")
    assert found["Goal", "description"] == ("token", "us-core-goal-description")
    assert found["Procedure", "encounter"] == ("reference", "clinical-encounter")
    assert found["Specimen", "identifier"] == ("token", "Specimen-identifier")
    assert found["Observation", "_lastUpdated"] == ("date", "Resource-lastUpdated")
    assert found["MedicationRequest", "medication"] == ("reference", "medications-medication")


def test_a_reference_names_its_include_and_its_target_the_reverse(
    resources: dict[str, Any],
) -> None:
    assert "Observation:encounter" in resources["Observation"]["searchInclude"]
    assert "Observation:encounter" in resources["Encounter"]["searchRevInclude"]
    for name in ("AllergyIntolerance", "Condition", "Observation", "MedicationRequest"):
        assert "Provenance:target" in resources[name]["searchRevInclude"], name


def test_operations_are_named_and_answer(
    api: Api, rebecca: Person, resources: dict[str, Any]
) -> None:
    session = api.as_(rebecca.key)
    named = {
        (name, each["name"])
        for name, resource in resources.items()
        for each in resource.get("operation", [])
    }
    assert named - {(name, "validate") for name in resources} == {
        ("Patient", "everything"),
        ("Patient", "export"),
        ("Group", "export"),
        ("DocumentReference", "docref"),
    }
    assert {("Binary", "validate"), ("Observation", "validate")} < named
    assert session.get("Patient/142859/$validate").status_code == 200
    assert session.get("Patient/142859/$everything").status_code == 200
    assert session.get("DocumentReference/$docref", {"patient": "142859"}).status_code == 200


def test_operations_of_the_system_are_named_and_ours_is_defined_where_it_says(
    api: Api, statement: Any
) -> None:
    of_system = {each["name"]: each["definition"] for each in statement["rest"][0]["operation"]}
    assert set(of_system) == {"export", "import"}
    path = of_system["import"].partition("/R4-patient-api/")[2]
    defined = api.http.get(f"/R4-patient-api/{path}")
    assert OperationDefinition.model_validate(defined.json()).code == "import"
    assert defined.json()["url"] == of_system["import"]


def test_its_oauth_addresses_are_those_that_are_routed(api: Api, statement: Any) -> None:
    [extension] = statement["rest"][0]["security"]["extension"]
    uris = {each["url"]: each["valueUri"] for each in extension["extension"]}
    assert {"token", "revoke"} <= set(uris)
    for name in ("authorize", "token", "register", "manage", "introspect", "revoke"):
        answered = api.http.post(f"/R4-patient-api/oauth2/{name}", secure=True)
        assert (answered.status_code != 404) == (name in uris), name
        assert uris.get(name, name).endswith(name)


def test_it_may_be_kept_for_a_while_and_is_not_sent_twice(api: Api, db: None) -> None:
    first = api.http.get(METADATA)
    assert first["Cache-Control"] == "public, max-age=300"
    again = api.http.get(METADATA, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert api.http.get(METADATA, headers={"if-none-match": 'W/"x"'}).status_code == 200


@pytest.mark.parametrize("mode", ["full", "normative"])
def test_the_normative_part_is_answered_in_full(api: Api, statement: Any, mode: str) -> None:
    assert api.http.get(METADATA, {"mode": mode}).json() == statement


def test_of_terminology_there_is_nothing_to_tell(api: Api, db: None) -> None:
    told = api.http.get(METADATA, {"mode": "terminology"}).json()
    assert TerminologyCapabilities.model_validate(told).kind == "instance"
    assert "codeSystem" not in told


def test_another_mode_is_400(api: Api, db: None) -> None:
    response = api.http.get(METADATA, {"mode": "short"})
    assert response.status_code == 400
    assert "mode" in diagnostics(response)


def test_metadata_is_public_and_lists_every_type_with_its_parameters(api: Api, db: None) -> None:
    statement = api.http.get("/R4-patient-api/metadata").json()
    [rest] = statement["rest"]
    patient = next(each for each in rest["resource"] if each["type"] == "Patient")
    assert statement["fhirVersion"] == "4.0.1"
    assert ("birthdate", "date") in {
        (each["name"], each["type"]) for each in patient["searchParam"]
    }
