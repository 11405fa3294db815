"""What a kick-off asks for: a manifest as JSON, or the same as a Parameters resource.

https://github.com/smart-on-fhir/bulk-import/blob/master/import-manifest.md
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fhirapi.bulk.asked import NDJSON
from fhirapi.bulk.importing.problems import bad_manifest
from fhirapi.definitions import registry

_MOST = 1_000  # files
_LONGEST = 4_000  # characters of an address
_ENCODINGS = frozenset({"gzip", "identity"})


@dataclass(frozen=True)
class Input:
    resource_type: str
    url: str


@dataclass(frozen=True)
class Asked:
    source: str
    inputs: tuple[Input, ...]


def asked(body: Any) -> Asked:
    """Raises the 400 outcome for what is no manifest, or asks for what is not done here."""
    if type(body) is not dict:
        raise bad_manifest("it is no JSON object.")
    if body.get("resourceType") == "Parameters":
        body = _of_parameters(body)
    if body.get("inputFormat") != NDJSON:
        raise bad_manifest(f"inputFormat is {NDJSON}.")
    _require_storage(body.get("storageDetail", {"type": "https"}))
    inputs = body.get("input")
    if type(inputs) is not list or not 1 <= len(inputs) <= _MOST:
        raise bad_manifest(f"input is a list of 1 to {_MOST} files.")
    return Asked(
        _uri(body.get("inputSource")),
        tuple(_input(number, each) for number, each in enumerate(inputs, 1)),
    )


def _uri(value: Any) -> str:
    if type(value) is not str or ":" not in value or not value.isascii() or " " in value:
        raise bad_manifest("inputSource is the URI of where the data comes from.")
    if not value.isprintable() or len(value) > _LONGEST:
        raise bad_manifest("inputSource is the URI of where the data comes from.")
    return value


def _require_storage(detail: Any) -> None:
    if type(detail) is not dict or detail.get("type") != "https":
        raise bad_manifest("storageDetail.type is https; there is no other.")
    encodings = detail.get("contentEncoding", [])
    if type(encodings) is not list or not all(
        type(each) is str and each in _ENCODINGS for each in encodings
    ):
        raise bad_manifest("storageDetail.contentEncoding is a list of gzip and identity.")


def _input(number: int, given: Any) -> Input:
    if type(given) is not dict:
        raise bad_manifest(f"input {number} is no object.")
    kind, url = given.get("type"), given.get("url")
    if type(kind) is not str or registry.find(kind) is None:
        raise bad_manifest(f"input {number} has no type that this server stores.")
    if type(url) is not str or not 0 < len(url) <= _LONGEST:
        raise bad_manifest(f"input {number} has no url.")
    return Input(kind, url)


def _of_parameters(resource: dict[str, Any]) -> dict[str, Any]:
    """The same as a manifest: parts become members, what may repeat a list."""
    found: dict[str, Any] = {}
    for name, value in _members(resource.get("parameter")):
        if name == "input":
            found.setdefault("input", []).append(value)
        elif name in found:
            raise bad_manifest("a parameter is given twice.")
        else:
            found[name] = value
    detail = found.get("storageDetail")
    if type(detail) is dict and type(detail.get("contentEncoding")) is str:
        detail["contentEncoding"] = [detail["contentEncoding"]]
    return found


def _members(parameters: Any) -> Iterator[tuple[str, Any]]:
    if type(parameters) is not list:
        raise bad_manifest("a Parameters resource has a list of parameters.")
    for each in parameters:
        if type(each) is not dict or type(each.get("name")) is not str:
            raise bad_manifest("each parameter has a name.")
        if "part" in each:
            yield each["name"], dict(_members(each["part"]))
        else:
            yield each["name"], next((each[key] for key in each if key.startswith("value")), None)
