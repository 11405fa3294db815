"""The keys of the trail: HMAC-SHA256 under settings.AUDIT_KEYS, which never enter the database.

RFC 2104. The newest key (the first) makes; whichever made it checks, so that rotating them breaks
nothing. A mac begins with the name of its key.
"""

import hmac
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256

from django.conf import settings

NAME = 4
"""Bytes of a mac that name its key; what the key made follows."""
NONE = bytes(NAME)
"""The name for what no key made: records from before there were any."""
_BLOCK = 64  # bytes of a block of SHA-256

Mac = Callable[[bytes], bytes]


class KeyRing:
    def __init__(self, keys: tuple[str, ...]) -> None:
        self._macs = {name_of(key): _maker(key) for key in reversed(keys)}
        self.mac: Mac = _maker(keys[0])
        """Of a message, by the newest key, with its name in front."""

    def made(self, mac: bytes, message: bytes) -> bool:
        """Whether one of our keys made this of the message."""
        maker = self._macs.get(mac[:NAME])
        return maker is not None and hmac.compare_digest(maker(message), mac)

    def knows(self, mac: bytes) -> bool:
        """Whether the key that it names is one of ours."""
        return mac[:NAME] in self._macs


def ring() -> KeyRing:
    return _ring(tuple(settings.AUDIT_KEYS))


@lru_cache(maxsize=4)
def _ring(keys: tuple[str, ...]) -> KeyRing:
    return KeyRing(keys)


def name_of(key: str) -> bytes:
    """Tells nothing about the key."""
    return sha256(b"QSmartCare audit key\x00" + key.encode()).digest()[:NAME]


def _maker(key: str) -> Mac:
    """The two halves of RFC 2104 section 4, each begun once: half of the price of ``hmac``."""
    secret, name = key.encode(), name_of(key)
    secret = (sha256(secret).digest() if len(secret) > _BLOCK else secret).ljust(_BLOCK, b"\0")
    inner, outer = sha256(bytes(b ^ 0x36 for b in secret)), sha256(bytes(b ^ 0x5C for b in secret))

    def mac(message: bytes) -> bytes:
        within, around = inner.copy(), outer.copy()
        within.update(message)
        around.update(within.digest())
        return name + around.digest()

    return mac
