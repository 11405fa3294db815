"""Tokens for backend services: one statement issues, audit included.

What was read of a service before is used again, and the statement makes sure that it still is so.
https://hl7.org/fhir/smart-app-launch/backend-services.html, RFC 6749 section 4.4
"""

from dataclasses import dataclass
from functools import lru_cache

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from fhirapi.audit.record import address_of
from fhirapi.smart.access.granular import is_understood
from fhirapi.smart.access.overlap import common
from fhirapi.smart.access.scopes import MOST
from fhirapi.smart.answers import Refused, answer
from fhirapi.smart.clients import assertion
from fhirapi.smart.clients.client_auth import (
    DISABLED,
    UNKNOWN_ISSUER,
    authenticate_request,
    require_signing,
    shown_by,
)
from fhirapi.smart.models import Client
from fhirapi.smart.secrets import token_checksum
from fhirapi.smart.tokens import jwt
from fhirapi.sql import Statement

_SIGN = "client_credentials needs a signed assertion (private_key_jwt)."
_WRONG_KIND = "This client is not registered as a backend service."
_NOT_APPROVED = "An administrator has not approved this service, or the approval has ended."
_NO_SCOPE = "scope is missing: name system/ scopes that the service is registered for."
_TOO_MANY = f"scope names more than {MOST}."
_NO_SUCH_SCOPE = "None of these scopes is among those the service is registered and approved for."

_FIND = Statement("""
SELECT client.id, client.kind, client.jwks, client.jwks_uri, client.allowed_scopes,
       client.disabled_at IS NOT NULL, standing.id, standing.account_id, standing.scope,
       standing.patient_ids
FROM fhirapi_client client
LEFT JOIN LATERAL (
    SELECT access.* FROM fhirapi_dataaccessgrant access
    JOIN portal_account account ON account.id = access.account_id AND account.is_active
    WHERE access.client_id = client.id AND access.revoked_at IS NULL
      AND (access.expires_at IS NULL OR access.expires_at > now())
    ORDER BY access.id DESC LIMIT 1
) standing ON true
WHERE client.client_id = %(client_id)s
""")
_ISSUE = Statement("""
WITH still AS (  -- the service is as it was when its assertion was checked
    SELECT true AS is_so
    FROM fhirapi_client client
    JOIN fhirapi_dataaccessgrant access ON access.id = %(grant)s AND access.revoked_at IS NULL
        AND (access.expires_at IS NULL OR access.expires_at > now())
        AND access.scope = %(approved)s
        AND access.patient_ids IS NOT DISTINCT FROM %(patient_ids)s::text[]
    JOIN portal_account account ON account.id = access.account_id AND account.is_active
    WHERE client.id = %(client)s AND client.disabled_at IS NULL AND client.kind = %(kind)s
      AND client.jwks IS NOT DISTINCT FROM %(jwks)s::jsonb AND client.jwks_uri = %(jwks_uri)s
      AND client.allowed_scopes = %(registered)s
), spent AS (  -- whoever comes with the same assertion gets no row
    INSERT INTO fhirapi_spentassertion (digest, expires_at)
    SELECT %(digest)s, %(assertion_expires)s::timestamptz FROM still
    ON CONFLICT DO NOTHING RETURNING digest
), access AS (
    INSERT INTO fhirapi_accesstoken
        (token, token_checksum, user_id, application_id, data_access_grant_id, scope, resource,
         expires, created, updated)
    SELECT '', %(access)s, %(account_id)s, %(client)s, %(grant)s, %(scope)s, '[]',
           now() + make_interval(secs => %(lifetime)s), now(), now()
    FROM spent
), logged AS (
    INSERT INTO fhirapi_auditrecord
        (action, outcome, account_id, client_id, patient_ids, address)
    SELECT 'token', 'success', %(account_id)s, %(client_id)s, %(patient_ids)s, %(address)s
    FROM spent
    RETURNING id
)
SELECT (SELECT is_so FROM still), (SELECT id FROM logged)
""")
_MOST_REMEMBERED = 1000
_CHANGED = "The service was changed at this moment. Ask again."


@dataclass(frozen=True, slots=True)
class _Service:
    client_id: int
    kind: str
    jwks: str | None
    """As JSON."""
    jwks_uri: str
    allowed_scopes: str
    is_disabled: bool
    grant_id: int | None
    account_id: int | None
    granted_scopes: str | None
    patient_ids: list[str] | None


_remembered: dict[str, _Service] = {}


