"""Makes, keeps and checks high-entropy secrets.

A secret that a machine made needs no slow password hash: a keyed digest (HMAC-SHA-256) tells
nothing to whoever reads the database without the key, and verifies in microseconds.

A digest begins with the name of its key, so that keys can be exchanged: the first of DIGEST_KEYS
makes digests, all of them verify, and it can be counted what an old one is still needed for.
docs/decisions/0035
"""

import hashlib
import hmac
import secrets
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import BasePasswordHasher

_LENGTH = 64  # characters; RFC 2104 section 5: of HMAC-SHA-256's 64, 56 are more than enough
_NAME = 7


def new_access_key_id() -> str:
    return secrets.token_hex(8).upper()


def new_secret() -> str:
    return secrets.token_hex(20)


def refresh_token_for_request(request: object) -> str:
    """django-oauth-toolkit's REFRESH_TOKEN_GENERATOR: of random, or it would be an access token."""
    return new_secret()


def digest(secret: str) -> str:
    """To be stored."""
    return _under(settings.DIGEST_KEYS[0], secret)


def digests(secret: str) -> list[str]:
    """What may be stored of it, the newest first: a row is looked up by all of them."""
    keys = settings.DIGEST_KEYS
    return [*(_under(key, secret) for key in keys), *(_unnamed(key, secret) for key in keys)]


def matches(secret: str, stored_digest: str) -> bool:
    """Takes the same time whichever key made the digest."""
    found = [hmac.compare_digest(each, stored_digest) for each in digests(secret)]
    return bool(stored_digest) and any(found)


def is_newest(stored_digest: str) -> bool:
    """Whether the key in use made it, so that no other is needed for it."""
    return stored_digest.startswith(newest_name())


def newest_name() -> str:
    """How each digest begins that the key in use makes."""
    return _name(settings.DIGEST_KEYS[0])


def token_checksum(token: str) -> str:
    """How django-oauth-toolkit names a stored token; without a key, as tokens are random."""
    return hashlib.sha256(token.encode()).hexdigest()


def _under(key: str, secret: str) -> str:
    name = _name(key)
    return name + _unnamed(key, secret)[: _LENGTH - len(name)]


def _unnamed(key: str, secret: str) -> str:
    """As digests were before their keys had names."""
    return hmac.new(key.encode(), secret.encode(), hashlib.sha256).hexdigest()


@lru_cache(maxsize=16)
def _name(key: str) -> str:
    """Not a digit of a digest in front, so that it cannot be taken for an unnamed one."""
    return "k" + hmac.new(key.encode(), b"name of this key", hashlib.sha256).hexdigest()[:_NAME]


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
