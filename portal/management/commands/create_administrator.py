"""Makes the first administrator of an installation; others are given rights on the admin pages."""

from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from portal.accounts.create import create_account
from portal.accounts.factors.second import remove_all
from portal.accounts.models import Account
from portal.accounts.own import email as emails
from portal.accounts.pin import check_new_pin, set_pin
from portal.accounts.sessions import living
from portal.accounts.signin import lift_lock_out, named
from portal.accounts.usernames import check_new_username


class Command(BaseCommand):
    help = "Makes an administrator, or gives an existing one a new password and PIN (--reset)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--email", default="", help="Needed for recovery by letter.")
        parser.add_argument("--first-name", default="System")
        parser.add_argument("--last-name", default="Administrator")
        parser.add_argument("--reset", action="store_true", help="The account exists already.")

    def handle(self, *args: Any, **options: Any) -> None:
        existing = named(options["username"])
        if existing and not options["reset"]:
            raise CommandError("This username is taken; --reset gives it a new password and PIN.")
        if options["reset"] and (existing is None or not existing.is_staff):
            raise CommandError("There is no administrator with this username.")
        try:
            if existing:
                self._reset(existing)
            else:
                self._create(options)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None

    def _create(self, options: dict[str, Any]) -> None:
        check_new_username(options["username"])
        if options["email"]:
            validate_email(options["email"])
            if Account.with_email(options["email"]).exists():
                raise CommandError("Another account has this email address.")
        of_whom = ("username", "email", "first_name", "last_name")
        password, pin = _ask(Account(**{name: options[name] for name in of_whom}))
        create_account(
            username=options["username"],
            password=password,
            pin=pin,
            first_name=options["first_name"],
            last_name=options["last_name"],
            email=options["email"],
            is_staff=True,
            is_superuser=True,
        )
        self.stdout.write("The administrator can sign in at /admin/.")

    def _reset(self, account: Account) -> None:
        password, pin = _ask(account)
        account.set_password(password)
        account.save(update_fields=["password"])
        set_pin(account, pin)
        remove_all(account)
        emails.cancel(account, address=None)
        living.end_all(account)
        lift_lock_out(account)
        self.stdout.write("Password and PIN are new; all sessions have ended.")


def _ask(account: Account) -> tuple[str, str]:
    password = _twice("Password")
    validate_password(password, account)
    pin = _twice("PIN")
    check_new_pin(pin, account.birth_date)
    return password, pin


def _twice(what: str) -> str:
    typed = getpass(f"{what}: ")
    if getpass(f"{what} again: ") != typed:
        raise CommandError(f"The two entries differ: {what}.")
    return typed
