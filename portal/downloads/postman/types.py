"""A folder for each resource type: its search with every parameter it has, read, operations."""

import orjson

from fhirapi.definitions import operations
from fhirapi.definitions.builders import COMMON
from fhirapi.definitions.operations import Level, Operation
from fhirapi.definitions.schema import ResourceType, SearchParameter
from fhirapi.synthetic import examples
from portal.downloads.postman import scripts
from portal.downloads.postman.parts import (
    Json,
    address,
    folder,
    item,
    json_body,
    parameter,
    request,
    variable,
)

_PAGE = "5"
_COMMON = {each.code for each in COMMON}


def of_type(resource_type: ResourceType) -> Json:
    items = [_search(resource_type), _read(resource_type), _versions(resource_type)]
    for operation in operations.of_type(resource_type.name):
        items += _operation(operation, resource_type)
    return folder(resource_type.name, resource_type.words, *items)


def of_system() -> Json:
    """What belongs to no type."""
    statement = request("GET", address("metadata"), "What the server can do, as it says itself.")
    begun = [_export(each, "$export") for each in operations.of_system() if not each.writes]
    return folder(
        "System",
        "The CapabilityStatement, and exports of everything.",
        item("CapabilityStatement", statement, tests=scripts.answered("CapabilityStatement")),
        *begun,
    )


def _id_name(resource_type: ResourceType) -> str:
    """In the environment."""
    if resource_type.name == "Patient":
        return "patient_id"
    return f"{resource_type.name.lower()}_id"


def _search(resource_type: ResourceType) -> Json:
    own = [each for each in resource_type.search if each.code not in _COMMON]
    query = [_asked(resource_type, each) for each in own]
    query += [parameter("_count", _PAGE, "Entries of a page.")]
    query += [
        parameter(name, value, words, is_on=False)
        for name, value, words in (
            ("_lastUpdated", "ge2026-01-01", "What was changed since."),
            ("_total", "none", "Do not count all."),
            ("_summary", "true", "Parts of the resources."),
        )
    ]
    words = f"{resource_type.words}. Switch on what is to be searched by."
    asked = request("GET", address(resource_type.name, query=query), words)
    tests = scripts.found(_id_name(resource_type))
    if resource_type.name == "Patient":
        tests = scripts.answered("Bundle")  # whom the token is about stays
    return item(f"Search {resource_type.name}", asked, tests=tests)


def _asked(resource_type: ResourceType, declared: SearchParameter) -> Json:
    words = f"{declared.type.value} {', '.join(declared.paths or declared.parts)}".strip()
    if resource_type.names_patient(declared) and declared.code == "patient":
        return parameter("patient", variable("patient_id"), words)
    value = examples.value_of(resource_type, declared) or ""
    return parameter(declared.code, value, words, is_on=False)


def _read(resource_type: ResourceType) -> Json:
    kept = _id_name(resource_type)
    asked = request(
        "GET", address(resource_type.name, variable(kept)), "The first that the search has found."
    )
    return item(
        f"Read {resource_type.name}",
        asked,
        before=scripts.skip_without(kept),
        tests=scripts.answered(resource_type.name),
    )


def _versions(resource_type: ResourceType) -> Json:
    kept = _id_name(resource_type)
    url = address(resource_type.name, variable(kept), "_history")
    return item(
        f"Versions of {resource_type.name}",
        request("GET", url, "What has become of it."),
        before=scripts.skip_without(kept),
        tests=scripts.answered("Bundle"),
    )


def _operation(operation: Operation, resource_type: ResourceType) -> list[Json]:
    """By one of its levels: the narrower one."""
    name = f"${operation.name}"
    if operation.name == "validate":
        return _validate(resource_type)
    kept = _id_name(resource_type)
    is_of_one = Level.INSTANCE in operation.levels
    path = [resource_type.name, variable(kept), name] if is_of_one else [resource_type.name, name]
    if operation.is_asynchronous:
        return [_export(operation, *path, kept=kept if is_of_one else "")]
    query = [
        parameter(each.name, variable("patient_id") if each.name == "patient" else "",
                  f"{each.type}: {each.words}", is_on=each.is_required)
        for each in operation.parameters
    ]  # fmt: skip
    asked = request("GET", address(*path, query=query), operation.words)
    before = scripts.skip_without(kept if is_of_one else "patient_id")
    return [item(f"{resource_type.name} {name}", asked, before=before,
                 tests=scripts.answered("Bundle"))]  # fmt: skip


def _validate(resource_type: ResourceType) -> list[Json]:
    resource = examples.of_type(resource_type.name)
    if resource is None:
        return []
    text = orjson.dumps(resource, option=orjson.OPT_INDENT_2).decode()
    asked = request(
        "POST",
        address(resource_type.name, "$validate"),
        "What would be wrong with this resource; nothing is stored.",
        headers={"Content-Type": "application/fhir+json"},
        body=json_body(text),
    )
    return [
        item(f"Validate {resource_type.name}", asked, tests=scripts.answered("OperationOutcome"))
    ]


def _export(operation: Operation, *path: str, kept: str = "") -> Json:
    """Content-Location of the answer is the address that tells how far it is."""
    query = [
        parameter(each.name, "", f"{each.type}: {each.words}", is_on=False)
        for each in operation.parameters
    ]
    asked = request(
        "GET", address(*path, query=query), operation.words, headers={"Prefer": "respond-async"}
    )
    before = scripts.skip_without(kept) if kept else ""
    return item(f"Export {'/'.join(path)}", asked, before=before, tests=scripts.BEGUN)
