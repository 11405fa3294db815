"""The forms of a team: whom to invite as what, and another role."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fhirapi.smart.models import RecordLink
from portal.team import invitations
from portal.team.roles import WORDS


class RoleForm(forms.Form):
    role = forms.ChoiceField(
        label=gettext_lazy("Role"), choices=lambda: list(WORDS.items()), widget=forms.RadioSelect
    )


class InviteForm(RoleForm):
    email = forms.EmailField(
        label=gettext_lazy("Email"),
        max_length=254,
        help_text=gettext_lazy("The letter with the link goes there. Only its owner can join."),
        error_messages={
            "required": gettext_lazy("Enter an email address."),
            "invalid": gettext_lazy("Write an email address such as name@example.org."),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    field_order = ("email", "role")

    def __init__(self, lead: RecordLink, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lead = lead

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if invitations.is_member(self._lead, email):
            raise ValidationError(_("Somebody with this address is on the team already."))
        open_ones = invitations.pending(self._lead)
        if open_ones.filter(email__iexact=email).exists():
            raise ValidationError(
                _("This address is invited already. Send the letter again, or withdraw it.")
            )
        if open_ones.count() >= invitations.MOST:
            raise ValidationError(_("Too many invitations are open. Withdraw some first."))
        return email
