"""A new email address: the new mailbox confirms it, the old one can take it back."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from portal import mail
from portal.accounts import limits
from portal.accounts.factors.second import remove_all
from portal.accounts.models import Account, Recovery
from portal.accounts.own.models import EmailChange
from portal.accounts.sessions import living
from portal.accounts.tokens import digest, digests, new_token

CONFIRM = timedelta(hours=24)
UNDO = timedelta(days=14)


def ask(account: Account, email: str, *, address: str | None) -> None:
    """Writes to both mailboxes; nothing changes yet.

    An address that has an account gets a letter that says so, and the asking person the same
    answer as ever. Raises LetterNotSent and TooManyLetters.
    """
    with transaction.atomic():
        is_welcome = limits.may_send(email, address)
        change, tokens = _keep(account, email)
        _record(account, "email address: asked for a new one", address)
    try:
        if is_welcome and Account.with_email(email).exists():
            mail.email_taken(email, account)
        elif is_welcome:
            mail.confirm_email(account, email, tokens[0], CONFIRM)
        if account.email:
            mail.email_changes(account, tokens[1])
    except mail.LetterNotSent:
        change.delete()
        raise


def _keep(account: Account, email: str) -> tuple[EmailChange, tuple[str, str]]:
    """One is under way at a time; what was confirmed may still be undone."""
    EmailChange.objects.filter(account=account, confirmed_at=None).delete()
    confirm, undo = new_token(), new_token()
    change = EmailChange.objects.create(
        account=account,
        old_email=account.email,
        new_email=Account.objects.normalize_email(email),
        confirm_digest=digest(confirm),
        undo_digest=digest(undo),
    )
    return change, (confirm, undo)


def under_way(account: Account) -> EmailChange | None:
    since = timezone.now() - CONFIRM
    waiting = EmailChange.objects.filter(account=account, confirmed_at=None, asked_at__gt=since)
    return waiting.order_by("-pk").first()


def to_confirm(token: str) -> EmailChange | None:
    return _usable(CONFIRM).filter(confirm_digest__in=digests(token), confirmed_at=None).first()


def to_undo(token: str) -> EmailChange | None:
    return _usable(UNDO).filter(undo_digest__in=digests(token)).first()


def _usable(valid: timedelta) -> QuerySet[EmailChange]:
    since = timezone.now() - valid
    found = EmailChange.objects.filter(asked_at__gt=since, account__is_active=True)
    return found.select_related("account")


def confirm(change: EmailChange, *, address: str | None) -> bool:
    """False: somebody else has the address by now, or the link was used a moment ago."""
    try:
        with transaction.atomic():
            mine = EmailChange.objects.filter(pk=change.pk, confirmed_at=None)
            if not mine.update(confirmed_at=timezone.now()):
                return False
            _set(change.account, change.new_email)
            _record(change.account, "email address: changed", address)
    except IntegrityError:
        return False
    return True


@transaction.atomic
def undo(change: EmailChange, *, address: str | None) -> bool:
    """Gives the old address back; ends every session and what stands in for the PIN.

    Whoever asked for the change knew password and PIN, and may have added a passkey as well.
    """
    try:
        with transaction.atomic():
            if change.confirmed_at:
                _set(change.account, change.old_email)
    except IntegrityError:
        return False
    EmailChange.objects.filter(account=change.account, pk__gte=change.pk).delete()
    living.end_all(change.account)
    remove_all(change.account)
    _record(change.account, "email address: change undone", address)
    return True


@transaction.atomic
def cancel(account: Account, *, address: str | None) -> None:
    if EmailChange.objects.filter(account=account, confirmed_at=None).delete()[0]:
        _record(account, "email address: change given up", address)


def forget_old() -> None:
    EmailChange.objects.filter(asked_at__lt=timezone.now() - UNDO).delete()


def _set(account: Account, email: str) -> None:
    account.email = email
    account.save(update_fields=["email"])
    Recovery.objects.filter(account=account).delete()  # letters in the other mailbox


def _record(account: Account, detail: str, address: str | None) -> None:
    record(AuditRecord.Action.ACCOUNT_CHANGE, account_id=account.pk, detail=detail, address=address)
