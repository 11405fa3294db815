"""A new password or PIN for somebody who is signed in and knows both of the old ones."""

from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.http import HttpRequest

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import address_of, record
from portal.accounts.models import Account, Recovery
from portal.accounts.own import email as emails
from portal.accounts.pin import set_pin
from portal.accounts.proof import prove
from portal.accounts.sessions import living


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
    action = AuditRecord.Action.RECOVER
    prove(
        request, account, current_password, current_pin, action=action, what=f"not changed: {what}"
    )
    with transaction.atomic():
        # Where only the PIN is new it is the old password again, whose fresh salt is what ends
        # the sessions that were opened with the old PIN.
        account.set_password(password or current_password)
        account.save(update_fields=["password"])
        if pin:
            set_pin(account, pin)
        Recovery.objects.filter(account=account).delete()
        # A new mailbox may have been asked for by whoever knew the old ones.
        emails.cancel(account, address=address_of(request))
        record(
            action,
            account_id=account.pk,
            detail=f"changed in the settings: {what}",
            address=address_of(request),
        )
    living.end_all(account)
    update_session_auth_hash(request, account)  # gives this session a new key
    living.began(request, account)
