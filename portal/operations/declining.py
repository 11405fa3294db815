"""Not letting an account in for a service, with a letter; and taking that back."""

from django.db import transaction

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from portal import mail
from portal.accounts.models import Account
from portal.operations.models import Declined


@transaction.atomic
def decline(account: Account, service: str, *, by: Account) -> None:
    _, is_new = Declined.objects.get_or_create(
        account=account, service=service, defaults={"declined_by": by}
    )
    if is_new:
        _record(account, f"declined as {service}", by)


@transaction.atomic
def reopen(account: Account, service: str, *, by: Account) -> bool:
    gone, _ = Declined.objects.filter(account=account, service=service).delete()
    if gone:
        _record(account, f"waits again as {service}", by)
    return bool(gone)


def tell(account: Account, service: str) -> bool:
    """False: there is no address or no mail server."""
    if not account.email:
        return False
    is_provider = service == Declined.Service.PROVIDER
    letter = mail.provider_declined if is_provider else mail.not_matched
    try:
        letter(account)
    except mail.LetterNotSent:
        return False
    return True


def _record(account: Account, what: str, by: Account) -> None:
    record(AuditRecord.Action.APPROVE, account_id=account.pk, detail=f"{what} by account {by.pk}")