def issue(request: HttpRequest) -> HttpResponse:
    """Raises Refused."""
    shown = shown_by(request.POST.dict(), request.META.get("HTTP_AUTHORIZATION", ""))
    if not (shown.assertion or shown.assertion_type):
        authenticate_request(request)  # says what is wrong with who it is, if that is wrong
        raise Refused("unauthorized_client", _SIGN)
    found = assertion.unverified(shown.assertion, shown.assertion_type, shown.client_id)
    asked = _Asked(found, request.POST.get("scope") or "", address_of(request))
    service = _remembered.get(found.client_id)
    return (service and _as_remembered(service, asked)) or _as_stored(asked)


@dataclass(frozen=True, slots=True)
class _Asked:
    assertion: assertion.Unverified
    scope: str
    address: str | None


def _as_remembered(service: _Service, asked: _Asked) -> HttpResponse | None:
    """None: not for certain. It may have got another key or scope since."""
    try:
        return _attempt(service, asked)
    except Refused:
        return None


def _as_stored(asked: _Asked) -> HttpResponse:
    client_id = asked.assertion.client_id
    service = _find(client_id)
    response = _attempt(service, asked)
    if response is None:
        raise Refused("invalid_client", _CHANGED)
    if len(_remembered) >= _MOST_REMEMBERED:
        _remembered.clear()
    _remembered[client_id] = service
    return response


def _attempt(service: _Service, asked: _Asked) -> HttpResponse | None:
    """None: the service is no longer what it is said to be. Raises Refused."""
    client_id = asked.assertion.client_id
    client = _client(client_id, service.kind, service.jwks, service.jwks_uri)
    require_signing(client)
    verified = assertion.verify(asked.assertion, client)
    scope = _granted(service, asked.scope)
    return _issue(service, client_id, verified, scope, asked.address)


def _find(client_id: str) -> _Service:
    rows = _FIND.fetch({"client_id": client_id}) if "\x00" not in client_id else []
    if not rows:
        raise Refused("invalid_client", UNKNOWN_ISSUER)
    return _Service(*rows[0])


@lru_cache(maxsize=1000)
def _client(client_id: str, kind: str, jwks: str | None, jwks_uri: str) -> Client:
    """As much of it as authentication reads; making one takes longer than its statement."""
    return Client(
        client_id=client_id,
        client_secret="",  # else the toolkit makes one up, which takes as long as a signature
        kind=kind,
        jwks=orjson.loads(jwks or "null"),
        jwks_uri=jwks_uri,
    )


def _granted(service: _Service, asked: str) -> str:
    if service.is_disabled:
        raise Refused("invalid_client", DISABLED)
    if service.kind != Client.Kind.BACKEND:
        raise Refused("unauthorized_client", _WRONG_KIND)
    if service.granted_scopes is None:
        raise Refused("unauthorized_client", _NOT_APPROVED)
    if not asked.strip():
        raise Refused("invalid_scope", _NO_SCOPE)
    if len(asked.split()) > MOST:
        raise Refused("invalid_scope", _TOO_MANY)
    scope = _common(asked, service.allowed_scopes, service.granted_scopes)
    if not scope:
        raise Refused("invalid_scope", _NO_SUCH_SCOPE)
    return scope


@lru_cache(maxsize=1000)
def _common(asked: str, registered: str, approved: str) -> str:
    """Only ``system/``: the other contexts are about a person, and none takes part.

    And only what is understood here: what opens nothing is not told as granted.
    """
    of_system = [
        word for word in asked.split() if word.startswith("system/") and is_understood(word)
    ]
    return " ".join(common(common(of_system, registered.split()), approved.split()))


def _issue(
    service: _Service,
    client_id: str,
    verified: assertion.Verified,
    scope: str,
    address: str | None,
) -> HttpResponse | None:
    access_token = jwt.sign(
        account_id=service.account_id, client_id=client_id, scope=scope, patient_id=None
    )
    written = _ISSUE.fetch_one(
        {
            "digest": verified.digest,
            "assertion_expires": verified.expires_at,
            "access": token_checksum(access_token),
            "account_id": service.account_id,
            "client": service.client_id,
            "client_id": client_id,
            "grant": service.grant_id,
            "scope": scope,
            "approved": service.granted_scopes,
            "registered": service.allowed_scopes,
            "kind": service.kind,
            "jwks": service.jwks,
            "jwks_uri": service.jwks_uri,
            "lifetime": settings.ACCESS_TOKEN_LIFETIME,
            "patient_ids": service.patient_ids,
            "address": address,
        }
    )
    is_so, record_id = written or (None, None)
    if is_so is None:
        return None
    if record_id is None:
        raise assertion.replayed()
    return answer(
        {
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": settings.ACCESS_TOKEN_LIFETIME,
            "scope": scope,
        }
    )
