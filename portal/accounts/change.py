"""A new password or PIN for somebody who is signed in and knows both of the old ones."""

from django.contrib import auth
from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.http import HttpRequest

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import address_of, record
from portal.accounts.models import Account, Recovery
from portal.accounts.pin import set_pin
from portal.accounts.signin import lift_lock_out


class WrongCredentials(Exception):
    """Current password or PIN is not right; it counts like a failed sign-in."""


def change(
    request: HttpRequest,
    account: Account,
    *,
    current_password: str,
    current_pin: str,
    password: str | None = None,
    pin: str | None = None,
) -> None:
    """Sets what is new and ends every other session. Raises WrongCredentials."""
    what = "password" if password else "PIN"
    # The door's own check: the same lock-out, whose count an open session must not get round.
    proven = auth.authenticate(
        request, username=account.username, password=current_password, pin=current_pin
    )
    if proven != account:
        _record(request, account, f"not changed: {what}", AuditRecord.Outcome.DENIED)
        raise WrongCredentials
    with transaction.atomic():
        # Where only the PIN is new it is the old password again, whose fresh salt is what ends
        # the sessions that were opened with the old PIN.
        account.set_password(password or current_password)
        account.save(update_fields=["password"])
        if pin:
            set_pin(account, pin)
        Recovery.objects.filter(account=account).delete()
        _record(request, account, f"changed in the settings: {what}", AuditRecord.Outcome.SUCCESS)
    lift_lock_out(account)
    update_session_auth_hash(request, account)


def _record(
    request: HttpRequest, account: Account, detail: str, outcome: AuditRecord.Outcome
) -> None:
    record(
        AuditRecord.Action.RECOVER,
        outcome=outcome,
        account_id=account.pk,
        detail=detail,
        address=address_of(request),
    )
