"""Forms of the settings."""

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.accounts.fields import PhoneField
from portal.accounts.models import Account
from portal.accounts.own import zones
from portal.accounts.proof import ProofForm


class EmailForm(ProofForm):
    email = forms.EmailField(
        label=_("New email address"),
        max_length=254,
        error_messages={
            "required": _("Enter your email address."),
            "invalid": _("Write an email address such as name@example.org."),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    field_order = ["email"]

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if email.casefold() == self.account.email.casefold():
            raise ValidationError(gettext("This is the address you have now."))
        return email


class PhoneForm(ProofForm):
    phone = PhoneField(label=_("New phone number"))
    field_order = ["phone"]


class PreferencesForm(forms.Form):
    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=[("", _("As my browser says")), *settings.LANGUAGES],
        help_text=_("Of pages and letters."),
    )
    time_zone = forms.CharField(
        label=_("Time zone"),
        required=False,
        max_length=60,
        help_text=_("Type a city or choose from the list. Empty: the one of the practice."),
        widget=forms.TextInput(attrs={"list": "time-zones", "autocomplete": "off"}),
    )

    def __init__(self, account: Account, data: QueryDict | None = None) -> None:
        now = {"language": account.language, "time_zone": account.time_zone}
        super().__init__(data, initial=now)

    def clean_time_zone(self) -> str:
        text: str = self.cleaned_data["time_zone"]
        zone = zones.find(text) if text.strip() else ""
        if zone is None:
            raise ValidationError(
                gettext("There is no such time zone. Write one such as America/Chicago.")
            )
        return zone


class CloseForm(ProofForm):
    WORD = _("CLOSE")

    word = forms.CharField(label=_("Type the word to confirm"), max_length=20)
    field_order = ["word"]

    def __init__(self, account: Account, data: QueryDict | None = None) -> None:
        super().__init__(account, data)
        self.fields["word"].help_text = self._what_to_type
        self.fields["word"].error_messages["required"] = self._what_to_type

    @property
    def _what_to_type(self) -> str:
        return gettext("Type %(word)s, in capital letters.") % {"word": self.WORD}

    def clean_word(self) -> str:
        word: str = self.cleaned_data["word"]
        if word != str(self.WORD):
            raise ValidationError(self._what_to_type)
        return word
