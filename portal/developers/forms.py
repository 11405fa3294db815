"""The form of an app, with the fields that its kind has, and the form of a new secret."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson
from django import forms
from django.forms.boundfield import BoundField
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fhirapi.smart.access import granular
from fhirapi.smart.clients import privacy, registration
from fhirapi.smart.clients.registration import Details
from fhirapi.smart.models import Client
from portal.accounts.models import Account
from portal.developers.kinds import KindInWords
from portal.keys.forms import PinForm

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

_COMMON = (
    "openid", "fhirUser", "launch/patient", "launch", "offline_access", "patient/*.rs",
    "user/*.rs",
)  # fmt: skip
"""Scopes that most apps choose from; all others can be typed."""
_TOLD = {
    "patient/*.rs": gettext_lazy("Everything in one patient's record"),
    "user/*.rs": gettext_lazy("Everything that the person who signs in may see"),
}
_LONGEST = 20_000
_HTTPS = gettext_lazy("The full address, beginning with https://.")


class Lines(forms.CharField):
    """One entry a line; spaces part as well."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocapitalize": "off"})
        super().__init__(max_length=_LONGEST, widget=widget, **kwargs)

    def clean(self, value: Any) -> list[str]:
        return list(dict.fromkeys(super().clean(value).split()))


class Json(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "class": "value"})
        super().__init__(max_length=_LONGEST, widget=widget, **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            found = orjson.loads(text)  # as the token address reads it: no NaN, no half a character
        except ValueError:
            raise forms.ValidationError(_("This is not JSON. Paste the whole JWK Set.")) from None
        return found if isinstance(found, dict) else {}


def _address(label: "_StrPromise", help_text: "_StrPromise" = _HTTPS) -> forms.CharField:
    widget = forms.TextInput(
        attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}
    )
    return forms.CharField(label=label, required=False, help_text=help_text, widget=widget)


@dataclass(frozen=True)
class Group:
    title: str | Promise
    hint: str | Promise
    fields: list[BoundField]


