"""The keys that sign our tokens, and how apps know them: RFC 7517, RFC 7518, RFC 7638.

id_tokens are signed with RSA, as OpenID Connect Core 15.1 wants it and discovery announces. Access
tokens are for ourselves alone (RFC 6749 1.4), and ES256 signs one in a tenth of the time.
"""

from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from django.conf import settings
from jwcrypto.jwk import JWK
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

_ORDER_OF_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_COORDINATE = 32  # bytes
_PURPOSE = b"QSmartCare access tokens ES256"
_ES256 = ec.ECDSA(SHA256())


@lru_cache(maxsize=1)
def of_identity() -> RSAPrivateKey:
    key = load_pem_private_key(settings.JWT_PRIVATE_KEY.encode(), password=None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("JWT_PRIVATE_KEY must be an RSA key.")
    return key


@lru_cache(maxsize=1)
def of_access() -> ec.EllipticCurvePrivateKey:
    """Derived, so that an installation has one secret for both and they are exchanged together.

    64 bits more than the order has, then reduced: FIPS 186-5, A.2.1.
    """
    secret = of_identity().private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    derived = HKDF(SHA256(), _COORDINATE + 8, salt=None, info=_PURPOSE).derive(secret)
    number = int.from_bytes(derived) % (_ORDER_OF_P256 - 1) + 1
    return ec.derive_private_key(number, ec.SECP256R1())


def sign_access(content: bytes) -> bytes:
    """As RFC 7518 3.4 writes an ES256 signature: two numbers of a fixed length."""
    numbers = decode_dss_signature(of_access().sign(content, _ES256))
    return b"".join(number.to_bytes(_COORDINATE) for number in numbers)


@lru_cache(maxsize=1)
def public() -> dict[str, dict[str, str]]:
    """By algorithm. The RSA key first: some apps look at no other."""
    rsa = RSAAlgorithm.to_jwk(of_identity().public_key(), as_dict=True)
    p256 = ECAlgorithm.to_jwk(of_access().public_key(), as_dict=True)
    return {
        "RS256": _published({name: rsa[name] for name in ("kty", "n", "e")}, "RS256"),
        "ES256": _published({name: p256[name] for name in ("kty", "crv", "x", "y")}, "ES256"),
    }


def _published(members: dict[str, Any], algorithm: str) -> dict[str, str]:
    # RFC 7638; django-oauth-toolkit names the key of its id_tokens the same way.
    kid = str(JWK(**members).thumbprint())
    return {**members, "alg": algorithm, "use": "sig", "kid": kid}
