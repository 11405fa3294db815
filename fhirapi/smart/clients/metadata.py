"""Client metadata: the members of RFC 7591 section 2 taken in, and told again.

Unknown members and ``software_statement`` are ignored, as the RFC lets a server do. Members in
other languages (``client_name#fr``) are unknown ones.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from fhirapi.smart.access.writes import writes
from fhirapi.smart.clients import registration
from fhirapi.smart.clients.registration import Details
from fhirapi.smart.models import Client

Kind = Client.Kind

NO_SECRET, BASIC, POST, SIGNED = (
    "none", "client_secret_basic", "client_secret_post", "private_key_jwt",
)  # fmt: skip
_KINDS = {NO_SECRET: Kind.PUBLIC, BASIC: Kind.SYMMETRIC, POST: Kind.SYMMETRIC,
          SIGNED: Kind.ASYMMETRIC}  # fmt: skip
_CODE, _REFRESH, _CREDENTIALS = "authorization_code", "refresh_token", "client_credentials"
_DEFAULT_SCOPE = "launch/patient openid fhirUser offline_access patient/*.rs"
_DEFAULT_SYSTEM_SCOPE = "system/*.rs"
_URIS = ("client_uri", "logo_uri", "policy_uri", "tos_uri", "jwks_uri", "launch_uri")
_NAMES = {"name": "client_name", "scopes": "scope"}
"""RFC 7591's words for what ``Details`` calls differently."""


class WrongMetadata(Exception):
    """``error`` is one of RFC 7591 section 3.2.2, the text says what to mend."""

    def __init__(self, text: str, error: str = "invalid_client_metadata") -> None:
        super().__init__(text)
        self.error = error


def auth_method(given: Mapping[str, Any]) -> str:
    method = _text(given, "token_endpoint_auth_method") or BASIC
    if method not in _KINDS:
        known = ", ".join(_KINDS)
        raise WrongMetadata(f"token_endpoint_auth_method: Use one of {known}.")
    return method


def details(given: Mapping[str, Any]) -> Details:
    """Raises WrongMetadata."""
    kind = _kind(given)
    redirect_uris = tuple(_texts(given, "redirect_uris"))
    is_backend = kind == Kind.BACKEND
    scope = _text(given, "scope") or (_DEFAULT_SYSTEM_SCOPE if is_backend else _DEFAULT_SCOPE)
    jwks = given.get("jwks")
    if jwks is not None and not isinstance(jwks, dict):
        raise WrongMetadata("jwks: This member must be an object.")
    told = Details(
        kind=kind,
        name=_text(given, "client_name") or _name_for(redirect_uris),
        redirect_uris=redirect_uris,
        allowed_origins=_origins(kind, redirect_uris),
        scopes=tuple(dict.fromkeys(scope.split())),
        jwks=jwks,
        contacts=tuple(_texts(given, "contacts")),
        client_uri=_text(given, "client_uri"),
        logo_uri=_text(given, "logo_uri"),
        policy_uri=_text(given, "policy_uri"),
        tos_uri=_text(given, "tos_uri"),
        jwks_uri=_text(given, "jwks_uri"),
        launch_uri=_text(given, "launch_uri"),
    )
    _require(told)
    return told


def told(client: Client) -> dict[str, Any]:
    """The app's registered metadata. RFC 7591 section 3.2.1"""
    is_backend = client.kind == Kind.BACKEND
    members: dict[str, Any] = {
        "client_id": client.client_id,
        "client_id_issued_at": int(client.created.timestamp()),
        "client_name": client.name,
        "token_endpoint_auth_method": client.token_endpoint_auth_method,
        "grant_types": [_CREDENTIALS] if is_backend else [_CODE, _REFRESH],
        "response_types": [] if is_backend else ["code"],
        "scope": client.allowed_scopes,
        "redirect_uris": client.redirect_uris.split(),
        "contacts": client.contacts,
        "jwks": client.jwks,
        **{name: getattr(client, name) for name in _URIS},
    }
    if any(map(writes, client.allowed_scopes.split())):  # ours: RFC 7591 lets a server say more
        members["provider_access"] = "approved" if client.may_write else "not approved"
    # An empty list says something of these; of the others it would only be noise.
    said = ("redirect_uris", "response_types")
    return {name: value for name, value in members.items() if value or name in said}


def _kind(given: Mapping[str, Any]) -> str:
    kind = _KINDS[auth_method(given)]
    grants = set(_texts(given, "grant_types") or [_CODE])
    if unknown := grants - {_CODE, _REFRESH, _CREDENTIALS}:
        raise WrongMetadata(f"grant_types: {registration.short(min(unknown))} is not offered.")
    responses = set(_texts(given, "response_types"))
    if _CREDENTIALS not in grants:
        if _CODE not in grants:
            raise WrongMetadata("grant_types: authorization_code is missing.")
        if responses - {"code"}:
            raise WrongMetadata("response_types: Only code is offered.")
        return kind
    if grants != {_CREDENTIALS}:
        raise WrongMetadata(
            "grant_types: An app that people sign in to cannot use client_credentials as well. "
            "Register the backend service by itself."
        )
    if kind != Kind.ASYMMETRIC:
        raise WrongMetadata(
            "token_endpoint_auth_method: A backend service (client_credentials) signs with a key "
            "pair. Use private_key_jwt."
        )
    if responses:
        raise WrongMetadata("response_types: A backend service has none.")
    return Kind.BACKEND


def _require(wanted: Details) -> None:
    problems = registration.problems(wanted)
    if not problems:
        return
    of_uris = problems.pop("redirect_uris", None)
    if of_uris:
        raise WrongMetadata(f"redirect_uris: {of_uris[0]}", "invalid_redirect_uri")
    name, texts = next(iter(problems.items()))
    raise WrongMetadata(f"{_NAMES.get(name, name)}: {texts[0]}")


def _origins(kind: str, redirect_uris: tuple[str, ...]) -> tuple[str, ...]:
    """A public app may run in a browser, which then asks us from its own origin."""
    return registration.origins_of(redirect_uris) if kind == Kind.PUBLIC else ()


def _name_for(redirect_uris: tuple[str, ...]) -> str:
    """What people read of an app that tells no name: where it sends them."""
    try:
        return (urlsplit(redirect_uris[0]).netloc if redirect_uris else "") or "Unnamed app"
    except ValueError:  # told of as a wrong redirect URI soon after
        return "Unnamed app"


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise WrongMetadata(f"{name}: This member must be a string.")
    return value.strip()


def _texts(given: Mapping[str, Any], name: str) -> list[str]:
    value = given.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise WrongMetadata(f"{name}: This member must be an array of strings.")
    return list(dict.fromkeys(value))
