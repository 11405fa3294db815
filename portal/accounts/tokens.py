"""The secret of a link in a letter: unguessable, and stored as a keyed digest only."""

import secrets

from fhirapi.smart.secrets import digest, digests

__all__ = ["digest", "digests", "new_token"]


def new_token() -> str:
    return secrets.token_urlsafe(32)
