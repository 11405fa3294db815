"""What many operations of the description share."""

from typing import Any

Json = dict[str, Any]

FHIR = "application/fhir+json"
FORM = "application/x-www-form-urlencoded"
STATUSES = {
    "304": "Not changed since the version that If-None-Match names.",
    "400": "The request is malformed, or a value cannot be read.",
    "401": "No access token, or one that does not work any more.",
    "403": "The token's scopes do not allow it.",
    "404": "Not there, or not open to the token; which of them is not told.",
    "405": "Not by this method.",
    "406": "Nothing but FHIR JSON is answered.",
    "409": "It is still referred to, or somebody else changes it at this moment.",
    "410": "It was deleted.",
    "412": "A condition does not hold: another version, or none or several that meet a search.",
    "413": "The body is too large.",
    "415": "The body is of a type that is not read here.",
    "422": "The resource is not valid, or a patch cannot be applied.",
    "428": "Prefer: respond-async is missing.",
    "429": "Too many requests: Retry-After says how long to wait.",
    "500": "Our fault; the text has a reference to tell us.",
    "503": "The database is away, the request would take too long, or there is maintenance.",
}
_ALWAYS = "400 401 403 404 405 406 429 500 503"
"""A 404 may be the answer everywhere: also for an address within a type that is not there."""


def ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def parameter_ref(name: str) -> Json:
    return {"$ref": f"#/components/parameters/{name}"}


def path_parameter(name: str, words: str) -> Json:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": words,
        "schema": {"type": "string", "pattern": r"^[A-Za-z0-9\-.]{1,64}$"},
    }


def query_parameter(name: str, words: str, schema: Json, *, required: bool = False) -> Json:
    return {
        "name": name, "in": "query", "required": required, "description": words, "schema": schema,
    }  # fmt: skip


def header(name: str, words: str, schema: Json | None = None, *, required: bool = False) -> Json:
    return {
        "name": name,
        "in": "header",
        "required": required,
        "description": words,
        "schema": schema or {"type": "string"},
    }


ID = path_parameter("id", "The resource's id.")
VERSION_ID = path_parameter("version_id", "The version: what its ETag has between the quotes.")
TAGGED = {name: {"$ref": f"#/components/headers/{name}"} for name in ("ETag", "Last-Modified")}
MADE = TAGGED | {"Location": {"$ref": "#/components/headers/Location"}}
HEADERS = {
    name: {"description": words, "schema": {"type": "string"}}
    for name, words in (
        ("ETag", "The version."),
        ("Last-Modified", "When it was made."),
        ("Location", "Its address."),
        ("Content-Location", "The job's address."),
    )
}


def content(schema: Json, example: str = "") -> Json:
    """``example``: the name of a component."""
    told: Json = {"schema": schema}
    if example:
        told["examples"] = {"made-up": {"$ref": f"#/components/examples/{example}"}}
    return {FHIR: told}


def answer(words: str, schema: Json, example: str = "", headers: Json | None = None) -> Json:
    told: Json = {"description": words, "content": content(schema, example)}
    return {**told, "headers": headers} if headers else told


def refusals(further: str = "") -> Json:
    """By status: those that any request may meet, and those beside them."""
    statuses = sorted({*_ALWAYS.split(), *further.split()})
    return {each: {"$ref": f"#/components/responses/{each}"} for each in statuses}


def responses() -> Json:
    """The components that ``refusals`` refers to."""
    outcome = content(ref("OperationOutcome"))
    told: Json = {each: {"description": words} for each, words in STATUSES.items()}
    for status, each in told.items():
        if status != "304":
            each["content"] = outcome
    return told
