"""The public keys of an app, by value or by URL, and what is wrong with them.

https://hl7.org/fhir/smart-app-launch/client-confidential-asymmetric.html#registering-a-client-communicating-public-keys
RFC 7517, RFC 7518 section 6
"""

import time
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from threading import BoundedSemaphore, Lock
from typing import Any

import orjson
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from jwt.exceptions import InvalidKeyError

from fhirapi.smart.clients.fetch import FetchProblem, fetch

Jwk = dict[str, Any]

MOST_KEYS = 20
KEPT_SECONDS = 300.0
REFETCHED_AFTER = 10.0
"""A key that is not there may be new; whoever makes one up does not have us fetch all the time."""
_MOST_SETS = 500
_MOST_AT_ONCE = 3
"""Of a process: it has eight threads, and the others have data to answer with."""
_BUSY = "Too many key sets are being fetched at the moment. Try again in a few seconds."
_BITS = (2048, 8192)  # a longer key would make each verification slow
_LARGEST_EXPONENT = 2**32
_PRIVATE_PARTS = ("d", "p", "q", "dp", "dq", "qi", "oth", "k")
ALGORITHMS = {"RSA": "RS384", "EC": "ES384"}
_DEEPEST = 7  # levels of a set; a key's own members have two or three
_LARGEST_NUMBER = 2**53  # RFC 8259 section 6: beyond it programs read different numbers
_NOT_PLAIN = "is nested too deeply or holds a number that is too large."

__all__ = ["FetchProblem", "KeyReport", "check", "examine", "fetch_set", "keys_at", "usable"]


def keys_at(jwks_uri: str, kid: str | None = None) -> list[Jwk]:
    """The usable public keys at an address, of this ``kid`` if one is given.

    Raises FetchProblem, with a sentence for the developer, where it gives none.
    """
    found = usable(_kept.get(jwks_uri, KEPT_SECONDS), kid)
    if found or kid is None:
        return found
    return usable(_kept.get(jwks_uri, REFETCHED_AFTER), kid)


def usable(jwks: Any, kid: str | None = None) -> list[Jwk]:
    """Those keys of a set that can be used, of this ``kid`` if one is given."""
    return [
        key for key in _keys(jwks) if (kid is None or key.get("kid") == kid) and not _problems(key)
    ]


def fetch_set(url: str) -> Jwk:
    """The key set at an address, as it is there now. Raises FetchProblem."""
    try:
        answer = orjson.loads(fetch(url))
    except ValueError:
        raise FetchProblem("The document is not JSON.") from None
    if not isinstance(answer, dict) or not isinstance(answer.get("keys"), list):
        raise FetchProblem('The document is not a JWK Set: {"keys": [...]}.')
    return answer


@dataclass(frozen=True)
class KeyReport:
    """One key of a set: what it is called and what to fix; nothing to fix: it is usable."""

    name: str
    algorithm: str
    problems: tuple[str, ...]


def examine(jwks: Any) -> list[KeyReport]:
    """A report on each key of a set that has the right shape (``check`` says whether it has)."""
    keys = _keys(jwks)
    names = [_text(key, "kid") for key in keys]
    reports = []
    for number, (key, kid) in enumerate(zip(keys, names, strict=True), 1):
        problems = _problems(key)
        if kid and names.count(kid) > 1:
            problems = (*problems, "Another key has the same kid. Give each a kid of its own.")
        name = kid or f"number {number}"
        reports.append(KeyReport(name[:100], ALGORITHMS.get(_text(key, "kty"), ""), problems))
    return reports


def check(jwks: Any) -> list[str]:
    """What is wrong with a key set, in words; nothing: every key in it is usable."""
    if not isinstance(jwks, dict) or not isinstance(jwks.get("keys"), list):
        return ['This is not a JWK Set: {"keys": [...]}.']
    if not jwks["keys"]:
        return ["The set holds no key."]
    if len(jwks["keys"]) > MOST_KEYS:
        return [f"The set holds more than {MOST_KEYS} keys."]
    if not all(isinstance(key, dict) for key in jwks["keys"]):
        return ["Each key must be a JSON object."]
    if not _is_plain(jwks):
        return [f"The set {_NOT_PLAIN}"]
    return [
        f"Key {report.name}: {problem}" for report in examine(jwks) for problem in report.problems
    ]


def _keys(jwks: Any) -> list[Jwk]:
    keys = jwks.get("keys") if isinstance(jwks, dict) else None
    if not isinstance(keys, list):
        return []
    return [key for key in keys[:MOST_KEYS] if isinstance(key, dict)]


def _text(key: Jwk, name: str) -> str:
    """Empty for a member of any other kind: whoever wrote the key may put anything there."""
    value = key.get(name)
    return value if isinstance(value, str) else ""


