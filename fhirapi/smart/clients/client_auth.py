"""How a client shows who it is: the one way that suits its kind, and no other. RFC 6749 2.3

A public client names itself; a confidential one sends a secret or an assertion, as it was
registered. What is registered for the stronger way never gets in by the weaker.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_plus

import orjson
from django.http import HttpRequest

from fhirapi.smart.answers import Refused, wrong_key, wrong_secret
from fhirapi.smart.clients import assertion, clients
from fhirapi.smart.models import Client, RefreshToken
from fhirapi.smart.people import keys
from fhirapi.smart.secrets import token_checksum

_ONE_WAY = "Authenticate in one way only: Basic header, client_secret or client_assertion."
_SIGNS = "This client authenticates with a signed assertion (private_key_jwt) only."
_HAS_NO_SECRET = "This client is public: send its client_id and no secret."  # noqa: S105 - a sentence
DISABLED = "This client has been disabled. Its page in the developer portal says so too."
UNKNOWN_ISSUER = "The assertion's iss is not a registered client_id."
_WHO = "Say who asks: client_id and, unless the client is public, its secret or assertion."


@dataclass(frozen=True)
class Shown:
    """What a request shows of its sender."""

    client_id: str
    secret: str
    assertion: str
    assertion_type: str


def authenticate_request(request: HttpRequest) -> Client:
    return authenticate(request.POST.dict(), request.META.get("HTTP_AUTHORIZATION", ""))


def authenticate(fields: Mapping[str, str], authorization: str) -> Client:
    """The client whose request this is. Raises Refused."""
    shown = shown_by(fields, authorization)
    if not (shown.client_id or shown.assertion or shown.assertion_type):
        client = _public_holder(fields.get("refresh_token", ""))
    else:
        client = _signed(shown) if shown.assertion or shown.assertion_type else _named(shown)
    if client.disabled_at is not None:
        raise Refused("invalid_client", DISABLED)
    return client


def basic_credentials(authorization: str) -> tuple[str, str] | None:
    """client_id and client_secret of a Basic header; None if it is none."""
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(value.strip()).decode().partition(":")
    except ValueError:  # no base64, no UTF-8 behind it, or not even ASCII
        return "", ""
    return unquote_plus(client_id), unquote_plus(secret)


def shown_by(fields: Mapping[str, str], authorization: str) -> Shown:
    in_header = basic_credentials(authorization)
    client_id, secret = fields.get("client_id") or "", fields.get("client_secret") or ""
    signed = fields.get("client_assertion") or "", fields.get("client_assertion_type") or ""
    # A header without a password is how some libraries name a public client.
    ways = [bool(in_header and in_header[1]), bool(secret), any(signed)]
    if sum(ways) > 1:
        raise Refused("invalid_request", _ONE_WAY)
    if in_header is not None:
        if not in_header[0]:
            raise wrong_secret("The Basic header names no client.")
        if client_id and client_id != in_header[0]:
            raise Refused("invalid_request", "The header and the form name different clients.")
        client_id, secret = in_header[0], in_header[1] or secret
    if "\x00" in client_id + secret:
        raise wrong_key()
    return Shown(client_id, secret, *signed)


def _signed(shown: Shown) -> Client:
    found = assertion.unverified(shown.assertion, shown.assertion_type, shown.client_id)
    client = _find(found.client_id)
    if client is None:
        raise Refused("invalid_client", UNKNOWN_ISSUER)
    require_signing(client.kind)
    jwks = orjson.dumps(client.jwks).decode()
    assertion.spend(assertion.verify(found, jwks, client.jwks_uri))
    return client


def require_signing(kind: str) -> None:
    if kind not in (Client.Kind.ASYMMETRIC, Client.Kind.BACKEND):
        raise Refused("invalid_client", "This client is not registered for signed assertions.")


def _named(shown: Shown) -> Client:
    client = _find(shown.client_id)
    if client is None or client.kind == Client.Kind.ACCESS_KEY:
        return _with_access_key(shown)
    match client.kind:
        case Client.Kind.PUBLIC if shown.secret:
            raise wrong_secret(_HAS_NO_SECRET)
        case Client.Kind.PUBLIC:
            return client
        case Client.Kind.SYMMETRIC if clients.has_secret(client, shown.secret):
            return client
        case Client.Kind.SYMMETRIC:
            raise wrong_secret("client_id or client_secret is wrong, or the secret has expired.")
        case _:
            raise wrong_secret(_SIGNS)


def _public_holder(refresh_token: str) -> Client:
    """The SMART JS client lets the token say whose it is; RFC 6749 6 asks a public one no more."""
    held = RefreshToken.objects.select_related("application").filter(
        token_checksum=token_checksum(refresh_token), application__kind=Client.Kind.PUBLIC
    )
    token = held.first() if refresh_token else None
    if token is None:
        raise wrong_secret(_WHO)
    holder: Client = token.application
    return holder


def _with_access_key(shown: Shown) -> Client:
    key = keys.find(shown.client_id)
    is_right = keys.has_secret(key, shown.secret)
    if key is None or not is_right:
        raise wrong_key()
    if why := keys.why_unusable(key):
        raise wrong_secret(why)
    return key.data_access_grant.client


def _find(client_id: str) -> Client | None:
    if "\x00" in client_id:
        return None
    found: Client | None = Client.objects.filter(client_id=client_id).first()
    return found
