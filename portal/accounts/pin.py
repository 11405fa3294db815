"""The PIN: asking for it again, and which ones are too easy to guess."""

import re
from datetime import date
from math import ceil

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import address_of, record
from portal.accounts.access import AccountRequest
from portal.accounts.birthdays import spellings
from portal.accounts.factors.second import is_second_factor
from portal.accounts.models import Account, PinDevice

SHORTEST, LONGEST = 4, 8
_ROW = "01234567890"


def confirm_pin(account: Account, pin: str) -> bool:
    """Whether it is the account's PIN or a code that stands in for it.

    Each further wrong one costs a longer wait.
    """
    device = device_of(account)
    return device is not None and is_second_factor(account, device, pin) is not None


def pin_wait(account: Account) -> int:
    """Seconds until a PIN is looked at again; 0: at once."""
    device = device_of(account)
    return ceil(device.wait.total_seconds()) if device else 0


def require_pin(account: Account, pin: str) -> None:
    """Raises ValidationError for another PIN than the account's; it states the wait, if any.

    The throttle is the one of sign-in: with one of its own, this question would double the tries
    of whoever sits at an open session.
    """
    refuse_while_waiting(account)
    if not confirm_pin(account, pin):
        wait = pin_wait(account)
        then = _waiting(wait) if wait else _("Try again.")
        raise ValidationError(f"{_('This is not your PIN.')} {then}", code="wrong")


def refuse_while_waiting(account: Account) -> None:
    """Raises ValidationError while no PIN is looked at: the right one would be called wrong."""
    if wait := pin_wait(account):
        raise ValidationError(f"{_('Too many wrong PINs.')} {_waiting(wait)}", code="wait")


def _waiting(seconds: int) -> str:
    minutes = ceil(seconds / 60)
    length = (
        ngettext("%(count)d second", "%(count)d seconds", seconds) % {"count": seconds}
        if seconds < 100
        else ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    )
    return _(
        "Wait %(length)s, then try again. Until then even the right PIN is not accepted, "
        "here or when you sign in."
    ) % {"length": length}


def set_pin(account: Account, pin: str) -> PinDevice:
    """Gives the account this PIN and forgets its wrong tries."""
    device = device_of(account) or PinDevice(user=account, name="PIN")
    device.set_pin(pin)
    device.throttle_reset(commit=False)
    device.save()
    return device


def device_of(account: Account) -> PinDevice | None:
    device: PinDevice | None = PinDevice.objects.filter(user=account, confirmed=True).first()
    return device


def check_new_pin(pin: str, birth_date: date | None = None) -> None:
    """Raises ValidationError for a PIN that is not one, or that somebody would try first."""
    if not re.fullmatch(rf"[0-9]{{{SHORTEST},{LONGEST}}}", pin):
        raise ValidationError(
            _("Choose a PIN of %(shortest)d to %(longest)d digits, nothing else.")
            % {"shortest": SHORTEST, "longest": LONGEST}
        )
    if _is_repeated(pin):
        raise ValidationError(_("This PIN repeats itself. Choose one that is harder to guess."))
    if pin in _ROW or pin in _ROW[::-1]:
        raise ValidationError(_("These digits follow one another. Choose a less obvious PIN."))
    if birth_date and pin in spellings(birth_date):
        raise ValidationError(_("This PIN is part of your date of birth. Choose a different one."))


def _is_repeated(pin: str) -> bool:
    """0000, 1212, 123123."""
    return any(pin == pin[:length] * (len(pin) // length) for length in range(1, len(pin) // 2 + 1))


def record_denial(
    request: AccountRequest, action: AuditRecord.Action, client_id: str | None = None
) -> None:
    """Somebody signed in wanted a secret or a writing key and did not confirm it with the PIN."""
    record(
        action,
        outcome=AuditRecord.Outcome.DENIED,
        account_id=request.user.pk,
        client_id=client_id,
        detail="PIN not confirmed",
        address=address_of(request),
    )
