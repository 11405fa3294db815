"""What letters can be about, and the forms that ask for it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

TOPICS = [
    ("status", _("Incidents and planned maintenance")),
    ("changes", _("Changes of the API, and what is going to end")),
]


class TopicsForm(forms.Form):
    topics = forms.MultipleChoiceField(
        label=_("Tell me of"),
        choices=TOPICS,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one.")},
    )

    def wanted(self) -> dict[str, Any]:
        """As fields of a Subscription."""
        chosen = self.cleaned_data["topics"]
        return {"wants_status": "status" in chosen, "wants_changes": "changes" in chosen}


class SubscribeForm(TopicsForm):
    email = forms.EmailField(
        label=_("Email ID"),
        max_length=254,
        error_messages={
            "required": _("Enter your email address."),
            "invalid": _("Write an email address such as name@example.org."),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    field_order = ["email", "topics"]
