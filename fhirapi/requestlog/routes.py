"""A request's address without what is personal in it: ``GET Observation?patient&category``.

Ids become ``{id}``; of the query the names that we know stay, without modifiers and values.
"""

import re
from functools import lru_cache
from urllib.parse import unquote_plus

from django.urls import ResolverMatch

from fhirapi.definitions import registry
from fhirapi.definitions.schema import ResourceType

_BASE = "R4-patient-api/"
_PROVIDER_API = "provider-api/v1/"
_PLACE = re.compile(r"<(?:\w+:)?(\w+)>")
_NAMES = {"resource_id": "{id}", "patient_id": "{id}", "version_id": "{version}"}
_OF_THE_GUIDE = re.compile(r"(single|multiple/api)/\(")
_UNKNOWN = "(unknown)"
_MOST_NAMES = 20
_OF_ALL_TYPES = frozenset({
    "_id", "_lastUpdated", "_count", "_sort", "_include", "_revinclude", "_summary", "_elements",
    "_total", "_has", "_format", "_pretty", "_page", "_since", "_at", "_type", "_security", "_tag",
    "_profile", "_source", "_text", "_content", "_list", "_query", "_filter", "_contained",
    "id", "patient", "start", "end", "type", "on-demand",
    "response_type", "client_id", "redirect_uri", "scope", "state", "aud", "launch", "nonce",
    "code_challenge", "code_challenge_method", "prompt",
})  # fmt: skip


def route(method: str, match: ResolverMatch, query: str) -> str:
    if match.route.startswith(_PROVIDER_API):
        return f"{method} {_of_provider_api(match)}"
    kind = match.kwargs.get("resource_type")
    if kind is None and "name" in match.kwargs:
        kind = registry.find_in_any_case(match.kwargs["name"])
    path = _path(match.route, kind.name if kind else _UNKNOWN)
    return f"{method} {path}{_names(query, kind) if query else ''}"


def _of_provider_api(match: ResolverMatch) -> str:
    """Without the names of filters: each kind has its own."""
    if "<anything:rest>" in match.route:
        return _UNKNOWN
    kind = match.kwargs.get("kind")
    known = {"kind": kind.name if kind else _UNKNOWN}
    return _PLACE.sub(lambda place: known.get(place[1], "{id}"), match.route)


@lru_cache(maxsize=2000)
def _path(pattern: str, kind: str) -> str:
    pattern = pattern.removeprefix(_BASE)
    if of_the_guide := _OF_THE_GUIDE.search(pattern):
        return f"{of_the_guide[1]}/{kind}"
    if "token" in pattern:
        return "oauth2/token"
    if "patient-service" in pattern:
        return "patient-service"
    if "<anything:rest>" in pattern:
        return _UNKNOWN
    known = {**_NAMES, "resource_type": kind}
    return _PLACE.sub(lambda place: known.get(place[1], f"{{{place[1]}}}"), pattern) or "metadata"


def _names(query: str, kind: ResourceType | None) -> str:
    names = tuple(part.partition("=")[0] for part in query.split("&", _MOST_NAMES)[:_MOST_NAMES])
    return _shown(names, kind)


@lru_cache(maxsize=2000)
def _shown(names: tuple[str, ...], kind: ResourceType | None) -> str:
    known = dict.fromkeys(_known(unquote_plus(name), kind) for name in names if name)
    return f"?{'&'.join(known)}" if known else ""


def _known(name: str, kind: ResourceType | None) -> str:
    base = name.partition(":")[0].partition(".")[0]
    is_known = base in _OF_ALL_TYPES or (kind is not None and kind.parameter(base) is not None)
    return base if is_known else _UNKNOWN
