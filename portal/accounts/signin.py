"""Signing in with username, password and PIN, or with a passkey: lock-out, session, audit."""

import django_otp
from django.contrib import auth
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest
from django_otp.models import Device

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import address_of, record
from fhirapi.limits import asked
from portal.accounts import known_device, lockout
from portal.accounts.factors import passkeys
from portal.accounts.factors.models import Passkey
from portal.accounts.factors.second import Factor, is_second_factor
from portal.accounts.models import Account
from portal.accounts.pin import device_of
from portal.accounts.sessions import living


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
        factor = is_second_factor(account, device, pin, counts=is_password_right)
        if is_password_right and factor and self.user_can_authenticate(account):
            account.signed_in_with = factor
            return account
        return None


class PasskeyBackend(ModelBackend):
    """Checks what a device has signed, which nobody can guess."""

    def authenticate(  # type: ignore[override]  # takes what a passkey gives, nothing else
        self,
        request: HttpRequest | None,
        *,
        passkey: Passkey | None,
        answer: str,
        challenge: bytes,
    ) -> Account | None:
        if passkey is None or not passkeys.is_proven(passkey, answer, challenge):
            return None
        account: Account = passkey.user
        return account if self.user_can_authenticate(account) else None


def named(username: str) -> Account | None:
    """The account with this username in any letter case."""
    return Account.with_username(Account.normalize_username(username)).first()


def sign_in(request: HttpRequest, username: str, password: str, pin: str) -> Account | None:
    """Starts a session when all three are right. Both outcomes stand in the audit trail.

    Raises LockedOut.
    """
    claimed = named(username)
    try:
        account = proven(request, claimed, username, password, pin)
    except lockout.LockedOut:
        _record_denied(request, claimed, "locked out")
        raise
    if account is None:
        _record_denied(request, claimed, "wrong username, password or PIN")
        return None
    _open_session(request, account, device_of(account), Factor(account.signed_in_with))
    return account


def proven(
    request: HttpRequest, claimed: Account | None, username: str, password: str, pin: str
) -> Account | None:
    """The account if all three are right; every way to check them goes through this lock.

    ``claimed``: whose username it is, if anybody's. Raises LockedOut.
    """
    attempt = lockout.Try(request, username, claimed)
    account = auth.authenticate(request, username=username, password=password, pin=pin)
    if isinstance(account, Account):
        attempt.forgive()
        return account
    attempt.refuse_if_last()
    return None


def sign_in_with_passkey(request: HttpRequest, answer: str) -> Account | None:
    """The same for what the browser sent in answer to the challenge kept in this session.

    Nobody can guess it, so no failure locks an account; many of them slow down their address.
    """
    kept = passkeys.take_challenge(request.session, "sign_in")
    passkey = passkeys.named_in(answer) if kept else None
    owner = passkey.user if passkey else None
    account = auth.authenticate(
        request,
        passkey=passkey,
        answer=answer,
        challenge=kept[0] if kept else b"",
    )
    if not isinstance(account, Account):
        if wait := asked.failure(address_of(request)):
            raise lockout.LockedOut(wait)
        _record_denied(request, owner, "passkey not proven")
        return None
    _open_session(request, account, passkey, Factor.PASSKEY)
    return account


def _open_session(
    request: HttpRequest, account: Account, device: Device | None, factor: Factor
) -> None:
    auth.login(request, account)  # gives the session a new key
    django_otp.login(request, device)
    request.session.set_expiry(None)  # that of a passkey's challenge is shorter
    request.session.pop(living.SIGNED_IN_AT, None)  # of whoever signed in before
    living.began(request, account)
    known_device.remember(request, account)
    record(
        AuditRecord.Action.SIGN_IN,
        account_id=account.pk,
        detail=None if factor is Factor.PIN else f"with {factor.value}",
        address=address_of(request),
    )


def signed_in_at(request: HttpRequest) -> int:
    """Seconds since the epoch, for apps that ask how long ago it was."""
    return int(request.session.get(living.SIGNED_IN_AT, 0))


def _record_denied(request: HttpRequest, account: Account | None, why: str) -> None:
    # Only the id of an account that exists: people type passwords into the username field.
    record(
        AuditRecord.Action.SIGN_IN,
        outcome=AuditRecord.Outcome.DENIED,
        account_id=account.pk if account else None,
        detail=why,
        address=address_of(request),
    )


def sign_out(request: HttpRequest) -> None:
    account_id = request.user.pk
    auth.logout(request)
    if account_id is not None:
        record(AuditRecord.Action.SIGN_OUT, account_id=account_id, address=address_of(request))


def lift_lock_out(account: Account) -> None:
    """Forgets wrong tries, of the PIN as well."""
    lockout.lift(account)
    if device := device_of(account):
        device.throttle_reset()
