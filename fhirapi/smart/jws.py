"""A signed text in its compact form, taken apart and put together: three parts in base64url.

PyJWT looks at every character in Python and writes the same header anew for each token; together
that takes a quarter of what the signatures themselves take (docs/decisions/0010). What the claims
mean, and whether a signature is right, is not decided here. RFC 7515 section 7.1
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any, NamedTuple

import orjson

_COMPACT = re.compile(r"([\w-]+)\.([\w-]+)\.([\w-]+)", re.ASCII)


class Parts(NamedTuple):
    header: dict[str, Any]
    payload: dict[str, Any]
    signed: bytes
    """What the signature is of."""
    signature: bytes


def taken_apart(text: str) -> Parts:
    """Raises ValueError for anything but two JSON objects and a signature."""
    found = _COMPACT.fullmatch(text)
    if found is None:
        raise ValueError("not three parts in base64url")
    header, payload = (orjson.loads(_decoded(found[number])) for number in (1, 2))
    if not isinstance(header, dict) or not isinstance(payload, dict):
        raise ValueError("not two JSON objects")
    if "crit" in header:  # RFC 7515 4.1.11: what is critical and not understood is refused
        raise ValueError("critical members")
    return Parts(header, payload, text[: found.end(2)].encode(), _decoded(found[3]))


def encoded(content: bytes) -> bytes:
    return urlsafe_b64encode(content).rstrip(b"=")


def _decoded(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))
