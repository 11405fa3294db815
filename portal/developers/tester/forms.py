"""What a run of the tester asks for: mode and scopes; and, for one request, the app's proof."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from fhirapi.smart.models import Client

STANDALONE, EHR, BACKEND = "standalone", "ehr", "backend"
_LONGEST_JWK = 20_000


def default_scope(client: Client, mode: str) -> str:
    """Everything that the app is registered for and that suits the mode."""
    left_out = {"launch", "launch/encounter"} if mode == STANDALONE else {"launch/patient"}
    return " ".join(each for each in client.allowed_scopes.split() if each not in left_out)


class ProofForm(forms.Form):
    client_secret = forms.CharField(
        label=_("Client secret"),
        help_text=_("Used for this one request and kept nowhere."),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("The app shows who it is with its secret.")},
    )
    private_jwk = forms.CharField(
        label=_("Private key (JWK)"),
        max_length=_LONGEST_JWK,
        help_text=_(
            "With the kid of a public key that the app is registered with. It signs this one "
            "request and is kept nowhere. Use a key made for testing."
        ),
        widget=forms.Textarea(
            attrs={"rows": 5, "spellcheck": "false", "autocomplete": "off", "class": "value"}
        ),
        error_messages={"required": _("The app shows who it is by signing.")},
    )

    def __init__(self, *args: Any, client: Client, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if client.kind != Client.Kind.SYMMETRIC:
            del self.fields["client_secret"]
        if client.kind not in (Client.Kind.ASYMMETRIC, Client.Kind.BACKEND):
            del self.fields["private_jwk"]


class StartForm(ProofForm):
    mode = forms.ChoiceField(label=_("How the app starts"), widget=forms.RadioSelect)
    scope = forms.CharField(
        label=_("Scopes"),
        required=False,
        max_length=4000,
        help_text=_("Left empty: all that the app is registered for and that suit."),
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "class": "value"}),
    )
    patient = forms.CharField(
        label=_("Patient id"),
        required=False,
        max_length=64,
        help_text=_("For the EHR launch: whose page the app is opened from."),
    )
    field_order = ["mode", "scope", "patient", "private_jwk"]

    def __init__(self, *args: Any, client: Client, **kwargs: Any) -> None:
        super().__init__(*args, client=client, **kwargs)
        self.fields.pop("client_secret", None)
        mode: Any = self.fields["mode"]
        if client.kind == Client.Kind.BACKEND:
            mode.choices, mode.initial = [(BACKEND, _("Backend service: nobody signs in"))], BACKEND
            del self.fields["patient"]
            return
        self.fields.pop("private_jwk", None)
        mode.choices, mode.initial = [(STANDALONE, _("By itself (standalone launch)"))], STANDALONE
        if "launch" in client.allowed_scopes.split():
            mode.choices = [*mode.choices, (EHR, _("From a patient's page (EHR launch)"))]
        else:
            del self.fields["patient"]
