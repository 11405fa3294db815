"""The forms before and at the door: registering, signing in, asking for help with it."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from portal.accounts.fields import (
    BirthDateField,
    NameField,
    PhoneField,
    SecretField,
    StateField,
)
from portal.accounts.models import Registration

# Names under which scripts written from the guide's labels send the fields.
_SPELLINGS = {
    "dob": "birth_date", "date_of_birth": "birth_date", "email_id": "email", "emailid": "email",
    "phone_number": "phone", "phonenumber": "phone", "firstname": "first_name",
    "middlename": "middle_name", "lastname": "last_name", "service": "services",
}  # fmt: skip


class RegistrationForm(forms.Form):
    first_name = NameField(
        _("first name"),
        label=_("First Name"),
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    middle_name = NameField(
        _("middle name"),
        label=_("Middle Name"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "additional-name"}),
    )
    last_name = NameField(
        _("last name"),
        label=_("Last Name"),
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    birth_date = BirthDateField(label=_("DOB"), help_text=_("Month, day and year: MM/DD/YYYY."))
    email = forms.EmailField(
        label=_("Email ID"),
        max_length=254,
        help_text=_("We send a letter there to confirm that the address is yours."),
        error_messages={
            "required": _("Enter your email address."),
            "invalid": _("Write an email address such as name@example.org."),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    city = NameField(
        _("city"),
        label=_("City"),
        also=",",
        widget=forms.TextInput(attrs={"autocomplete": "address-level2"}),
    )
    state = StateField(
        label=_("State"), widget=forms.Select(attrs={"autocomplete": "address-level1"})
    )
    facility = forms.CharField(
        label=_("Facility"),
        max_length=200,
        required=False,
        help_text=_("The practice or hospital. Providers must name theirs."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    services = forms.MultipleChoiceField(
        label=_("Services"),
        choices=[("patient", _("Patient")), ("provider", _("Provider"))],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose Patient or Provider.")},
    )
    phone = PhoneField(label=_("Phone Number"))

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(_as_the_form_spells_it(data) if data is not None else None)

    def clean_services(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["services"]
        if len(chosen) > 1:
            raise ValidationError(
                _(
                    "Choose one. To use both, register once as a patient and once as a provider, "
                    "each with an email address of its own."
                )
            )
        return chosen

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "provider" in cleaned.get("services", []) and not cleaned.get("facility"):
            self.add_error("facility", _("Name the facility where you work."))
        return cleaned

    def registration(self) -> Registration:
        """What was filled in, not saved yet."""
        entered = dict(self.cleaned_data)
        services = entered.pop("services")
        return Registration(
            wants_patient="patient" in services, wants_provider="provider" in services, **entered
        )


def _as_the_form_spells_it(data: QueryDict) -> QueryDict:
    """Field names in any letter case, and the choice of services likewise."""
    respelt = QueryDict(mutable=True)
    for name, values in data.lists():
        ours = name.lower()
        ours = _SPELLINGS.get(ours, ours)
        if ours == "services":
            values = [value.lower() for value in values if value]
        respelt.setlist(ours, values)
    return respelt


class SignInForm(forms.Form):
    WRONG = _("Username, password or PIN is not right. Please check all three and try again.")

    username = forms.CharField(
        label=_("Username"),
        max_length=150,
        error_messages={"required": _("Enter your username."), "max_length": WRONG},
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    password = SecretField(
        _("Enter your password."), autocomplete="current-password", label=_("Password")
    )
    pin = SecretField(_("Enter your PIN."), autocomplete="off", is_pin=True, label=_("PIN"))

    def __init__(self, data: QueryDict | None = None, *, with_code: bool = False) -> None:
        """``with_code``: asks for what stands in for the PIN, which its field takes anyway."""
        super().__init__(data)
        self.is_with_code = with_code
        if with_code:
            pin = self.fields["pin"]
            pin.label = _("Authenticator code")
            pin.help_text = _("Six digits from your app, or one of your recovery codes.")
            pin.widget.attrs["autocomplete"] = "one-time-code"
            pin.error_messages["required"] = _("Enter the code that your app shows.")


class RecoverForm(forms.Form):
    email = forms.EmailField(
        label=_("Email ID"),
        max_length=254,
        help_text=_("The address with which you registered."),
        error_messages={
            "required": _("Enter your email address."),
            "invalid": _("Write an email address such as name@example.org."),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
