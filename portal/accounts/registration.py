"""From a filled-in form to an account: register, confirm the address, choose credentials."""

from dataclasses import dataclass
from datetime import timedelta

import psycopg
from django.db import IntegrityError, transaction
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from portal import mail
from portal.accounts import limits
from portal.accounts.create import create_account
from portal.accounts.matching import link_if_matched
from portal.accounts.models import Account, Registration
from portal.accounts.tokens import digest, new_token
from portal.accounts.usernames import UsernameTaken

VALID = timedelta(hours=48)
KEPT = timedelta(days=30)


class AddressTaken(Exception):
    """Meanwhile an account with this email address has been made."""


@dataclass(frozen=True)
class Credentials:
    username: str
    password: str
    pin: str


@transaction.atomic
def register(registration: Registration, *, address: str | None) -> None:
    """Keeps the form and sends a letter: to confirm, or to say that there is an account already.

    Both ways do the same work, so that neither answer nor time tells which it was. Raises
    LetterNotSent and TooManyLetters; then nothing is kept.
    """
    forget_old()
    is_welcome = limits.may_send(registration.email, address)
    token = new_token()
    registration.token_digest = digest(token)
    registration.save()
    owner = account_with(registration.email)
    record(AuditRecord.Action.REGISTER, detail="form sent", address=address)
    if not is_welcome:
        return
    if owner is None:
        mail.confirm_registration(registration, token, VALID)
    else:
        mail.already_registered(owner)


def account_with(email: str) -> Account | None:
    return Account.objects.filter(email__iexact=email, is_active=True).first()


def registration_for(token: str) -> Registration | None:
    """The registration that a letter's link stands for, while it may still be confirmed."""
    return Registration.objects.filter(
        token_digest=digest(token), confirmed_at=None, created_at__gt=timezone.now() - VALID
    ).first()


@transaction.atomic
def confirm(
    registration: Registration, credentials: Credentials, *, address: str | None
) -> Account:
    """Makes the account. A patient is joined to a record if the identity matches exactly one.

    Raises UsernameTaken when somebody else chose it at the same moment, and AddressTaken also
    when the link was used a moment ago.
    """
    mine = Registration.objects.select_for_update().get(pk=registration.pk)
    if mine.confirmed_at or Account.objects.filter(email__iexact=mine.email).exists():
        raise AddressTaken
    mine.confirmed_at = timezone.now()
    mine.save(update_fields=["confirmed_at"])
    try:
        with transaction.atomic():
            account = _account_of(mine, credentials)
    except IntegrityError as error:
        raise (UsernameTaken if _is_about_username(error) else AddressTaken) from None
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
