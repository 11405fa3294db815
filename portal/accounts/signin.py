"""Signing in with username, password and PIN: the backend, the lock-out, the session."""

import time
from datetime import timedelta
from math import ceil

import django_otp
from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import auth
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import address_of, record
from portal.accounts.models import Account
from portal.accounts.pin import device_of

_SIGNED_IN_AT = "signed_in_at"


class PasswordAndPinBackend(ModelBackend):
    """Checks password and PIN every time, also those of an unknown username: time tells nothing."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        pin: str | None = None,
        **_kwargs: object,
    ) -> Account | None:
        if username is None or password is None or pin is None:
            return None
        account = named(username)
        device = device_of(account) if account else None
        if account is None or device is None:
            make_password(password)
            make_password(pin)
            return None
        is_password_right = account.check_password(password)
        is_pin_right = device.verify_pin(pin, counts=is_password_right)
        if is_password_right and is_pin_right and self.user_can_authenticate(account):
            return account
        return None


def named(username: str) -> Account | None:
    """The account with this username in any letter case."""
    return Account.with_username(Account.normalize_username(username)).first()


def sign_in(request: HttpRequest, username: str, password: str, pin: str) -> Account | None:
    """Starts a session when all three are right. Both outcomes stand in the audit trail."""
    account = auth.authenticate(request, username=username, password=password, pin=pin)
    if not isinstance(account, Account):
        _record_denied(request, username)
        return None
    auth.login(request, account)  # gives the session a new key
    django_otp.login(request, device_of(account))
    request.session[_SIGNED_IN_AT] = int(time.time())
    record(AuditRecord.Action.SIGN_IN, account_id=account.pk, address=address_of(request))
    return account


def signed_in_at(request: HttpRequest) -> int:
    """Seconds since the epoch, for apps that ask how long ago it was."""
    return int(request.session.get(_SIGNED_IN_AT, 0))


def _record_denied(request: HttpRequest, username: str) -> None:
    # Only the id of an account that exists: people type passwords into the username field.
    account = named(username)
    is_locked = getattr(request, "axes_locked_out", False)
    record(
        AuditRecord.Action.SIGN_IN,
        outcome=AuditRecord.Outcome.DENIED,
        account_id=account.pk if account else None,
        detail="locked out" if is_locked else "wrong username, password or PIN",
        address=address_of(request),
    )


def sign_out(request: HttpRequest) -> None:
    account_id = request.user.pk
    auth.logout(request)
    if account_id is not None:
        record(AuditRecord.Action.SIGN_OUT, account_id=account_id, address=address_of(request))


def lock_out_name(request: HttpRequest, credentials: dict[str, str] | None) -> str:
    """The name under which django-axes counts failures: one for every spelling of a username."""
    username = (credentials or request.POST).get("username") or ""
    return Account.normalize_username(username).lower()[:150]


def lock_out_wait(request: HttpRequest, username: str) -> int:
    """Seconds until this username may be tried again from this address."""
    attempts = AccessAttempt.objects.filter(
        username=lock_out_name(request, {"username": username}),
        ip_address=address_of(request),
    )
    last = attempts.order_by("-attempt_time").values_list("attempt_time", flat=True).first()
    cool_off: timedelta = settings.AXES_COOLOFF_TIME
    return max(ceil(((last or timezone.now()) + cool_off - timezone.now()).total_seconds()), 1)


def locked_out(
    request: HttpRequest,
    response: HttpResponse | None = None,
    credentials: dict[str, str] | None = None,
) -> HttpResponse:
    """What django-axes answers in place of the page, once there were too many failures."""
    seconds = lock_out_wait(request, (credentials or {}).get("username", ""))
    page = render(request, "accounts/locked_out.html", {"minutes": ceil(seconds / 60)}, status=429)
    page["Retry-After"] = str(seconds)
    return page


def lift_lock_out(account: Account) -> None:
    """Forgets the failures counted against an account, whatever address they came from."""
    AxesProxyHandler.reset_attempts(username=account.username.lower())
    if device := device_of(account):
        device.throttle_reset()


def is_locked_out(account: Account) -> bool:
    """Whether some address may not try this account at the moment."""
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    locked = AccessAttempt.objects.filter(
        username=account.username.lower(),
        attempt_time__gte=since,
        failures_since_start__gte=settings.AXES_FAILURE_LIMIT,
    )
    return bool(locked.exists())
