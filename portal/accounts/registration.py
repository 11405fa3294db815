"""From a filled-in form to an account: register, confirm the address, choose credentials."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import psycopg
from django.db import IntegrityError, transaction
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from portal import mail
from portal.accounts import limits
from portal.accounts.create import create_account
from portal.accounts.matching import link_if_matched
from portal.accounts.models import Account, Registration, in_any_case
from portal.accounts.tokens import digest, digests, new_token
from portal.accounts.usernames import UsernameTaken

VALID = timedelta(hours=48)
KEPT = timedelta(days=30)


class Closed(StrEnum):
    """Why a letter's link opens no form."""

    USED = "used"
    REPLACED = "replaced"
    EXPIRED = "expired"
    """Or was never ours."""


class LinkClosed(Exception):
    """Meanwhile the link was used, or something else has closed it; ``why_closed`` tells."""


@dataclass(frozen=True)
class Credentials:
    username: str
    password: str
    pin: str


def register(registration: Registration, *, address: str | None) -> None:
    """Keeps the form and sends a letter: to confirm, or to say that there is an account already.

    Both ways do the same work, so that neither answer nor time tells which it was. Raises
    LetterNotSent and TooManyLetters; then nothing is kept.
    """
    token = _keep(registration, address)
    if token is None:
        return
    try:  # after the commit: nothing in the database waits for the mail server
        if owner := Account.with_email(registration.email).first():
            (mail.already_registered if owner.is_active else mail.account_not_open)(owner)
        else:
            mail.confirm_registration(registration, token, VALID)
    except mail.LetterNotSent:
        limits.take_back(registration.email)
        registration.delete()
        raise


@transaction.atomic
def _keep(registration: Registration, address: str | None) -> str | None:
    """The token for the letter; None: the mailbox has had enough, so nobody could open the link."""
    forget_old()
    is_welcome = limits.may_send(registration.email, address)
    record(AuditRecord.Action.REGISTER, detail="form sent", address=address)
    if not is_welcome:
        return None
    token = new_token()
    registration.token_digest = digest(token)
    registration.save()
    return token


def account_with(email: str) -> Account | None:
    return Account.with_email(email).filter(is_active=True).first()


def registration_for(token: str) -> Registration | None:
    """The registration that a letter's link stands for, still to be confirmed or not."""
    return Registration.objects.filter(token_digest__in=digests(token)).first()


def why_closed(registration: Registration | None) -> Closed | None:
    """None while it may be confirmed. Of several letters to one address the newest counts."""
    if registration is None:
        return Closed.EXPIRED
    email = registration.email
    if registration.confirmed_at or Account.with_email(email).exists():
        return Closed.USED
    if registration.created_at <= timezone.now() - VALID:
        return Closed.EXPIRED
    newer = Registration.objects.filter(in_any_case("email", email), pk__gt=registration.pk)
    return Closed.REPLACED if newer.exists() else None


@transaction.atomic
def confirm(
    registration: Registration, credentials: Credentials, *, address: str | None
) -> Account:
    """Makes the account. A patient is joined to a record if the identity matches exactly one.

    Raises UsernameTaken when somebody else chose it at the same moment, and LinkClosed when the
    link was used or replaced a moment ago.
    """
    mine = Registration.objects.select_for_update().get(pk=registration.pk)
    if why_closed(mine):
        raise LinkClosed
    mine.confirmed_at = timezone.now()
    mine.save(update_fields=["confirmed_at"])
    try:
        with transaction.atomic():
            account = _account_of(mine, credentials)
    except IntegrityError as error:
        raise (UsernameTaken if _is_about_username(error) else LinkClosed) from None
    record(AuditRecord.Action.REGISTER, account_id=account.pk, address=address)
    link_if_matched(account)
    return account


def _is_about_username(error: IntegrityError) -> bool:
    cause = error.__cause__
    constraint = cause.diag.constraint_name if isinstance(cause, psycopg.Error) else None
    return "username" in (constraint or "")


def _account_of(registration: Registration, credentials: Credentials) -> Account:
    return create_account(
        username=credentials.username,
        password=credentials.password,
        pin=credentials.pin,
        first_name=registration.first_name,
        middle_name=registration.middle_name,
        last_name=registration.last_name,
        email=registration.email,
        birth_date=registration.birth_date,
        city=registration.city,
        state=registration.state,
        facility=registration.facility,
        phone=registration.phone,
        wants_patient=registration.wants_patient,
        wants_provider=registration.wants_provider,
    )


def forget_old() -> None:
    """What nobody confirmed is not ours to keep."""
    Registration.objects.filter(confirmed_at=None, created_at__lt=timezone.now() - KEPT).delete()