class AppForm(forms.Form):
    template_name = "developers/_form.html"

    name = forms.CharField(
        label=gettext_lazy("Name of the app"),
        max_length=registration.LONGEST_NAME,
        help_text=gettext_lazy(
            "People read it when they are asked whether the app may see their data."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Give the app the name that people will see.")},
    )
    description = forms.CharField(
        label=gettext_lazy("What the app does"),
        required=False,
        max_length=registration.LONGEST_DESCRIPTION,
        help_text=gettext_lazy("A sentence or two for the people who use it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    redirect_uris = Lines(
        label=gettext_lazy("Redirect URIs"),
        help_text=gettext_lazy(
            "Where people go after they have decided, one address a line. They are compared "
            "letter by letter. https, or http on localhost, 127.0.0.1 or [::1]."
        ),
        error_messages={"required": gettext_lazy("Name at least one redirect URI.")},
    )
    allowed_origins = Lines(
        label=gettext_lazy("Origins of web pages"),
        required=False,
        help_text=gettext_lazy(
            "From where a browser may call the API, for example https://app.example.com. "
            "Left empty they are taken from the redirect URIs."
        ),
    )
    launch_uri = _address(
        gettext_lazy("Launch address"),
        gettext_lazy("Where the app opens from a patient's page (EHR launch), if it can."),
    )
    jwks_uri = _address(
        gettext_lazy("Address of your public keys (JWKS URL)"),
        gettext_lazy("Recommended: you can change keys without coming here. Begins with https://."),
    )
    jwks = Json(
        label=gettext_lazy("Or the public keys themselves (JWK Set)"),
        required=False,
        help_text=gettext_lazy(
            "If you cannot publish them: {&quot;keys&quot;: [...]}, public parts only. Leave "
            "one of the two fields empty."
        ),
    )
    common_scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What the app may ask for"),
        required=False,
        choices=[
            (scope, _TOLD.get(scope) or gettext_lazy(granular.in_words(scope))) for scope in _COMMON
        ],
        widget=forms.CheckboxSelectMultiple,
        initial=["openid", "fhirUser", "launch/patient", "offline_access", "patient/*.rs"],
    )
    more_scopes = Lines(
        label=gettext_lazy("Further scopes"),
        required=False,
        help_text=gettext_lazy(
            "One a line, for example patient/Observation.rs or patient/Condition.read. Scopes that "
            "write begin with user/, such as user/Observation.cruds: they are kept, and not "
            "granted until an administrator has approved the app for Provider Access."
        ),
    )
    client_uri = _address(gettext_lazy("Home page"))
    logo_uri = _address(gettext_lazy("Logo"))
    policy_uri = _address(gettext_lazy("Privacy policy"))
    tos_uri = _address(gettext_lazy("Terms of use"))
    contacts = Lines(
        label=gettext_lazy("Contacts"),
        required=False,
        help_text=gettext_lazy("Email addresses for questions about the app, one a line."),
    )
    privacy = forms.MultipleChoiceField(
        label=gettext_lazy("Tick what is true of the app"),
        required=False,
        choices=list(privacy.QUESTIONS.items()),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, kind: KindInWords, is_ours: bool = False, **kwargs: Any) -> None:
        """``is_ours``: staff registers it (registration.problems)."""
        super().__init__(*args, **kwargs)
        self.kind, self.is_ours = kind, is_ours
        for name in self._unused():
            del self.fields[name]
        if kind.is_backend:
            scopes = self.fields["more_scopes"]
            scopes.label, scopes.required = _("What the service may ask for"), True
            scopes.initial = "system/*.rs"
            scopes.help_text = _(
                "Scopes that begin with system/, one a line. Those that write, such as "
                "system/*.cruds, are kept, and not granted until an administrator has approved the "
                "service for Provider Access."
            )

    @property
    def groups(self) -> Iterator[Group]:
        for title, hint, names in _GROUPS:
            if fields := [self[name] for name in names if name in self.fields]:
                yield Group(title, hint, fields)

    def details(self) -> Details:
        """As the rules want it; a field that is not clean counts as empty."""
        given = self.cleaned_data
        redirect_uris = tuple(given.get("redirect_uris", ()))
        origins = tuple(given.get("allowed_origins", ()))
        if "allowed_origins" in self.fields and not origins:
            origins = registration.origins_of(redirect_uris)
        ticked = given.get("privacy", ())
        scopes = [*given.get("common_scopes", ()), *given.get("more_scopes", ())]
        return Details(
            kind=self.kind.kind,
            redirect_uris=redirect_uris,
            allowed_origins=origins,
            scopes=tuple(dict.fromkeys(scopes)),
            jwks=given.get("jwks"),
            contacts=tuple(" ".join(given.get("contacts", ())).replace(",", " ").split()),
            privacy_answers=privacy.answers(dict.fromkeys(ticked, True)) if ticked else {},
            **_texts(given),
        )

    def clean(self) -> dict[str, Any]:
        for name, texts in registration.problems(self.details(), is_ours=self.is_ours).items():
            self._tell(name, texts)
        return self.cleaned_data

    def _tell(self, name: str, texts: list[str]) -> None:
        field = "more_scopes" if name == "scopes" else name
        is_told = field in self.errors or (field == "jwks_uri" and "jwks" in self.errors)
        for text in () if is_told else texts:
            self.add_error(field if field in self.fields else None, text)

    def _unused(self) -> set[str]:
        unused: set[str] = set()
        if not self.kind.has_keys:
            unused |= {"jwks", "jwks_uri"}
        if self.kind.is_backend:
            unused |= {"redirect_uris", "launch_uri", "common_scopes"}
        if self.kind.kind != Client.Kind.PUBLIC:
            unused.add("allowed_origins")
        return unused


def _texts(given: dict[str, Any]) -> dict[str, Any]:
    return {name: given.get(name, "") for name in _PLAIN}


_PLAIN = (
    "name", "description", "launch_uri", "jwks_uri", "client_uri", "logo_uri", "policy_uri",
    "tos_uri",
)  # fmt: skip
_GROUPS = (
    (gettext_lazy("About the app"), "", ("name", "description")),
    (gettext_lazy("Addresses"), "", ("redirect_uris", "allowed_origins", "launch_uri")),
    (
        gettext_lazy("Keys"),
        gettext_lazy("The app signs with the private key; we check with the public one."),
        ("jwks_uri", "jwks"),
    ),
    (
        gettext_lazy("Access"),
        gettext_lazy("Ask for what the app needs and no more: whoever approves it sees the list."),
        ("common_scopes", "more_scopes"),
    ),
    (
        gettext_lazy("Pages and contacts"),
        "",
        ("client_uri", "logo_uri", "policy_uri", "tos_uri", "contacts"),
    ),
    (
        gettext_lazy("Privacy"),
        gettext_lazy("Voluntary. People are told whether you have answered, and how."),
        ("privacy",),
    ),
)


def entered(client: Client) -> dict[str, Any]:
    """The form's values of an app that is there."""
    scopes = client.allowed_scopes.split()
    is_backend = client.kind == Client.Kind.BACKEND
    common = [] if is_backend else [scope for scope in _COMMON if scope in scopes]
    return {
        **{name: getattr(client, name) for name in _PLAIN},
        "redirect_uris": "\n".join(client.redirect_uris.split()),
        "allowed_origins": "\n".join(client.allowed_origins.split()),
        "jwks": json.dumps(client.jwks, indent=2) if client.jwks else "",
        "common_scopes": common,
        "more_scopes": "\n".join(scope for scope in scopes if scope not in common),
        "contacts": "\n".join(client.contacts),
        "privacy": [name for name, answer in client.privacy_answers.items() if answer],
    }


LIFETIMES: dict[str, timedelta | None] = {
    "90 days": timedelta(days=90),
    "1 year": timedelta(days=365),
    "never": None,
}
"""For how long a secret works."""
_LASTING = {
    "90 days": gettext_lazy("For 90 days"),
    "1 year": gettext_lazy("For 1 year"),
    "never": gettext_lazy("Until you revoke it"),
}


class SecretForm(PinForm):
    """The expiry is chosen; the PIN is asked for as when a SecretAccessKey is shown."""

    lifetime = forms.ChoiceField(
        label=gettext_lazy("For how long shall it work?"),
        widget=forms.RadioSelect,
        initial="1 year",
        choices=[(name, _LASTING[name]) for name in LIFETIMES],
        error_messages={
            "required": gettext_lazy("Choose for how long the secret shall work."),
            "invalid_choice": gettext_lazy("Choose one of the times in the list."),
        },
    )
    field_order = ["lifetime", "pin"]
    is_brief = False

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, account=account, **kwargs)
        self.fields["pin"].widget.attrs.pop("autofocus")
