"""Access tokens as JWTs (RFC 9068): signed here, read here.

The signature says the claims are ours; whether the token still lives is asked of the database in
the same statement that fetches the data. So verified claims may be kept in memory.
"""

import time
import uuid
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jwt
import orjson
from django.conf import settings

from fhirapi.outcomes import Outcome, malformed_token, token_expired
from fhirapi.smart import jws, rates
from fhirapi.smart.access.decision import Access
from fhirapi.smart.access.scopes import Scope, parse
from fhirapi.smart.answers import too_many_tokens
from fhirapi.smart.secrets import token_checksum
from fhirapi.smart.tokens import key_ring
from fhirapi.smart.tokens.identity import own_record
from fhirapi.smart.tokens.key_ring import Ring


@dataclass(frozen=True, slots=True)
class Claims:
    checksum: str
    """Names the token in the database."""
    client_id: str
    account_id: str | None
    """Whose token it is; None: a service's own."""
    scopes: tuple[Scope, ...]
    expires: int
    patient_id: str | None
    """Whom scopes that begin with ``patient/`` are about."""
    access: Access
    """What the scopes open."""


def sign(
    *,
    account_id: int | None,
    client_id: str,
    scope: str,
    patient_id: str | None,
    fhir_user: str | None = None,
) -> str:
    _count(client_id, account_id)
    now = int(time.time())
    claims: dict[str, Any] = {
        "iss": settings.FHIR_BASE_URL,
        "aud": settings.FHIR_BASE_URL,
        "sub": str(account_id) if account_id else client_id,
        "client_id": client_id,
        "scope": scope,
        "iat": now,
        "exp": now + settings.ACCESS_TOKEN_LIFETIME,
        "jti": uuid.uuid4().hex,
    }
    if patient_id:
        claims["patient"] = patient_id
    if fhir_user:
        claims["fhirUser"] = fhir_user
    key = key_ring.current().signing()
    signed = key.access_header + b"." + jws.encoded(orjson.dumps(claims))
    return (signed + b"." + jws.encoded(key.sign_access(signed))).decode()


def _count(client_id: str, account_id: int | None) -> None:
    """Here every token passes, and only those of clients that have shown who they are.

    Else somebody could use up another's rate with its name alone. Raises Refused.
    """
    rate = rates.take(client_id, str(account_id) if account_id else None)
    if rate.wait:
        raise too_many_tokens(rate.wait, rate.headers())


def sign_id_token(claims: dict[str, Any], *, client_id: str) -> str:
    """https://openid.net/specs/openid-connect-core-1_0.html#IDToken"""
    now = int(time.time())
    own = {
        "iss": settings.FHIR_BASE_URL,
        "aud": client_id,
        "iat": now,
        "exp": now + settings.ACCESS_TOKEN_LIFETIME,
    }
    key = key_ring.current().signing()
    return jwt.encode({**claims, **own}, key.of_identity, "RS256", headers={"kid": key.kid})


def read(token: str) -> Claims:
    """Raises the 401 outcome for a token that is not ours, altered or past its time."""
    claims = _verified(token, key_ring.current())
    if claims.expires <= time.time():
        raise token_expired()
    return claims


def is_ours(token: str) -> bool:
    """Whether ``read`` would take it."""
    try:
        read(token)
    except Outcome:
        return False
    return True


@lru_cache(maxsize=10_000)
def _verified(token: str, ring: Ring) -> Claims:
    """Remembered with the keys it was verified by: it is verified anew when those change."""
    try:
        key = _key_of(token, ring)
        claims = jwt.decode(
            token,
            key,
            algorithms=[key.algorithm_name],
            audience=settings.FHIR_BASE_URL,
            issuer=settings.FHIR_BASE_URL,
            options={"verify_exp": False, "require": ["exp", "client_id", "scope"]},
        )
    except jwt.InvalidTokenError:
        raise malformed_token() from None
    scopes, patient_id = parse(claims["scope"]), claims.get("patient")
    client_id, subject = claims["client_id"], claims.get("sub")
    return Claims(
        token_checksum(token),
        client_id,
        None if subject == client_id else subject,
        scopes,
        claims["exp"],
        patient_id,
        Access(scopes, patient_id, claims.get("fhirUser")),
    )


def _key_of(token: str, ring: Ring) -> jwt.PyJWK:
    """By its name alone. RFC 9068 2.1 wants access tokens of RS256 understood as well."""
    kid = jwt.get_unverified_header(token).get("kid")
    key = key_ring.usable(kid, ring) if isinstance(kid, str) else None
    if key is None:
        raise jwt.InvalidTokenError
    return key


def access_token_for_request(request: Any) -> str:
    """django-oauth-toolkit's ACCESS_TOKEN_GENERATOR."""
    account_id = request.data_access_grant.account_id
    patient_id = request.patient_id  # set by the validator
    return sign(
        account_id=account_id,
        client_id=request.client.client_id,
        scope=" ".join(request.scopes),
        patient_id=patient_id,
        fhir_user=own_record(account_id, patient_id) if "fhirUser" in request.scopes else None,
    )
