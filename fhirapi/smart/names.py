"""Opaque names by which others know what is ours: of an approval, of an account at its device.

They tell nothing about whom they name, open nothing, and have to stay the same for good. So their
key is kept in the database, encrypted, and is never exchanged. docs/decisions/0035
"""

import hashlib
import hmac
from functools import lru_cache

from django.conf import settings
from django.db import models

from fhirapi.encryption import decrypt, encrypt

_ONLY = 1


class NamingKey(models.Model):
    """One row. It is what DIGEST_KEY was when names were made with that."""

    key_encrypted = models.TextField(editable=False)

    def __str__(self) -> str:
        return "naming key"


def name_of(what: str) -> str:
    """64 hexadecimal digits; ``what``: kind and number."""
    return hmac.new(_key(), what.encode(), hashlib.sha256).hexdigest()


@lru_cache(maxsize=1)
def _key() -> bytes:
    made = {"key_encrypted": encrypt(settings.DIGEST_KEYS[0])}
    row, _ = NamingKey.objects.get_or_create(pk=_ONLY, defaults=made)
    return decrypt(row.key_encrypted).encode()
