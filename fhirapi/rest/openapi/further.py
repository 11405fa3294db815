"""Operations, and what belongs to no type. https://hl7.org/fhir/R4/operations.html"""

from fhirapi.definitions import registry
from fhirapi.definitions.operations import OPERATIONS, Level, Operation, OperationParameter
from fhirapi.rest.openapi.parts import (
    FHIR,
    ID,
    Json,
    answer,
    content,
    header,
    parameter_ref,
    query_parameter,
    ref,
    refusals,
)
from fhirapi.rest.openapi.security import TOKEN, needs
from fhirapi.rest.operation import definition_of

_SYSTEM = "System"
_ASYNC = header(
    "Prefer", "respond-async.", {"type": "string", "const": "respond-async"}, required=True
)
_JOB_ID = {
    "name": "job_id", "in": "path", "required": True, "description": "The job.",
    "schema": {"type": "string", "format": "uuid"},
}  # fmt: skip
_LOCATION = {"Content-Location": {"$ref": "#/components/headers/Content-Location"}}
_SCHEMAS: dict[str, Json] = {
    "boolean": {"type": "string", "enum": ["true", "false"]},
    "integer": {"type": "integer", "minimum": 0},
}


def paths() -> Json:
    return {**_of_operations(), **_of_system(), **_of_jobs(), **_public(), **_compartment()}


def _of_operations() -> Json:
    found: Json = {}
    for each in OPERATIONS:
        if Level.SYSTEM in each.levels:
            found[f"/${each.name}"] = _methods(each, _SYSTEM, "system")
        for name in each.types or [every.name for every in registry.every()]:
            if Level.TYPE in each.levels:
                found[f"/{name}/${each.name}"] = _methods(each, name, "type")
            if Level.INSTANCE in each.levels:
                address = f"/{name}/{{id}}/${each.name}"
                found[address] = _methods(each, name, "instance") | {"parameters": [ID]}
    return found


def _methods(operation: Operation, tag: str, level: str) -> Json:
    methods = set(operation.methods)
    if operation.name == "validate" and level == "instance":
        methods.add("GET")  # of what is stored
    return {method.lower(): _operation(operation, tag, level, method) for method in sorted(methods)}


def _operation(operation: Operation, tag: str, level: str, method: str) -> Json:
    told: Json = {
        "operationId": f"{tag}.{operation.name}.{level}.{method.lower()}",
        "tags": [tag],
        "summary": operation.words,
        "externalDocs": {"url": definition_of(operation)},
        "security": _security(operation, tag),
        "responses": _answers(operation) | refusals("410 413 415 422"),
        "parameters": [_parameter(each) for each in operation.parameters],
    }
    if operation.is_asynchronous:
        told["parameters"].append(_ASYNC)
    if method == "POST":
        what = tag if operation.name == "validate" else "Resource"
        words = "The resource." if operation.name == "validate" else "Parameters, as a resource."
        told["requestBody"] = {"description": words, "content": content(ref(what))}
        told["requestBody"]["required"] = operation.writes or (
            operation.name == "validate" and level == "type"
        )
    return told


def _parameter(parameter: OperationParameter) -> Json:
    schema = _SCHEMAS.get(parameter.type, {"type": "string"})
    words = f"{parameter.type}: {parameter.words}"
    return query_parameter(parameter.name, words, schema, required=parameter.is_required)


def _security(operation: Operation, tag: str) -> list[Json]:
    if operation.writes:
        return needs(["user/*.cu", "system/*.cu"])
    name = "*" if operation.is_asynchronous or tag == _SYSTEM else tag
    contexts = ("system",) if operation.is_asynchronous else ("patient", "user", "system")
    return needs([f"{context}/{name}.rs" for context in contexts])


def _answers(operation: Operation) -> Json:
    if operation.is_asynchronous:
        return {"202": {"description": "It is begun.", "headers": _LOCATION}}
    if operation.name == "validate":
        return {"200": answer("What is wrong, or that nothing is.", ref("OperationOutcome"))}
    return {"200": answer("A page of it.", ref("Bundle"))}


