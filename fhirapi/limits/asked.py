"""Requests of those who have not shown who they are, by the address that they come from.

Two buckets an address: one of what it asks that is open to everybody, one of what it could not
prove. Neither is asked where somebody has proven who they are, so a stranger at the same address
keeps nobody else from their own.
"""

from django.conf import settings

from fhirapi.limits import table
from fhirapi.limits.network import network_of
from fhirapi.limits.table import MINUTE

NOWHERE = "nowhere"  # an address that is none: one bucket for all of those


def open_request(address: str | None) -> int:
    """Counts one; 0, or the seconds to wait because there were too many."""
    return _take("open", address, settings.OPEN_REQUESTS_A_MINUTE)


def failure(address: str | None) -> int:
    """Counts a token, secret or code that was not right; 0, or the seconds to wait.

    What is right is never asked here: this slows only those who guess, and tells programs that
    have gone wrong to wait.
    """
    return _take("failed", address, settings.FAILURES_A_MINUTE)


def too_many_failures(wait: int) -> dict[str, str]:
    """The headers of an answer that refuses."""
    return _headers(settings.FAILURES_A_MINUTE, wait)


def too_many_open(wait: int) -> dict[str, str]:
    return _headers(settings.OPEN_REQUESTS_A_MINUTE, wait)


def _headers(most: int, wait: int) -> dict[str, str]:
    return {
        "Retry-After": str(wait),
        "RateLimit-Limit": str(most),
        "RateLimit-Remaining": "0",
        "RateLimit-Reset": str(int(MINUTE)),
    }


def _take(what: str, address: str | None, most: int) -> int:
    if not most:
        return 0
    return table.strangers.take(f"{what} {network_of(address) or NOWHERE}", most).wait
