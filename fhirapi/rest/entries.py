"""What the entries of a batch or transaction ask for. https://hl7.org/fhir/R4/http.html#transaction"""

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from django.conf import settings

from fhirapi.definitions import registry
from fhirapi.definitions.schema import ResourceType
from fhirapi.outcomes import malformed_id, unknown_type
from fhirapi.patching import fhirpath_patch, json_patch
from fhirapi.rest.patch import JSON_PATCH
from fhirapi.rest.preconditions import version_of
from fhirapi.search.matching import pairs_of
from fhirapi.store import exact
from fhirapi.write_outcomes import bad_entry, too_many_values, wrong_type
from fhirapi.writing.change import Change, Create, Delete, Patch, Resource, Update

_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_READS = frozenset({"GET", "HEAD"})
_METHODS = frozenset({*_READS, "POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True)
class Read:
    method: str
    address: str
    """Below the FHIR base."""
    query: str
    headers: dict[str, str]
    """As WSGI names them."""


Asked = Change | Read


def asked(entry: Any, place: str) -> Asked:
    """``place``: the entry's FHIRPath. Raises an Outcome."""
    request = entry.get("request") if type(entry) is dict else None
    if type(request) is not dict:
        raise bad_entry("A request is expected, with method and url.")
    method, url = request.get("method"), request.get("url")
    if type(method) is not str or method not in _METHODS or type(url) is not str or not url:
        raise bad_entry("A request is expected, with method and url.")
    address, _, query = url.removeprefix(f"{settings.FHIR_BASE_URL}/").partition("?")
    if method in _READS or (method == "POST" and address.endswith("/_search")):
        return Read(_read_method(method), address.removesuffix("/_search"), query, _told(request))
    return _change(method, address, query, _Entry(entry, request, place))


def _read_method(method: str) -> str:
    return "GET" if method == "POST" else method


def _told(request: dict[str, Any]) -> dict[str, str]:
    """https://hl7.org/fhir/R4/bundle-definitions.html#Bundle.entry.request.ifNoneMatch"""
    named = {"ifNoneMatch": "HTTP_IF_NONE_MATCH", "ifModifiedSince": "HTTP_IF_MODIFIED_SINCE"}
    return {header: str(request[name]) for name, header in named.items() if name in request}


@dataclass(frozen=True)
class _Entry:
    entry: dict[str, Any]
    request: dict[str, Any]
    place: str

    @property
    def full_url(self) -> str:
        url = self.entry.get("fullUrl")
        return url if type(url) is str else ""

    def resource(self) -> Resource:
        found = self.entry.get("resource")
        if type(found) is not dict:
            raise bad_entry("A resource is expected.")
        return found

    def resource_of(self, resource_type: ResourceType) -> Resource:
        found = self.resource()
        if found.get("resourceType") != resource_type.name:
            raise wrong_type(resource_type.name)
        return found

    def text(self, name: str) -> str | None:
        found = self.request.get(name)
        if found is not None and type(found) is not str:
            raise bad_entry(f"{name} is a string.")
        return found


def _change(method: str, address: str, query: str, entry: _Entry) -> Change:
    name, _, resource_id = address.strip("/").partition("/")
    resource_type = registry.find(name)
    if resource_type is None:
        raise unknown_type(name)
    if method == "POST":
        if resource_id or query:
            raise bad_entry("POST creates: its url is the type alone.")
        return _create(resource_type, entry)
    if resource_id and (query or not _ID.fullmatch(resource_id)):
        raise malformed_id()
    if not resource_id and not query:
        raise bad_entry("An id is expected, or a search that finds one.")
    common: dict[str, Any] = {
        "resource_type": resource_type,
        "resource_id": resource_id or None,
        "condition": None if resource_id else pairs_of(query),
        "if_match": None if (etag := entry.text("ifMatch")) is None else version_of(etag),
        "full_url": entry.full_url,
        "place": entry.place,
    }
    if method == "DELETE":
        return Delete(**common)
    if method == "PATCH":
        return Patch(**common, patch=_patch(entry.resource()))
    only_new = unquote(entry.text("ifNoneMatch") or "").strip() == "*"
    return Update(**common, resource=entry.resource_of(resource_type), only_new=only_new)


def _create(resource_type: ResourceType, entry: _Entry) -> Create:
    condition = entry.text("ifNoneExist")
    return Create(
        resource_type=resource_type,
        resource=entry.resource_of(resource_type),
        if_none_exist=None if condition is None else pairs_of(condition),
        full_url=entry.full_url,
        place=entry.place,
    )


def _patch(document: Resource) -> Callable[[Resource], Resource]:
    """A Parameters resource, or a Binary that holds a JSON Patch."""
    if document.get("resourceType") == "Parameters":
        return fhirpath_patch.patch_of(document)
    if document.get("resourceType") == "Binary" and document.get("contentType") == JSON_PATCH:
        try:
            text = base64.b64decode(str(document.get("data", "")), validate=True).decode()
            patch = exact.parse(text)
            count = exact.size(patch)
        except ValueError:  # of base64, of UTF-8 or of JSON; or it is nested too deeply
            raise bad_entry("Binary.data is not base64 of a JSON Patch.") from None
        if count > exact.MOST_VALUES:
            raise too_many_values(exact.MOST_VALUES)
        return json_patch.patch_of(patch)
    raise bad_entry(f"A Parameters resource is expected, or a Binary with {JSON_PATCH}.")
