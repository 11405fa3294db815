"""Requests, folders and scripts as Postman writes them."""

from collections.abc import Sequence
from typing import Any

Json = dict[str, Any]

NO_TOKEN: Json = {"type": "noauth"}
_FHIR = "application/fhir+json"


def variable(name: str) -> str:
    return f"{{{{{name}}}}}"


def pairs(**values: str) -> list[Json]:
    """The parameters of a kind of authorization."""
    return [{"key": name, "value": value, "type": "string"} for name, value in values.items()]


def address(*path: str, query: Sequence[Json] = ()) -> Json:
    """Below the FHIR base."""
    shown = [each for each in query if not each.get("disabled")]
    asked = "&".join(f"{each['key']}={each['value']}" for each in shown)
    raw = "/".join([variable("fhir_base_url"), *path])
    told: Json = {
        "raw": f"{raw}?{asked}" if asked else raw,
        "host": [variable("fhir_base_url")],
        "path": list(path),
    }
    return {**told, "query": list(query)} if query else told


def parameter(name: str, value: str, words: str = "", *, is_on: bool = True) -> Json:
    told: Json = {"key": name, "value": value}
    if words:
        told["description"] = words
    return told if is_on else {**told, "disabled": True}


def request(
    method: str,
    url: Json,
    words: str,
    *,
    headers: dict[str, str] | None = None,
    body: Json | None = None,
    auth: Json | None = None,
) -> Json:
    given = {"Accept": _FHIR, **(headers or {})}
    told: Json = {
        "method": method,
        "header": [{"key": name, "value": value} for name, value in given.items()],
        "url": url,
        "description": words,
    }
    if body is not None:
        told["body"] = body
    if auth is not None:
        told["auth"] = auth
    return told


def form(**fields: str) -> Json:
    return {
        "mode": "urlencoded",
        "urlencoded": [
            {"key": name, "value": value, "type": "text"} for name, value in fields.items()
        ],
    }


def json_body(text: str) -> Json:
    return {"mode": "raw", "raw": text, "options": {"raw": {"language": "json"}}}


def item(name: str, asked: Json, *, tests: str = "", before: str = "") -> Json:
    told: Json = {"name": name, "request": asked, "response": []}
    events = [_event("prerequest", before), _event("test", tests)]
    if found := [each for each in events if each]:
        told["event"] = found
    return told


def folder(name: str, words: str, *items: Json) -> Json:
    return {"name": name, "description": words, "item": list(items)}


def _event(listen: str, script: str) -> Json | None:
    if not script:
        return None
    return {"listen": listen, "script": {"type": "text/javascript", "exec": script.splitlines()}}
