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
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import settings
from jwcrypto.jwk import JWK

from fhirapi.outcomes import malformed_token, token_expired
from fhirapi.smart import jws
from fhirapi.smart.access.decision import Access
from fhirapi.smart.access.scopes import Scope, parse
from fhirapi.smart.secrets import token_checksum
from fhirapi.smart.tokens.identity import own_record

_ALGORITHM = "RS256"


@dataclass(frozen=True, slots=True)
class Claims:
    checksum: str
    """Names the token in the database."""
    client_id: str
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
    signed = _header() + b"." + jws.encoded(orjson.dumps(claims))
    signature = _private_key().sign(signed, PKCS1v15(), SHA256())
    return (signed + b"." + jws.encoded(signature)).decode()


@lru_cache(maxsize=1)
def _header() -> bytes:
    return jws.encoded(orjson.dumps({"alg": _ALGORITHM, "typ": "at+jwt", "kid": key_id()}))


def sign_id_token(claims: dict[str, Any], *, client_id: str) -> str:
    """https://openid.net/specs/openid-connect-core-1_0.html#IDToken"""
    now = int(time.time())
    own = {
        "iss": settings.FHIR_BASE_URL,
        "aud": client_id,
        "iat": now,
        "exp": now + settings.ACCESS_TOKEN_LIFETIME,
    }
    return jwt.encode({**claims, **own}, _private_key(), _ALGORITHM, headers={"kid": key_id()})


def read(token: str) -> Claims:
    """Raises the 401 outcome for a token that is not ours, altered or past its time."""
    claims = _verified(token)
    if claims.expires <= time.time():
        raise token_expired()
    return claims


@lru_cache(maxsize=10_000)
def _verified(token: str) -> Claims:
    try:
        claims = jwt.decode(
            token,
            _private_key().public_key(),
            algorithms=[_ALGORITHM],
            audience=settings.FHIR_BASE_URL,
            issuer=settings.FHIR_BASE_URL,
            options={"verify_exp": False, "require": ["exp", "client_id", "scope"]},
        )
    except jwt.InvalidTokenError:
        raise malformed_token() from None
    scopes, patient_id = parse(claims["scope"]), claims.get("patient")
    return Claims(
        token_checksum(token),
        claims["client_id"],
        scopes,
        claims["exp"],
        patient_id,
        Access(scopes, patient_id, claims.get("fhirUser")),
    )


@lru_cache(maxsize=1)
def _private_key() -> RSAPrivateKey:
    key = load_pem_private_key(settings.JWT_PRIVATE_KEY.encode(), password=None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("JWT_PRIVATE_KEY must be an RSA key.")
    return key


@lru_cache(maxsize=1)
def public_jwk() -> dict[str, str]:
    """The key that verifies our tokens, as RFC 7517 wants it in the JWKS."""
    jwk = jwt.algorithms.RSAAlgorithm.to_jwk(_private_key().public_key(), as_dict=True)
    named = {"kty": jwk["kty"], "n": jwk["n"], "e": jwk["e"]}
    # RFC 7638; django-oauth-toolkit names the key of its id_tokens the same way.
    kid = str(JWK(**named).thumbprint())
    return {**named, "alg": _ALGORITHM, "use": "sig", "kid": kid}


def key_id() -> str:
    return public_jwk()["kid"]


def access_token_for_request(request: Any, refresh_token: bool = False) -> str:
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
