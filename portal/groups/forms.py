"""The one thing that is typed about a list."""

from django import forms
from django.utils.translation import gettext_lazy as _

from fhirapi.bulk.groups.change import LONGEST_NAME


class NameForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=LONGEST_NAME,
        help_text=_("Apps that see the list see its name: name no patient in it."),
        error_messages={"required": _("Give the list a name.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
