"""The forms in which a password or PIN is chosen: at the beginning, after a loss, for a change."""

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import QueryDict

from portal.accounts import usernames
from portal.accounts.fields import BirthDateField, SecretField
from portal.accounts.models import Account, Registration
from portal.accounts.pin import LONGEST, SHORTEST, check_new_pin, refuse_while_waiting


class _NewPassword(forms.Form):
    """A password typed twice; ``account`` is whose it will be."""

    account: Account

    password = SecretField(
        "Choose a password.",
        autocomplete="new-password",
        help_text=(
            "At least 10 characters. Not a common password, not only digits, not made of your "
            "name, username, email address or date of birth."
        ),
    )
    password_again = SecretField("Type the password again.", autocomplete="new-password")

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self.account)
        return password

    def clean_password_again(self) -> str:
        again: str = self.cleaned_data["password_again"]
        if "password" in self.cleaned_data and again != self.cleaned_data["password"]:
            raise ValidationError("The two passwords differ. Type the same one twice.")
        return again


class _NewPin(forms.Form):
    """A PIN typed twice."""

    account: Account

    pin = SecretField(
        "Choose a PIN.",
        autocomplete="off",
        is_pin=True,
        label="PIN",
        help_text=f"{SHORTEST} to {LONGEST} digits. You need it at every sign-in.",
    )
    pin_again = SecretField(
        "Type the PIN again.", autocomplete="off", is_pin=True, label="PIN again"
    )

    def clean_pin(self) -> str:
        pin: str = self.cleaned_data["pin"]
        check_new_pin(pin, self.account.birth_date)
        return pin

    def clean_pin_again(self) -> str:
        again: str = self.cleaned_data["pin_again"]
        if "pin" in self.cleaned_data and again != self.cleaned_data["pin"]:
            raise ValidationError("The two PINs differ. Type the same one twice.")
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

    TAKEN = "This username is taken. Choose another one."

    username = forms.CharField(
        help_text=usernames.ALPHABET,
        error_messages={"required": "Choose a username."},
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

    current_pin = SecretField("Enter your PIN.", autocomplete="off", is_pin=True, label="Your PIN")
    field_order = ["current_pin"]


class NewPinForm(_Theirs, _NewPin):
    """Recovery of the PIN: the password is the other factor."""

    current_password = SecretField(
        "Enter your password.", autocomplete="current-password", label="Your password"
    )
    field_order = ["current_password"]


class NewBothForm(_Theirs, _NewPin, _NewPassword):
    """Recovery of both: the date of birth is what is left to ask for."""

    birth_date = BirthDateField(label="Your date of birth")
    field_order = ["birth_date", "password", "password_again", "pin", "pin_again"]


class _Change(_Theirs):
    """Both of what a person signs in with now: an open session alone changes neither."""

    WRONG = "Your current password or PIN is not right. Please check both and try again."

    chosen: str
    """The field of what is changed."""
    words: str

    current_password = SecretField(
        "Enter your current password.", autocomplete="current-password", label="Current password"
    )
    current_pin = SecretField(
        "Enter your current PIN.", autocomplete="off", is_pin=True, label="Current PIN"
    )

    def __init__(self, account: Account, data: QueryDict | None = None) -> None:
        super().__init__(account, data)
        self.fields[self.chosen].label = f"New {self.words}"
        self.fields[f"{self.chosen}_again"].label = f"New {self.words} again"

    def other_than_now(self, secret: str) -> str:
        if secret == self.cleaned_data.get(f"current_{self.chosen}"):
            raise ValidationError(f"This is the {self.words} you have now. Choose a different one.")
        return secret


class ChangePasswordForm(_Change, _NewPassword):
    chosen = words = "password"
    field_order = ["current_password", "current_pin", "password", "password_again"]

    def clean_password(self) -> str:
        return self.other_than_now(super().clean_password())


class ChangePinForm(_Change, _NewPin):
    chosen, words = "pin", "PIN"
    field_order = ["current_password", "current_pin", "pin", "pin_again"]

    def clean_pin(self) -> str:
        return self.other_than_now(super().clean_pin())
