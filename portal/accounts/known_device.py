"""A cookie by which a browser shows that an account has signed in there before.

It opens nothing and proves nobody: it only says whose failures are counted apart (``lockout.py``).
The accounts in it are told to nobody who reads it, and whoever changes it has none.
"""

import secrets
from collections.abc import Mapping

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase

from portal.accounts.models import Account
from portal.accounts.tokens import digest

COOKIE = f"{settings.COOKIE_PREFIX}qsmartcare_known"
_AGE = 365 * 24 * 3600  # seconds
_MOST = 5  # accounts of one browser, such as those of a front desk
_NEW = "qsmartcare.known_device"
_SALT = "portal.accounts.known_device"


def of(request: HttpRequest, account: Account | None) -> str | None:
    """The name of this browser for this account, made up when it first signed in."""
    # Read in every case, so that time does not tell who has an account.
    known = _read(request)
    mine = known.get(_mark(account.pk if account else None))
    return mine if account else None


def remember(request: HttpRequest, account: Account) -> None:
    """For the answer to this request (``set_cookie``)."""
    known = _read(request)
    mark = _mark(account.pk)
    mine = known.pop(mark, None) or secrets.token_urlsafe(16)
    kept = [*known.items()][-(_MOST - 1) :]
    request.META[_NEW] = {**dict(kept), mark: mine}  # the one used last comes last


def set_cookie(request: HttpRequest, response: HttpResponseBase) -> None:
    known = request.META.get(_NEW)
    if known is None:
        return
    response.set_cookie(
        COOKIE,
        signing.dumps(known, salt=_SALT),
        max_age=_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _read(request: HttpRequest) -> dict[str, str]:
    try:
        known = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=_AGE)
    except signing.BadSignature:
        return {}
    return dict(known) if isinstance(known, Mapping) else {}


def _mark(account_id: int | None) -> str:
    return digest(f"known device of account {account_id}")[:16]
