"""Parts of the API's description that many operations share."""

from typing import Any

from fhirapi.provider.schema import Json

JSON_TYPE = "application/json"
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The ETag of the record that the change is based on; * for whichever it is.",
    "schema": {"type": "string", "pattern": '^(?:\\*|"[0-9]{1,9}")$'},
}
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "An ETag: 304 while it is the newest one.",
    "schema": {"type": "string", "pattern": '^"[0-9]{1,9}"$'},
}
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Any text of one's own: a repetition within a day is answered the same.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
}
_ALWAYS = "400 401 403 405 406 429 500 503"


def ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def parameter(name: str, words: str, schema: Json, *, required: bool = False) -> Json:
    """Of the query; lists are written with commas."""
    told: Json = {
        "name": name, "in": "query", "required": required, "description": words, "schema": schema,
    }  # fmt: skip
    return {**told, "style": "form", "explode": False} if schema.get("type") == "array" else told


def body(content: Json) -> Json:
    told = {media_type: {"schema": schema} for media_type, schema in content.items()}
    return {"required": True, "content": told}


def ok(schema: Json, words: str = "OK") -> Json:
    return {"description": words, "content": {JSON_TYPE: {"schema": schema}}}


def made(words: str, kind: str, *, is_new: bool = False) -> Json:
    """A record with its version."""
    text = {"schema": {"type": "string"}}
    headers = {"ETag": {"description": "The version.", "required": True, **text}}
    if is_new:
        headers["Location"] = {"description": "Its address.", "required": True, **text}
    return {**ok(ref(kind), words), "headers": headers}


def operation(
    name: str,
    tag: str,
    words: str,
    answers: Json,
    parameters: list[Any] | None = None,
    problems: str = "",
    request_body: Json | None = None,
) -> Json:
    """``problems``: the statuses beside those that any request may be answered with."""
    statuses = sorted({*_ALWAYS.split(), *problems.split()})
    refused = {each: {"$ref": f"#/components/responses/{each}"} for each in statuses}
    told: Json = {
        "operationId": name,
        "tags": [tag],
        "summary": words,
        "responses": {**answers, **refused},
    }
    if parameters:
        told["parameters"] = parameters
    if request_body:
        told["requestBody"] = request_body
    return told
