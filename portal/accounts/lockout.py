"""Slows down whoever tries passwords, without a way to keep anybody else from their own account.

A failed try counts in three ways: of this username from this place (an address, of IPv6 its
network), of this username from all places together, and of this place with all usernames. Each has
its limit. A browser in which the account has signed in before carries a cookie that says so
(``known_device.py``): it is a place of its own, which only its own failures lock, so strangers
cannot. https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies

Unknown usernames count like known ones. A try is counted before it is looked at and forgiven if it
was right: of many at once no more are looked at than of one after the other.
"""

from datetime import datetime, timedelta
from math import ceil

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Max, Sum
from django.http import HttpRequest
from django.utils import timezone

from fhirapi.audit.record import address_of
from fhirapi.limits.asked import NOWHERE
from fhirapi.limits.network import network_of
from portal.accounts import known_device
from portal.accounts.models import Account, FailedSignIn
from portal.accounts.tokens import digest

KEPT = timedelta(days=1)
"""For so long the failures of a username from all places together count."""
_HOUR = timedelta(hours=1)
_DEVICE = "device "
_LONGEST_WAIT = 15 * 60  # seconds between two tries of an account that many places try


class LockedOut(Exception):
    """Too many tries; ``seconds`` until another one is looked at."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"{seconds} s")
        self.seconds = max(seconds, 1)


class Try:
    """One try to sign in, counted as a failure until it is ``forgiven``."""

    def __init__(self, request: HttpRequest, username: str, account: Account | None) -> None:
        """Raises LockedOut; then nothing is counted."""
        self._name = _name_of(username)
        device = known_device.of(request, account)
        self._place = f"{_DEVICE}{device}" if device else network_of(address_of(request)) or NOWHERE
        self._claim(is_known=device is not None)

    def forgive(self) -> None:
        """It was right. What others have failed elsewhere goes on counting."""
        FailedSignIn.objects.filter(name_digest=self._name, place=self._place).delete()

    def refuse_if_last(self) -> None:
        """It was wrong. Raises LockedOut if it was one too many, so that the wait is told."""
        if wait := self._wait_here():
            raise LockedOut(wait)

    @transaction.atomic
    def _claim(self, *, is_known: bool) -> None:
        with connection.cursor() as cursor:
            # One try of a username after the other, so that none slips through beside another.
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"sign-in {self._name}"])
        wait = self._wait_here()
        if not is_known:
            wait = max(wait, _wait_of_account(self._name), _wait_of_network(self._place))
        if wait:
            raise LockedOut(wait)
        self._count()

    def _count(self) -> None:
        now = timezone.now()
        mine = FailedSignIn.objects.filter(name_digest=self._name, place=self._place)
        mine.filter(last_at__lt=now - KEPT).delete()
        mine.filter(last_at__lt=now - _lock_out()).update(failures=0)
        FailedSignIn.objects.update_or_create(
            name_digest=self._name,
            place=self._place,
            defaults={"failures": F("failures") + 1, "in_all": F("in_all") + 1, "last_at": now},
            create_defaults={"failures": 1, "in_all": 1, "last_at": now},
        )

    def _wait_here(self) -> int:
        mine = FailedSignIn.objects.filter(
            name_digest=self._name, place=self._place, failures__gte=settings.SIGN_IN_FAILURE_LIMIT
        )
        last = mine.values_list("last_at", flat=True).first()
        return _seconds_until(last + _lock_out()) if last else 0


def lift(account: Account) -> None:
    """Forgets the failures counted against an account, whatever place they came from."""
    FailedSignIn.objects.filter(name_digest=_name_of(account.username)).delete()


def is_locked(account: Account) -> bool:
    """Whether some place may not try this account at the moment."""
    name = _name_of(account.username)
    locked = FailedSignIn.objects.filter(
        name_digest=name,
        last_at__gt=timezone.now() - _lock_out(),
        failures__gte=settings.SIGN_IN_FAILURE_LIMIT,
    )
    return locked.exists() or _wait_of_account(name) > 0


def forget_old() -> None:
    """They lock nobody out any more; the audit trail keeps that they happened."""
    FailedSignIn.objects.filter(last_at__lt=timezone.now() - max(KEPT, _lock_out())).delete()


def _wait_of_account(name_digest: str) -> int:
    """1, 2, 4 ... seconds since the last try of any place, from a number of them on."""
    of_name = FailedSignIn.objects.filter(name_digest=name_digest)
    strangers = of_name.exclude(place__startswith=_DEVICE)
    counted = strangers.filter(last_at__gt=timezone.now() - KEPT).aggregate(
        in_all=Sum("in_all"), last=Max("last_at")
    )
    costly = (counted["in_all"] or 0) - settings.SIGN_IN_FAILURES_OF_ACCOUNT
    if costly < 0:
        return 0
    delay = min(2 ** min(costly, 20), _LONGEST_WAIT)
    return _seconds_until(counted["last"] + timedelta(seconds=delay))


def _wait_of_network(place: str) -> int:
    """Of a place that tries many usernames: until enough of them are an hour old."""
    found = FailedSignIn.objects.filter(place=place, last_at__gt=timezone.now() - _HOUR)
    counted = found.order_by("-last_at").values_list("failures", "last_at")
    so_far = 0
    for failures, last in counted[: settings.SIGN_IN_FAILURES_OF_ADDRESS]:
        so_far += failures
        if so_far >= settings.SIGN_IN_FAILURES_OF_ADDRESS:
            return _seconds_until(last + _HOUR)
    return 0


def _lock_out() -> timedelta:
    return timedelta(minutes=settings.SIGN_IN_LOCK_OUT_MINUTES)


def _seconds_until(moment: datetime) -> int:
    return max(ceil((moment - timezone.now()).total_seconds()), 0)


def _name_of(username: str) -> str:
    """One for every spelling. Only a digest is kept: people type passwords into that field."""
    return digest(f"sign-in of {Account.normalize_username(username).lower()}")
