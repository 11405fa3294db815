"""How a client shows who it is. RFC 6749 2.3.1"""

import base64
import binascii
from urllib.parse import unquote_plus


def basic_credentials(authorization: str) -> tuple[str, str] | None:
    """client_id and client_secret of a Basic header; None if it is none."""
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, _, secret = base64.b64decode(value.strip()).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return unquote_plus(client_id), unquote_plus(secret)
