"""How long a session lives, and ending it before its time.

NIST SP 800-63B 2.2.3 (AAL2): sign in again after half an hour of nothing and after twelve hours.
https://pages.nist.gov/800-63-4/sp800-63b.html
"""

import time
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from fhirapi.audit.record import address_of
from portal.accounts.models import Account
from portal.accounts.sessions import devices
from portal.accounts.sessions.models import SignedIn

SIGNED_IN_AT = "signed_in_at"
_SEEN_AT = "seen_at"
_MINUTE = 60


def began(request: HttpRequest, account: Account) -> None:
    """Notes the session that the request has just got: a new one, or the same under a new key."""
    now = int(time.time())
    session = request.session
    since = session.setdefault(SIGNED_IN_AT, now)
    session[_SEEN_AT] = now
    if not session.session_key:
        session.create()
    SignedIn.objects.update_or_create(
        session_id=session.session_key,
        defaults={
            "account": account,
            "since": datetime.fromtimestamp(since, UTC),
            "last_seen": timezone.now(),
            "device": devices.in_words(request.headers.get("User-Agent", ""))[:60],
            "network": devices.shortened(address_of(request)),
        },
    )


def seen(request: HttpRequest, account: Account) -> bool:
    """Somebody is there. Written once a minute. False: the session has ended meanwhile."""
    now = int(time.time())
    if now - request.session.get(_SEEN_AT, 0) < _MINUTE:
        return True
    request.session[_SEEN_AT] = now
    known = SignedIn.objects.filter(session_id=request.session.session_key)
    if known.update(last_seen=timezone.now()):
        return True
    try:
        with transaction.atomic():
            began(request, account)  # opened before there was this table
    except IntegrityError:  # ended by another request since this one has read it
        return False
    return True


def seconds_left(request: HttpRequest) -> int:
    """Until the session ends if nothing happens; not above zero: it has ended."""
    now = int(time.time())
    idle = request.session.get(_SEEN_AT, now) + settings.SESSION_IDLE_SECONDS
    whole = request.session.get(SIGNED_IN_AT, now) + settings.SESSION_COOKIE_AGE
    return int(min(idle, whole) - now)


def sessions_of(account: Account) -> QuerySet[SignedIn]:
    """Those that may still be used, the newest first."""
    now = timezone.now()
    idle = timedelta(seconds=settings.SESSION_IDLE_SECONDS)
    whole = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    living = SignedIn.objects.filter(
        account=account, last_seen__gt=now - idle, since__gt=now - whole,
        session__expire_date__gt=now,
    )  # fmt: skip
    return living.order_by("-last_seen", "-pk")


def end(account: Account, which: int) -> bool:
    found = SignedIn.objects.filter(account=account, pk=which)
    return _end(found) > 0


def end_all(account: Account, *, but: str | None = None) -> int:
    """``but``: the key of the session that stays."""
    return _end(SignedIn.objects.filter(account=account).exclude(session_id=but or ""))


def _end(which: QuerySet[SignedIn]) -> int:
    """By Django's row: ours goes with it."""
    keys = list(which.values_list("session_id", flat=True))
    Session.objects.filter(pk__in=keys).delete()
    return len(keys)
