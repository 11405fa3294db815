"""The work that nothing can save at a service token: verify ES384, sign RS256."""

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256, SHA384

_MESSAGE = b"x" * 300
_VERIFIED, _SIGNED = ec.ECDSA(SHA384()), SHA256()
_client = ec.generate_private_key(ec.SECP384R1())
_public, _signature = _client.public_key(), _client.sign(_MESSAGE, _VERIFIED)
_own = rsa.generate_private_key(65537, 2048)


def verify_and_sign() -> None:
    _public.verify(_signature, _MESSAGE, _VERIFIED)
    _own.sign(_MESSAGE, padding.PKCS1v15(), _SIGNED)
