"""The forms of Manage API and Manage FHIR API."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from fhirapi.smart.people import keys
from portal.accounts.models import Account
from portal.accounts.pin import LONGEST, require_pin

_DATE = "%m/%d/%Y"
_LAST_YEAR = 2100


class UsDateField(forms.DateField):
    """MM/DD/YYYY as the guide writes it; ISO is understood as well."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(format=_DATE, attrs={"autocomplete": "off"})
        super().__init__(
            input_formats=[_DATE, "%Y-%m-%d"],
            widget=widget,
            error_messages={
                "required": _("Enter a date as MM/DD/YYYY."),
                "invalid": _("Enter a date that exists, as MM/DD/YYYY."),
            },
            **kwargs,
        )

    def clean(self, value: Any) -> date | None:
        found: date | None = super().clean(value)
        if found and not 2000 <= found.year <= _LAST_YEAR:
            raise forms.ValidationError(
                gettext("Enter a year between 2000 and %(last)s.") % {"last": _LAST_YEAR}
            )
        return found


class ValidityForm(forms.Form):
    valid_from = UsDateField(label=_("Valid From"), help_text=_("MM/DD/YYYY"))
    valid_to = UsDateField(
        label=_("Valid To"), help_text=_("MM/DD/YYYY, the last day on which the key works")
    )

    def clean_valid_to(self) -> date:
        valid_to: date = self.cleaned_data["valid_to"]
        valid_from: date | None = self.cleaned_data.get("valid_from")
        if valid_from and valid_to < valid_from:
            raise forms.ValidationError(gettext("Valid To must not lie before Valid From."))
        return valid_to


_DOES = {
    "no": _("Read: apps with this key see the records of its patients and change nothing"),
    "yes": _(
        "Read and write: they may also add, change and delete data in the records of its patients "
        "whom you treat"
    ),
}


_ADDS = _("Adding patients to a key that may write takes your PIN, as showing its secret does.")


class KeyForm(ValidityForm):
    label = forms.CharField(
        label=_("Name of the key"),
        max_length=60,
        required=False,
        help_text=_("For yourself, for example the app that will use it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    may_write = forms.ChoiceField(
        label=_("What the key may do"),
        widget=forms.RadioSelect,
        initial="no",
        required=False,
        choices=_DOES.items(),
        error_messages={"invalid_choice": _("Choose one of the two.")},
    )
    confirm_writing = forms.BooleanField(
        label=_("Yes, apps with this key may change records"),
        required=False,
        help_text=_(
            "Whoever has the key and its secret writes in your name. Give it to an app that you "
            "trust with this, and to no other. Every change stands in the activity of the patient."
        ),
    )
    pin = forms.CharField(
        label=_("Your PIN"),
        max_length=LONGEST,
        strip=True,
        help_text=_("Letting a key write takes your PIN, as showing its secret does."),
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": _("Enter your PIN.")},
    )
    field_order = ["label", "valid_from", "valid_to", "may_write", "confirm_writing", "pin"]

    def __init__(
        self,
        *args: Any,
        account: Account,
        may_let_write: bool = False,
        writes_now: bool = False,
        adds_patients: bool = False,
        **kwargs: Any,
    ) -> None:
        """``may_let_write``: of the account; ``writes_now``: what the key does so far."""
        super().__init__(*args, **kwargs)
        self.account = account
        self.writes_now = writes_now
        given = self.data if self.is_bound else self.initial
        if not (may_let_write or writes_now):
            del self.fields["may_write"]
        elif not self.is_bound or given.get("may_write"):
            self.fields["may_write"].required = True  # no "optional" beside what is always chosen
        begins = "may_write" in self.fields and not writes_now and given.get("may_write") == "yes"
        widens = writes_now and adds_patients and given.get("may_write") != "no"
        if not begins:
            del self.fields["confirm_writing"]
        if not (begins or widens):
            del self.fields["pin"]
        elif widens:
            self.fields["pin"].help_text = _ADDS

    def clean_may_write(self) -> bool:
        """Left out, as scripts do, it stays as it is."""
        chosen: str = self.cleaned_data["may_write"]
        return chosen == "yes" if chosen else self.writes_now

    @property
    def is_pin_refused(self) -> bool:
        return "pin" in self.errors

    def clean_pin(self) -> str:
        pin: str = self.cleaned_data["pin"]
        require_pin(self.account, pin)
        return pin

    def clean(self) -> dict[str, Any]:
        """To widen a key takes a second word, and the PIN."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        given.pop("pin", None)
        if "confirm_writing" in self.fields and not given.pop("confirm_writing", False):
            self.add_error("confirm_writing", _("Tick this box if you want that, and save again."))
        return given

    def clean_label(self) -> str:
        """Left out, as scripts do, it stays as it is; empty, it goes."""
        label: str = self.cleaned_data["label"]
        is_sent = self.add_prefix("label") in self.data
        return label if is_sent else str(self.initial.get("label", ""))


class NewKeyForm(KeyForm):
    def clean_valid_to(self) -> date:
        valid_to = super().clean_valid_to()
        if valid_to < timezone.localdate():
            raise forms.ValidationError(gettext("This day is past. Choose today or a later day."))
        return valid_to


class PinForm(forms.Form):
    """Asks for the PIN again before a secret is shown."""

    pin = forms.CharField(
        label=_("Your PIN"),
        max_length=LONGEST,
        strip=True,
        widget=forms.PasswordInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "autofocus": True}
        ),
        error_messages={"required": _("Enter your PIN.")},
    )
    is_brief = True  # one field: its own error is enough, a summary would only repeat it

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account = account

    def clean_pin(self) -> str:
        pin: str = self.cleaned_data["pin"]
        require_pin(self.account, pin)
        return pin


_OVERLAPS = {
    "now": _("Not at all: it stops at once"),
    "1 hour": _("For 1 hour more"),
    "24 hours": _("For 24 hours more"),
    "7 days": _("For 7 days more"),
}


class RotateForm(forms.Form):
    overlap = forms.ChoiceField(
        label=_("How long may the old secret go on working?"),
        widget=forms.RadioSelect,
        initial="24 hours",
        help_text=_("Long enough to put the new secret into every app that uses this key."),
        choices=[(name, _OVERLAPS[name]) for name in keys.OVERLAPS],
        error_messages={
            "required": _("Choose how long the old secret may go on working."),
            "invalid_choice": _("Choose one of the times in the list."),
        },
    )
    is_brief = True
