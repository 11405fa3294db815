"""A client's signed assertion: RFC 7523 section 3, as SMART narrows it.

https://hl7.org/fhir/smart-app-launch/client-confidential-asymmetric.html
"""

import hashlib
import time
from functools import lru_cache
from typing import Any, NamedTuple, TypeGuard

import orjson
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from django.conf import settings
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from fhirapi.smart import jws
from fhirapi.smart.answers import Refused
from fhirapi.smart.clients.jwks import ALGORITHMS, FetchProblem, Jwk, keys_at, usable
from fhirapi.sql import fetch_one

PublicKey = RSAPublicKey | EllipticCurvePublicKey

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
KEY_TYPES = {algorithm: kind for kind, algorithm in ALGORITHMS.items()}
LONGEST = 300
"""Seconds that an assertion may be good for."""
SKEW = 60
"""Seconds by which the client's clock may differ from ours."""
_MOST_CHARACTERS = 8000
_LONGEST_JTI = 255
_SPEND = """
INSERT INTO fhirapi_spentassertion (digest, expires_at) VALUES (%s, to_timestamp(%s))
ON CONFLICT DO NOTHING RETURNING digest
"""
_VERIFIERS = {"RSA": RSAAlgorithm(RSAAlgorithm.SHA384), "EC": ECAlgorithm(ECAlgorithm.SHA384)}


class Unverified(NamedTuple):
    """What an assertion says of itself; enough to find the client whose keys can prove it."""

    signed: bytes
    signature: bytes
    algorithm: str
    kid: str
    jku: Any
    claims: dict[str, Any]

    @property
    def client_id(self) -> str:
        return str(self.claims["iss"])


class Verified(NamedTuple):
    """An assertion of the client; it counts once it is spent, which works a single time."""

    digest: str
    expires: float
    """From then on it is refused for its time: seconds since 1970."""


def unverified(text: str, assertion_type: str, client_id: str = "") -> Unverified:
    """``client_id``: of the form, where one came along. RFC 7521 4.2: it must be the same."""
    if assertion_type != TYPE:
        raise _refused(f"client_assertion_type must be {TYPE}.")
    parts = _taken_apart(text)
    header, claims = parts.header, parts.payload
    algorithm, kid = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in KEY_TYPES:
        raise _refused("The assertion must be signed with RS384 or ES384.")
    if not isinstance(kid, str) or not kid:
        raise _refused("The assertion's header must name its key: kid.")
    issuer = claims.get("iss")
    if not isinstance(issuer, str) or not issuer or issuer != claims.get("sub"):
        raise _refused("The assertion's iss and sub must both be the client_id.")
    if client_id and client_id != issuer:
        raise _refused("The form's client_id is not that of the assertion.")
    return Unverified(parts.signed, parts.signature, algorithm, kid, header.get("jku"), claims)


def verify(found: Unverified, jwks: str, jwks_uri: str) -> Verified:
    """By the client's keys: at ``jwks_uri`` where it has one, else those of ``jwks`` (JSON)."""
    # A jku that was not registered would let whoever writes the header choose the keys.
    if found.jku is not None and found.jku != jwks_uri:
        raise _refused("The assertion's jku is not the registered jwks_uri.")
    _check_signature(found, _keys_at(jwks_uri, found) if jwks_uri else _keys_in(jwks, found))
    return _checked_claims(found)


def spend(verified: Verified) -> None:
    if fetch_one(_SPEND, [verified.digest, verified.expires]) is None:
        raise replayed()


def replayed() -> Refused:
    return _refused("The assertion was used before. Sign a new one, with a new jti, each time.")


def _taken_apart(text: str) -> jws.Parts:
    if len(text) > _MOST_CHARACTERS:
        raise _refused("The assertion is too long.")
    try:
        return jws.taken_apart(text)
    except ValueError:
        raise _refused("The assertion is not a signed JWT.") from None


def _keys_at(jwks_uri: str, found: Unverified) -> tuple[PublicKey, ...]:
    try:
        candidates = keys_at(jwks_uri, found.kid)
    except FetchProblem as problem:
        raise _refused(f"The keys at jwks_uri cannot be read: {problem}") from None
    return _suitable(candidates, KEY_TYPES[found.algorithm])


def _keys_in(jwks: str, found: Unverified) -> tuple[PublicKey, ...]:
    return _registered(jwks, found.kid, KEY_TYPES[found.algorithm])


@lru_cache(maxsize=1000)
def _registered(jwks: str, kid: str, kind: str) -> tuple[PublicKey, ...]:
    return _suitable(usable(orjson.loads(jwks), kid), kind)


def _suitable(jwks: list[Jwk], kind: str) -> tuple[PublicKey, ...]:
    return tuple(_public_key(orjson.dumps(each)) for each in jwks if each.get("kty") == kind)


def _check_signature(found: Unverified, keys: tuple[PublicKey, ...]) -> None:
    if not keys:
        raise _refused("None of the registered keys has this kid and suits this alg.")
    verifier: Any = _VERIFIERS[KEY_TYPES[found.algorithm]]
    if not any(verifier.verify(found.signed, key, found.signature) for key in keys):
        raise _refused("The assertion's signature is not that of the registered key.")


@lru_cache(maxsize=1000)
def _public_key(jwk: bytes) -> PublicKey:
    """Kept: checking a curve's point costs as much as a signature."""
    text = jwk.decode()
    is_rsa = orjson.loads(jwk)["kty"] == "RSA"
    return RSAAlgorithm.from_jwk(text) if is_rsa else ECAlgorithm.from_jwk(text)  # type: ignore[return-value]  # public: usable


def _checked_claims(found: Unverified) -> Verified:
    claims, now = found.claims, time.time()
    _check_audience(claims.get("aud"))
    expires, begins, jti = claims.get("exp"), _latest_beginning(claims), claims.get("jti")
    if not _is_time(expires):
        raise _refused("The assertion needs exp, in seconds since 1970.")
    if expires <= now - SKEW:
        raise _refused("The assertion has expired. Sign a new one for each request.")
    if expires > now + LONGEST + SKEW:
        raise _refused(f"The assertion's exp must be at most {LONGEST // 60} minutes ahead.")
    if begins is None or begins > now + SKEW:
        raise _refused("The assertion is from the future (iat or nbf). Set the client's clock.")
    if not isinstance(jti, str) or not 0 < len(jti) <= _LONGEST_JTI:
        raise _refused(f"The assertion needs a jti of 1 to {_LONGEST_JTI} characters.")
    digest = hashlib.sha256(f"{found.client_id}\n{jti}".encode()).hexdigest()
    return Verified(digest, expires + SKEW)


def _check_audience(audience: Any) -> None:
    named = audience if isinstance(audience, list) else [audience]
    if not any(each in named for each in token_addresses()):
        raise _refused(f"The assertion's aud must be the token address: {token_addresses()[0]}")


def token_addresses() -> tuple[str, str]:
    """As discovery publishes it, and as the guide does."""
    address = f"{settings.FHIR_BASE_URL}/oauth2/token"
    return address, f"{address}.php"


def _latest_beginning(claims: dict[str, Any]) -> float | None:
    """None: one of them is no time."""
    times = [claims[name] for name in ("iat", "nbf") if name in claims]
    return max(times, default=0.0) if all(map(_is_time, times)) else None


def _is_time(value: Any) -> TypeGuard[float]:
    return type(value) in (int, float) and 0 <= value < 1e11


def _refused(description: str) -> Refused:
    """RFC 7521 4.2.1 answers 400 with the reason."""
    return Refused("invalid_client", description)
