"""Every key that verifies our tokens, and the one of them that signs now.

Nobody switches a key: each says from when on it signs, and the newest of those whose time has come
does. So processes that know the same rows agree without talking to each other. A key is published
before it signs, longer than anybody may keep our JWKS, and for as long as tokens of it can live.
JWT_PRIVATE_KEY is the oldest of all; until somebody exchanges it, the only one. docs/decisions/0018
"""

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import jwt
from django.conf import settings

from fhirapi.encryption import InvalidToken, decrypt
from fhirapi.remembered import Remembered
from fhirapi.smart.tokens.signing_keys import Pair, pair
from fhirapi.sql import fetch

PUBLISHED_BEFORE = timedelta(minutes=15)
"""Three times as long as apps may keep the JWKS (published/public.py)."""
REMEMBERED = 30.0
"""Seconds after which every process knows what was changed."""
MARGIN = timedelta(seconds=REMEMBERED + 60)
"""That a key verifies longer than its tokens live: some sign with it a little longer, by clocks."""
_ROWS = """
SELECT private_encrypted, extract(epoch FROM made_at)::float8,
       extract(epoch FROM signs_from)::float8, ends_older
FROM fhirapi_signingkey ORDER BY signs_from DESC, id DESC
"""
log = logging.getLogger(__name__)


class NoUsableKey(Exception):
    """None of ENCRYPTION_KEYS decrypts the key that has ended all others."""


class State(StrEnum):
    NEXT = "next"
    SIGNING = "signing"
    VERIFYING = "verifying"
    ENDED = "ended"


@dataclass(frozen=True)
class Key:
    pair: Pair
    made_at: float | None
    """Seconds since 1970, as all of these; None: before we counted, it is JWT_PRIVATE_KEY."""
    signs_from: float
    signs_until: float | None
    """When the next key takes over, if there is one."""

    @property
    def verifies_until(self) -> float | None:
        """No token that it has signed lives longer."""
        if self.signs_until is None:
            return None
        lifetime: int = settings.ACCESS_TOKEN_LIFETIME
        return self.signs_until + lifetime + MARGIN.total_seconds()

    def state(self, now: float) -> State:
        if now < self.signs_from:
            return State.NEXT
        if self.signs_until is None or now < self.signs_until:
            return State.SIGNING
        return State.VERIFYING if now < (self.verifies_until or 0) else State.ENDED


class Ring:
    """The keys at one moment, newest first. Equal rings are one object: others remember by it."""

    def __init__(self, keys: tuple[Key, ...]) -> None:
        self.keys = keys
        self._usable = {kid: jwk for key in keys for kid, jwk in key.pair.usable.items()}

    def signing(self) -> Pair:
        now = time.time()
        return next((key.pair for key in self.keys if key.signs_from <= now), self.keys[-1].pair)

    def usable(self, kid: str) -> jwt.PyJWK | None:
        return self._usable.get(kid)

    def published(self) -> list[dict[str, str]]:
        """The RSA key that signs comes first: some apps look at no other."""
        first = self.signing()
        pairs = [first, *(key.pair for key in self.keys if key.pair is not first)]
        return [each.published[algorithm] for algorithm in ("RS256", "ES256") for each in pairs]


def current() -> Ring:
    return _ring.value()


def usable(kid: str, ring: Ring) -> jwt.PyJWK | None:
    """The key of this name; one that the ring lacks may be newer than the ring."""
    return ring.usable(kid) or _ring.newer().usable(kid)


def forget() -> None:
    """What this process itself has changed it reads at once."""
    _ring.forget()


def _read() -> Ring:
    global _latest
    now = time.time()
    keys = tuple(key for key in _known() if key.state(now) is not State.ENDED)
    if not keys:
        raise NoUsableKey("no signing key can be used: manage.py rotate_signing_key makes one")
    if keys != _latest.keys:
        _latest = Ring(keys)
    return _latest


def _known() -> Iterator[Key]:
    """Newest first, and none that a newer one has ended."""
    successor: float | None = None
    for encrypted, made_at, signs_from, ends_older in fetch(_ROWS):
        if found := _decrypted(encrypted):
            yield Key(found, made_at, signs_from, successor)
            successor = signs_from
        if ends_older:
            return
    yield Key(pair(settings.JWT_PRIVATE_KEY), None, 0.0, successor)


def _decrypted(encrypted: str) -> Pair | None:
    try:
        return pair(decrypt(encrypted))
    except InvalidToken:
        log.error("a signing key cannot be used: none of ENCRYPTION_KEYS decrypts it")
        return None


_latest = Ring(())
_ring = Remembered(_read, seconds=REMEMBERED)
