"""A new password or PIN: a letter proves the mailbox, the other factor proves the person."""

from datetime import timedelta
from enum import StrEnum

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from portal import mail
from portal.accounts import limits
from portal.accounts.factors.second import remove_all
from portal.accounts.models import Account, Recovery
from portal.accounts.own import email as emails
from portal.accounts.pin import set_pin
from portal.accounts.registration import account_with
from portal.accounts.sessions import living
from portal.accounts.tokens import digest, digests, new_token

VALID = timedelta(hours=1)
TRIES = 5


class Forgotten(StrEnum):
    PASSWORD = "password"  # noqa: S105 - a word
    PIN = "pin"
    BOTH = "both"


def ask(email: str, *, address: str | None) -> None:
    """Sends a letter, also where no account is: answer and time tell nothing.

    Both ways wait for one commit and one letter. Raises LetterNotSent and TooManyLetters.
    """
    with transaction.atomic():
        is_welcome = limits.may_send(email, address, sort=limits.RECOVERY)
        account = account_with(email)
        link = _new_link(account) if account and is_welcome else None
    if not is_welcome:
        return
    try:
        if account and link:
            _send(account, *link)
        else:
            mail.no_account(email)
    except mail.LetterNotSent:
        limits.take_back(email, sort=limits.RECOVERY)
        raise


def send_letter(account: Account) -> None:
    """Only the newest letter of an account works. Raises LetterNotSent; then none does."""
    with transaction.atomic():  # over before the mail server is asked
        link = _new_link(account)
    _send(account, *link)


def _new_link(account: Account) -> tuple[str, Recovery]:
    token = new_token()
    Recovery.objects.filter(account=account).delete()
    return token, Recovery.objects.create(account=account, token_digest=digest(token))


def _send(account: Account, token: str, made: Recovery) -> None:
    try:
        mail.recover(account, token, VALID)
    except mail.LetterNotSent:
        made.delete()
        raise


def recovery_for(token: str) -> Recovery | None:
    """What a letter's link stands for, while it may still be used."""
    return (
        Recovery.objects.select_related("account")
        .filter(
            token_digest__in=digests(token),
            used_at=None,
            failures__lt=TRIES,
            created_at__gt=timezone.now() - VALID,
            account__is_active=True,
        )
        .first()
    )


def claim_try(recovery: Recovery) -> bool:
    """Uses up one try, before the second factor is looked at; false: none is left.

    Counted first, because of many answers sent at once each would find a link that is still good.
    A right answer gets nothing back: it uses the link up anyway.
    """
    claimed = Recovery.objects.filter(pk=recovery.pk, used_at=None, failures__lt=TRIES).update(
        failures=F("failures") + 1
    )
    return claimed == 1


def refuse(recovery: Recovery, *, address: str | None) -> int:
    """Records a wrong second factor; returns how many tries are left."""
    recovery.refresh_from_db(fields=["failures"])
    record(
        AuditRecord.Action.RECOVER,
        outcome=AuditRecord.Outcome.DENIED,
        account_id=recovery.account_id,
        detail="wrong second factor",
        address=address,
    )
    return max(TRIES - recovery.failures, 0)


def forget_old() -> None:
    """Links that are past their hour; the audit trail keeps what was done with them."""
    Recovery.objects.filter(created_at__lt=timezone.now() - VALID).delete()


def may_recover_both(account: Account) -> bool:
    """Mailbox and date of birth are enough for a person's own data, not for administration."""
    return account.birth_date is not None and not account.is_staff


@transaction.atomic
def change(
    recovery: Recovery, *, password: str, pin: str | None, forgotten: Forgotten, address: str | None
) -> bool:
    """Sets the new credentials and ends every session; false: the link was used meanwhile.

    ``password`` is set in every case: where only the PIN is new it is the old one again, whose
    fresh salt is what makes the sessions opened with the old PIN invalid.
    """
    used = Recovery.objects.filter(pk=recovery.pk, used_at=None).update(used_at=timezone.now())
    if not used:
        return False
    account = recovery.account
    account.set_password(password)
    account.save(update_fields=["password"])
    if pin is not None:
        set_pin(account, pin)
    record(
        AuditRecord.Action.RECOVER,
        account_id=account.pk,
        detail=f"changed: {forgotten.value}",
        address=address,
    )
    living.end_all(account)
    emails.cancel(account, address=address)  # whoever asked for it may not have been the owner
    if forgotten is Forgotten.BOTH:
        remove_all(account)
    return True