def _problems(key: Jwk) -> tuple[str, ...]:
    return _problems_of(orjson.dumps(key).decode()) if _is_plain(key) else (f"It {_NOT_PLAIN}",)


def _is_plain(value: Any, levels: int = _DEEPEST) -> bool:
    """Whether every program can read it back: encoders and the database have limits."""
    if isinstance(value, int | float):
        return abs(value) <= _LARGEST_NUMBER
    if not isinstance(value, dict | list):
        return True
    children = value.values() if isinstance(value, dict) else value
    return levels > 0 and all(_is_plain(each, levels - 1) for each in children)


@lru_cache(maxsize=2000)
def _problems_of(text: str) -> tuple[str, ...]:
    """Kept: taking an elliptic curve's point apart costs as much as it does to verify with it."""
    key: Jwk = orjson.loads(text)
    if any(part in key for part in _PRIVATE_PARTS):
        return ("It has private parts (such as d). Send the public key only, and make a new pair.",)
    kty = _text(key, "kty")
    if kty not in ALGORITHMS:
        return ("Its kty must be RSA (for RS384) or EC (for ES384).",)
    problems = _problems_of_members(key, ALGORITHMS[kty])
    return (*problems, *(_rsa(text) if kty == "RSA" else _ec(key, text)))


def _problems_of_members(key: Jwk, algorithm: str) -> list[str]:
    problems = []
    if not _text(key, "kid"):
        problems.append("It needs a kid: a name that the header of your assertions repeats.")
    if key.get("alg", algorithm) != algorithm:
        problems.append(f"Its alg must be {algorithm}.")
    if key.get("use", "sig") != "sig":
        problems.append("Its use must be sig.")
    operations = key.get("key_ops", ["verify"])
    if not isinstance(operations, list) or "verify" not in operations:
        problems.append("Its key_ops must contain verify.")
    return problems


def _rsa(text: str) -> list[str]:
    try:
        public = RSAAlgorithm.from_jwk(text)
    except (InvalidKeyError, UnsupportedAlgorithm, ValueError, TypeError, AttributeError):
        return ["Its n and e are not those of an RSA key."]
    if not isinstance(public, RSAPublicKey):
        return ["It is not a public RSA key."]
    least, most = _BITS
    if not least <= public.key_size <= most:
        return [f"It has {public.key_size} bits; {least} to {most} are taken."]
    if public.public_numbers().e > _LARGEST_EXPONENT:
        return ["Its e is unusually large. Use 65537."]
    return []


def _ec(key: Jwk, text: str) -> list[str]:
    if key.get("crv") != "P-384":
        return ["Its crv must be P-384."]
    try:
        public = ECAlgorithm.from_jwk(text)
    except (InvalidKeyError, UnsupportedAlgorithm, ValueError, TypeError, AttributeError):
        return ["Its x and y are not a point of the curve P-384."]
    return [] if isinstance(public, EllipticCurvePublicKey) else ["It is not a public EC key."]


# Whoever publishes keys slowly must not hold every thread of this process.
_fetching = BoundedSemaphore(_MOST_AT_ONCE)


class _Kept:
    """The sets this process fetched lately, or why it could not: each address has its own lock."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._entries: OrderedDict[str, _Entry] = OrderedDict()

    def get(self, url: str, no_older_than: float) -> Jwk:
        with self._lock:
            entry = self._entries.setdefault(url, _Entry())
            self._entries.move_to_end(url)
            if len(self._entries) > _MOST_SETS:
                self._entries.popitem(last=False)
        return entry.get(url, no_older_than)


class _Entry:
    def __init__(self) -> None:
        self._lock = Lock()
        self._jwks: Jwk | None = None
        self._problem = ""
        self._tried = self._fetched = float("-inf")

    def get(self, url: str, no_older_than: float) -> Jwk:
        known, age = self._jwks, time.monotonic() - self._fetched
        if known is not None and age < no_older_than:
            return known
        if not _fetching.acquire(blocking=False):
            if known is not None and age < KEPT_SECONDS + REFETCHED_AFTER:
                return known
            raise FetchProblem(_BUSY)
        try:
            return self._looked_up(url, no_older_than)
        finally:
            _fetching.release()

    def _looked_up(self, url: str, no_older_than: float) -> Jwk:
        with self._lock:
            now = time.monotonic()
            is_old = now - self._fetched >= no_older_than
            if is_old and now - self._tried >= REFETCHED_AFTER:
                self._refetch(url, now)
            if self._jwks is None or now - self._fetched >= KEPT_SECONDS:
                raise FetchProblem(self._problem)
            return self._jwks

    def _refetch(self, url: str, now: float) -> None:
        """A server that is down for a moment does not lose the keys it gave before."""
        self._tried = now
        try:
            self._jwks, self._fetched = fetch_set(url), time.monotonic()
        except FetchProblem as problem:
            self._problem = str(problem)


_kept = _Kept()
