"""Making an account together with its PIN; for confirmation, demo, tests and commands."""

from datetime import date

from django.db import transaction

from portal.accounts.models import Account
from portal.accounts.pin import set_pin


@transaction.atomic
def create_account(
    *,
    username: str,
    password: str,
    pin: str,
    first_name: str,
    last_name: str,
    middle_name: str = "",
    email: str = "",
    birth_date: date | None = None,
    city: str = "",
    state: str = "",
    facility: str = "",
    phone: str = "",
    wants_patient: bool = False,
    wants_provider: bool = False,
    is_staff: bool = False,
    is_superuser: bool = False,
) -> Account:
    """Trusts its caller: forms have checked the values.

    Raises IntegrityError when the username or the email address is taken.
    """
    account = Account(
        username=Account.normalize_username(username),
        first_name=first_name,
        middle_name=middle_name,
        last_name=last_name,
        email=Account.objects.normalize_email(email),
        birth_date=birth_date,
        city=city,
        state=state,
        facility=facility,
        phone=phone,
        wants_patient=wants_patient,
        wants_provider=wants_provider,
        is_staff=is_staff,
        is_superuser=is_superuser,
    )
    account.set_password(password)
    account.save()
    set_pin(account, pin)
    return account
