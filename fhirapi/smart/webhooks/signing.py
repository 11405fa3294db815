"""What signs webhooks, as https://www.standardwebhooks.com/ says, for which there are libraries.

The secret is kept encrypted: whoever reads the database without our keys cannot sign.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass

from django.conf import settings

from fhirapi.encryption import decrypt, encrypt

_PREFIX = "whsec_"


@dataclass(frozen=True)
class Secret:
    salt: str
    encrypted: str
    shown: str
    """As the app gets it, this once."""


def new() -> Secret:
    salt = secrets.token_hex(20)
    key = base64.b64encode(_derived(salt)).decode()
    return Secret(salt, encrypt(key), _PREFIX + key)


def key_of(encrypted: str, salt: str) -> bytes:
    """``salt``: for what the version before has registered, which kept nothing else."""
    return base64.b64decode(decrypt(encrypted)) if encrypted else _derived(salt)


def signature(key: bytes, event_id: str, sent: int, body: bytes) -> str:
    signed = f"{event_id}.{sent}.".encode() + body
    return f"v1,{base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()}"


def _derived(salt: str) -> bytes:
    return hmac.digest(settings.DIGEST_KEYS[0].encode(), f"webhook {salt}".encode(), hashlib.sha256)