def _of_system() -> Json:
    """https://hl7.org/fhir/R4/http.html#transaction, and what is sent in bulk."""
    return {
        "/": {
            "post": {
                "operationId": "transaction",
                "tags": [_SYSTEM],
                "summary": "Several requests in one: a Bundle, batch or transaction",
                "security": needs(["user/*.cruds", "system/*.cruds"]),
                "requestBody": {"required": True, "content": content(ref("Bundle"))},
                "responses": {"200": answer("An entry for each.", ref("Bundle"))}
                | refusals("409 410 412 413 415 422"),
            }
        },
        "/$import": {
            "post": {
                "operationId": "import",
                "tags": [_SYSTEM],
                "summary": "Store files of resources: a manifest names where they are",
                "security": needs(["user/*.cruds", "system/*.cruds"]),
                "parameters": [_ASYNC],
                "requestBody": {"required": True, "content": {FHIR: {"schema": {
                    "type": "object", "description": "A bulk import manifest, or Parameters.",
                }}}},
                "responses": {"202": {"description": "It is begun.", "headers": _LOCATION}}
                | refusals("413 415"),
            }
        },
    }  # fmt: skip


def _compartment() -> Json:
    """https://hl7.org/fhir/R4/http.html#vsearch"""
    names = [each.name for each in registry.every() if each.patient and each.name != "Patient"]
    kind = {
        "name": "type", "in": "path", "required": True, "schema": {"enum": names},
        "description": "What is searched for: with the parameters of its own search.",
    }  # fmt: skip
    contexts = ("patient", "user", "system")
    return {
        "/Patient/{id}/{type}": {
            "get": {
                "operationId": "Patient.compartment",
                "tags": ["Patient"],
                "summary": "Search within what belongs to a patient",
                "security": needs([f"{context}/*.rs" for context in contexts]),
                "parameters": [ID, kind, parameter_ref("_count"), parameter_ref("_page")],
                "responses": {"200": answer("A page of what was found.", ref("Bundle"))}
                | refusals(),
            }
        }
    }


def _of_jobs() -> Json:
    found: Json = {}
    for path, name in (("/bulk/jobs/{job_id}", "export"), ("/bulk/imports/{job_id}", "import")):
        found[path] = {
            "parameters": [_JOB_ID],
            "get": _job(f"{name}.status", f"How far an {name} is, and what it has brought", {
                "200": {"description": "The manifest.",
                        "content": {"application/json": {"schema": {"type": "object"}}}},
                "202": {"description": "Under way: X-Progress and Retry-After say how far."},
            }),
            "delete": _job(f"{name}.delete", f"End an {name}, or delete what it has brought",
                           {"202": {"description": "It is ended."}}),
        }  # fmt: skip
    return found


def _job(name: str, summary: str, answers: Json) -> Json:
    return {
        "operationId": name,
        "tags": [_SYSTEM],
        "summary": summary,
        "description": "For the client that has begun it.",
        "security": [{TOKEN: []}],
        "responses": answers | refusals(),
    }


def _public() -> Json:
    """Documents for everybody, without a token."""
    documents = (
        ("/metadata", "capabilities", "The CapabilityStatement", FHIR),
        ("/openapi.json", "openapi", "This description", "application/json"),
        ("/.well-known/smart-configuration", "smart", "SMART's configuration", "application/json"),
        ("/.well-known/openid-configuration", "openid", "OpenID Connect's", "application/json"),
        ("/oauth2/jwks", "jwks", "The keys that verify our tokens", "application/json"),
    )
    return {
        path: {
            "get": {
                "operationId": name,
                "tags": [_SYSTEM],
                "summary": words,
                "security": [],
                "responses": {
                    "200": {"description": words,
                            "content": {media_type: {"schema": {"type": "object"}}}},
                    **refusals("304"),
                },
            }
        }
        for path, name, words, media_type in documents
    }  # fmt: skip
