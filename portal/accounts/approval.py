"""An administrator's decisions about an account: approve, link, and take both back."""

from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from fhirapi.smart.models import RecordLink
from fhirapi.smart.people import links
from portal import mail
from portal.accounts.models import Account

BY_HAND = RecordLink.Method.ADMINISTRATOR


@transaction.atomic
def approve_provider(
    account: Account,
    practitioner_id: str,
    *,
    by: AbstractUser | None,
    method: RecordLink.Method = BY_HAND,
) -> None:
    """Lets a provider in as this Practitioner. Raises AlreadyLinked and NoSuchResource."""
    links.link(account, "Practitioner", practitioner_id, method=method, by=by)
    account.provider_approved_at = timezone.now()
    account.save(update_fields=["provider_approved_at"])
    _record(account, "approved", by)


@transaction.atomic
def withdraw_approval(account: Account, *, by: AbstractUser) -> None:
    links.unlink(account, "Practitioner", by=by)
    account.provider_approved_at = None
    account.save(update_fields=["provider_approved_at"])
    _record(account, "approval withdrawn", by)


def link_patient(account: Account, patient_id: str, *, by: AbstractUser) -> None:
    """Raises AlreadyLinked and NoSuchResource."""
    links.link(account, "Patient", patient_id, method=BY_HAND, by=by)


def unlink_patient(account: Account, *, by: AbstractUser) -> None:
    links.unlink(account, "Patient", by=by)


def tell(account: Account, *, is_provider: bool) -> bool:
    """Writes to the person that the wait is over; false: there is no address or no mail server."""
    if not account.email:
        return False
    letter = mail.provider_approved if is_provider else mail.record_linked
    try:
        letter(account)
    except mail.LetterNotSent:
        return False
    return True


def _record(account: Account, what: str, by: AbstractUser | None) -> None:
    who = f" by account {by.pk}" if by else ""
    record(AuditRecord.Action.APPROVE, account_id=account.pk, detail=what + who)
