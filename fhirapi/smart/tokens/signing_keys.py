"""One key that signs our tokens, and how apps know it: RFC 7517, RFC 7518, RFC 7638.

id_tokens are signed with RSA, as OpenID Connect Core 15.1 wants it and discovery announces. Access
tokens are for ourselves alone (RFC 6749 1.4), and ES256 signs one in a tenth of the time. The two
are one key here: the second is derived from the first, and they are exchanged together.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric import ec, rsa
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
from jwcrypto.jwk import JWK
from jwt import PyJWK
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from fhirapi.smart import jws

_ORDER_OF_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_COORDINATE = 32  # bytes
_PURPOSE = b"QSmartCare access tokens ES256"
_ES256 = ec.ECDSA(SHA256())
_RSA_BITS = 2048


@dataclass(frozen=True, eq=False)
class Pair:
    """A key with both its halves."""

    of_identity: RSAPrivateKey
    of_access: ec.EllipticCurvePrivateKey
    published: dict[str, dict[str, str]]
    """The public halves as JWKs, by algorithm."""
    usable: dict[str, PyJWK]
    """The same by kid, each bound to its own algorithm."""
    access_header: bytes
    """Of the access tokens that it signs, encoded."""

    @property
    def kid(self) -> str:
        """The RSA half's; it names the pair."""
        return self.published["RS256"]["kid"]

    def sign_access(self, content: bytes) -> bytes:
        """As RFC 7518 3.4 writes an ES256 signature: two numbers of a fixed length."""
        numbers = decode_dss_signature(self.of_access.sign(content, _ES256))
        return b"".join(number.to_bytes(_COORDINATE) for number in numbers)


@lru_cache(maxsize=32)
def pair(pem: str) -> Pair:
    """Of the RSA private key. Raises ValueError or TypeError for what is none."""
    of_identity = load_pem_private_key(pem.encode(), password=None)
    if not isinstance(of_identity, RSAPrivateKey):
        raise TypeError("A signing key must be an RSA key.")
    of_access = _derived(of_identity)
    published = _published(of_identity, of_access)
    kid = published["ES256"]["kid"]
    header = jws.encoded(orjson.dumps({"alg": "ES256", "typ": "at+jwt", "kid": kid}))
    usable = {jwk["kid"]: PyJWK(jwk) for jwk in published.values()}
    return Pair(of_identity, of_access, published, usable, header)


def new_pem() -> str:
    made = rsa.generate_private_key(public_exponent=65537, key_size=_RSA_BITS)
    return made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _derived(of_identity: RSAPrivateKey) -> ec.EllipticCurvePrivateKey:
    """64 bits more than the order has, then reduced: FIPS 186-5, A.2.1."""
    secret = of_identity.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    derived = HKDF(SHA256(), _COORDINATE + 8, salt=None, info=_PURPOSE).derive(secret)
    number = int.from_bytes(derived) % (_ORDER_OF_P256 - 1) + 1
    return ec.derive_private_key(number, ec.SECP256R1())


def _published(
    of_identity: RSAPrivateKey, of_access: ec.EllipticCurvePrivateKey
) -> dict[str, dict[str, str]]:
    of_rsa = RSAAlgorithm.to_jwk(of_identity.public_key(), as_dict=True)
    p256 = ECAlgorithm.to_jwk(of_access.public_key(), as_dict=True)
    return {
        "RS256": _jwk({name: of_rsa[name] for name in ("kty", "n", "e")}, "RS256"),
        "ES256": _jwk({name: p256[name] for name in ("kty", "crv", "x", "y")}, "ES256"),
    }


def _jwk(members: dict[str, Any], algorithm: str) -> dict[str, str]:
    # RFC 7638; django-oauth-toolkit names the key of its id_tokens the same way.
    kid = str(JWK(**members).thumbprint())
    return {**members, "alg": algorithm, "use": "sig", "kid": kid}
