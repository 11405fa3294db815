"""The secret of a link in a letter: unguessable, and stored as a keyed digest only."""

import hashlib
import hmac
import secrets

from django.conf import settings


def new_token() -> str:
    return secrets.token_urlsafe(32)


def digest(text: str) -> str:
    return hmac.digest(settings.DIGEST_KEY.encode(), text.encode(), hashlib.sha256).hex()
