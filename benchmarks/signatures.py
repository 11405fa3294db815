"""The work that nothing can save at a service token: verify ES384, and sign.

Our access tokens are signed with ES256. The other signatures are what they were signed with before
(RS256), and what the same curve as the client's would cost (ES384).
"""

from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256, SHA384

_MESSAGE = b"x" * 300
_ES384, _ES256 = ec.ECDSA(SHA384()), ec.ECDSA(SHA256())
_client = ec.generate_private_key(ec.SECP384R1())
_public, _signature = _client.public_key(), _client.sign(_MESSAGE, _ES384)
_p256 = ec.generate_private_key(ec.SECP256R1())
_rsa = rsa.generate_private_key(65537, 2048)

SIGN: dict[str, Callable[[], bytes]] = {
    "ES256": lambda: _p256.sign(_MESSAGE, _ES256),
    "ES384": lambda: _client.sign(_MESSAGE, _ES384),
    "RS256": lambda: _rsa.sign(_MESSAGE, padding.PKCS1v15(), SHA256()),
}


def verify_and_sign(algorithm: str = "ES256") -> None:
    _public.verify(_signature, _MESSAGE, _ES384)
    SIGN[algorithm]()
