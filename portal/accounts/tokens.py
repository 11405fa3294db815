"""The secret of a link in a letter: unguessable, and stored as a keyed digest only."""

import secrets

from fhirapi.smart.secrets import digest

__all__ = ["digest", "new_token"]


def new_token() -> str:
    return secrets.token_urlsafe(32)
