"""How often a client, or an access key, may ask: a token bucket for each, in each process.

A bucket holds what may be asked in a minute and fills evenly, so that a burst is no offence. A
process counts what it answers itself, and lets through its part of the whole: no statement, no
store, no lock (a request may get through uncounted where two threads meet; nobody is refused for
it). https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-ratelimit-headers-03
"""

from math import ceil
from time import monotonic

from django.conf import settings

from fhirapi.remembered import Remembered
from fhirapi.sql import fetch

_OWN_RATES = """
SELECT client_id, requests_a_minute FROM fhirapi_client WHERE requests_a_minute IS NOT NULL
"""
_REMEMBERED = 30.0  # seconds after which every process knows a rate that was changed
_MOST_BUCKETS = 10_000
_MINUTE = 60.0


class Rate:
    """What one client has left in this process."""

    __slots__ = ("_at", "_left", "_size", "limit")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        """Requests a minute, of all processes together; 0: any number."""
        self._size = self._left = max(1.0, limit / max(1, settings.WEB_WORKERS))
        self._at = monotonic()

    def take(self) -> int:
        """0, or how many seconds to wait because there is nothing left."""
        if not self.limit:
            return 0
        now = monotonic()
        left = min(self._size, self._left + (now - self._at) * self._size / _MINUTE)
        self._at = now
        if left < 1:
            self._left = left
            return self._seconds(1 - left)
        self._left = left - 1
        return 0

    def headers(self) -> dict[str, str]:
        """As far as this process can tell: others may have let more or less through."""
        if not self.limit:
            return {}
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(int(self._left * self.limit / self._size)),
            "RateLimit-Reset": str(self._seconds(self._size - self._left)),
        }

    def _seconds(self, amount: float) -> int:
        """Until so much has been filled in."""
        return ceil(amount * _MINUTE / self._size)


def of(client_id: str) -> Rate:
    """The client must have shown who it is: whoever could name any would use up others' rates."""
    limit = limit_of(client_id)
    rate = _rates.get(client_id)
    if rate is None or rate.limit != limit:
        if len(_rates) >= _MOST_BUCKETS:
            _rates.clear()
        rate = _rates[client_id] = Rate(limit)
    return rate


def limit_of(client_id: str) -> int:
    """Requests a minute; 0: any number."""
    own = _own.value().get(client_id)
    default: int = settings.REQUESTS_A_MINUTE
    return default if own is None else own


def forget() -> None:
    """What this process itself has changed it reads at once; and all begin with full buckets."""
    _own.forget()
    _rates.clear()


def _read() -> dict[str, int]:
    return dict(fetch(_OWN_RATES))


_own = Remembered(_read, seconds=_REMEMBERED)
_rates: dict[str, Rate] = {}
