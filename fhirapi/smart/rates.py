"""How often a client, an access key and an account may ask: a token bucket for each.

A bucket holds what may be asked in a minute and fills evenly, so that a burst is no offence. All
web processes of a machine take from the same ones (``fhirapi.limits``).
https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-ratelimit-headers-03
"""

from math import ceil

from django.conf import settings

from fhirapi.limits import table
from fhirapi.limits.table import MINUTE
from fhirapi.remembered import Remembered
from fhirapi.sql import fetch

_OWN_RATES = """
SELECT client_id, requests_a_minute FROM fhirapi_client WHERE requests_a_minute IS NOT NULL
"""
_REMEMBERED = 30.0  # seconds after which every process knows a rate that was changed


class Rate:
    """What is left for one request's sender once it has been counted."""

    __slots__ = ("limit", "until_full", "wait")

    def __init__(self, name: str, limit: int) -> None:
        self.limit = limit
        """Requests a minute, of all processes together; 0: any number."""
        self.wait, self.until_full = table.known.take(name, limit) if limit else (0, 0.0)
        """0, or how many seconds to wait because there is nothing left."""

    @property
    def remaining(self) -> int:
        return int((MINUTE - self.until_full) * self.limit / MINUTE + 1e-6)

    def headers(self) -> dict[str, str]:
        if not self.limit:
            return {}
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(ceil(self.until_full)),
        }


def take(client_id: str, account_id: str | None = None) -> Rate:
    """Counts a request. The client must have shown who it is: whoever could name any would use up
    others' rates. The account is asked first: one person of an app's many does not use up the app.

    The one of both that says to wait, or that has less left.
    """
    of_account = account(account_id) if account_id else None
    if of_account is not None and of_account.wait:
        return of_account
    of_client = Rate(client_id, limit_of(client_id))
    if of_account is None or not of_account.limit or of_client.wait:
        return of_client
    is_tighter = not of_client.limit or of_account.remaining < of_client.remaining
    return of_account if is_tighter else of_client


def account(account_id: str) -> Rate:
    """Counts a request of somebody who has signed in, through whatever app or page."""
    return Rate(f"account {account_id}", settings.ACCOUNT_REQUESTS_A_MINUTE)


def limit_of(client_id: str) -> int:
    """Requests a minute; 0: any number."""
    own = _own.value().get(client_id)
    default: int = settings.REQUESTS_A_MINUTE
    return default if own is None else own


def forget() -> None:
    """What this process itself has changed it reads at once."""
    _own.forget()


def _read() -> dict[str, int]:
    return dict(fetch(_OWN_RATES))


_own = Remembered(_read, seconds=_REMEMBERED)
