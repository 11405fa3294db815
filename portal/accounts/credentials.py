"""The forms in which a password or PIN is chosen: at the beginning, after a loss, for a change."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from portal.accounts import usernames
from portal.accounts.fields import BirthDateField, SecretField
from portal.accounts.models import Account, Registration
from portal.accounts.pin import LONGEST, SHORTEST, check_new_pin, refuse_while_waiting
from portal.accounts.proof import ProofForm


class _NewPassword(forms.Form):
    """A password typed twice; ``account`` is whose it will be."""

    account: Account

    password = SecretField(
        _("Choose a password."),
        label=_("Password"),
        autocomplete="new-password",
        help_text=_(
            "At least 10 characters. Not a common password, not only digits, not made of your "
            "name, username, email address or date of birth."
        ),
    )
    password_again = SecretField(
        _("Type the password again."), autocomplete="new-password", label=_("Password again")
    )

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self.account)
        return password

    def clean_password_again(self) -> str:
        again: str = self.cleaned_data["password_again"]
        if "password" in self.cleaned_data and again != self.cleaned_data["password"]:
            raise ValidationError(_("The two passwords differ. Type the same one twice."))
        return again


class _NewPin(forms.Form):
    """A PIN typed twice."""

    account: Account

    pin = SecretField(
        _("Choose a PIN."),
        autocomplete="off",
        is_pin=True,
        label=_("PIN"),
        help_text=format_lazy(
            _("{shortest} to {longest} digits. You need it at every sign-in."),
            shortest=SHORTEST,
            longest=LONGEST,
        ),
    )
    pin_again = SecretField(
        _("Type the PIN again."), autocomplete="off", is_pin=True, label=_("PIN again")
    )

    def clean_pin(self) -> str:
        pin: str = self.cleaned_data["pin"]
        check_new_pin(pin, self.account.birth_date)
        return pin

    def clean_pin_again(self) -> str:
        again: str = self.cleaned_data["pin_again"]
        if "pin" in self.cleaned_data and again != self.cleaned_data["pin"]:
            raise ValidationError(_("The two PINs differ. Type the same one twice."))
        return again


class _Theirs(forms.Form):
    """Of somebody who has an account already; asks for the PIN where a form has that field."""

    def __init__(self, account: Account, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.account = account

    def clean_current_pin(self) -> str:
        refuse_while_waiting(self.account)
        pin: str = self.cleaned_data["current_pin"]
        return pin


class CredentialsForm(_NewPin, _NewPassword):
    """What a person chooses once the email address is confirmed."""

    TAKEN = _("This username is taken. Choose another one.")

    username = forms.CharField(
        label=_("Username"),
        help_text=usernames.ALPHABET,
        error_messages={"required": _("Choose a username.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )

    field_order = ["username", "password", "password_again", "pin", "pin_again"]

    def __init__(self, registration: Registration, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.account = Account(
            first_name=registration.first_name,
            middle_name=registration.middle_name,
            last_name=registration.last_name,
            email=registration.email,
            phone=registration.phone,
            birth_date=registration.birth_date,
        )

    def clean_username(self) -> str:
        try:
            username = usernames.check_new_username(self.cleaned_data["username"])
        except usernames.UsernameTaken:
            raise ValidationError(self.TAKEN) from None
        self.account.username = username  # so that the password may not resemble it
        return username


class NewPasswordForm(_Theirs, _NewPassword):
    """Recovery of the password: the PIN is the other factor."""

    current_pin = SecretField(
        _("Enter your PIN."), autocomplete="off", is_pin=True, label=_("Your PIN")
    )
    field_order = ["current_pin"]


class NewPinForm(_Theirs, _NewPin):
    """Recovery of the PIN: the password is the other factor."""

    current_password = SecretField(
        _("Enter your password."), autocomplete="current-password", label=_("Your password")
    )
    field_order = ["current_password"]


class NewBothForm(_Theirs, _NewPin, _NewPassword):
    """Recovery of both: the date of birth is what is left to ask for."""

    birth_date = BirthDateField(label=_("Your date of birth"))
    field_order = ["birth_date", "password", "password_again", "pin", "pin_again"]


class _Change(ProofForm):
    chosen: str
    """The field of what is changed."""
    labels: tuple[Any, Any]
    same: Any

    def __init__(self, account: Account, data: QueryDict | None = None) -> None:
        super().__init__(account, data)
        self.fields[self.chosen].label, self.fields[f"{self.chosen}_again"].label = self.labels

    def other_than_now(self, secret: str) -> str:
        if secret == self.cleaned_data.get(f"current_{self.chosen}"):
            raise ValidationError(self.same)
        return secret


class ChangePasswordForm(_Change, _NewPassword):
    chosen = "password"
    labels = (_("New password"), _("New password again"))
    same = _("This is the password you have now. Choose a different one.")
    field_order = ["current_password", "current_pin", "password", "password_again"]

    def clean_password(self) -> str:
        return self.other_than_now(super().clean_password())


class ChangePinForm(_Change, _NewPin):
    chosen = "pin"
    labels = (_("New PIN"), _("New PIN again"))
    same = _("This is the PIN you have now. Choose a different one.")
    field_order = ["current_password", "current_pin", "pin", "pin_again"]

    def clean_pin(self) -> str:
        return self.other_than_now(super().clean_pin())
