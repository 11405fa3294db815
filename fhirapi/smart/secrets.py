"""Makes, keeps and checks high-entropy secrets.

A secret that a machine made needs no slow password hash: a keyed digest (HMAC-SHA-256) tells
nothing to whoever reads the database without the key, and verifies in microseconds.
"""

import hashlib
import hmac
import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import BasePasswordHasher


def new_access_key_id() -> str:
    return secrets.token_hex(8).upper()


def new_secret() -> str:
    return secrets.token_hex(20)


def refresh_token_for_request(request: object) -> str:
    """django-oauth-toolkit's REFRESH_TOKEN_GENERATOR: of random, or it would be an access token."""
    return new_secret()


def digest(secret: str) -> str:
    return hmac.new(settings.DIGEST_KEY.encode(), secret.encode(), hashlib.sha256).hexdigest()


def matches(secret: str, stored_digest: str) -> bool:
    return bool(stored_digest) and hmac.compare_digest(digest(secret), stored_digest)


def token_checksum(token: str) -> str:
    """How django-oauth-toolkit names a stored token."""
    return hashlib.sha256(token.encode()).hexdigest()


class KeyedDigestHasher(BasePasswordHasher):
    """For a column that nobody reads: ``Client.client_secret`` of django-oauth-toolkit.

    An app's secrets are rows of ``ClientSecret``, but the toolkit hashes its own column whenever a
    client is saved, and Django's hashers would take a third of a second for it.
    """

    algorithm = "keyed_sha256"

    def salt(self) -> str:
        return ""

    def encode(self, password: str, salt: str) -> str:
        return f"{self.algorithm}${digest(password)}"

    def verify(self, password: str, encoded: str) -> bool:
        return matches(password, encoded.partition("$")[2])

    def decode(self, encoded: str) -> dict[str, Any]:
        algorithm, _, hashed = encoded.partition("$")
        return {"algorithm": algorithm, "hash": hashed}

    def safe_summary(self, encoded: str) -> dict[Any, Any]:
        return {"algorithm": self.algorithm}

    def must_update(self, encoded: str) -> bool:
        return False

    def harden_runtime(self, password: str, encoded: str) -> None:
        """Nothing: there are no iterations to make up for."""
