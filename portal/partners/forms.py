"""The form of an application, in sections; a draft may leave out what the submission asks for."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.validators import URLValidator
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.partners import talking
from portal.partners.models import PartnerApplication
from portal.partners.programs import Program

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

_LONGEST_TEXT = 2000
_HTTPS = _("Write the full address, beginning with https://.")
_EMAIL = _("Write an email address such as name@example.org.")


def _line(label: "_StrPromise", asked: "_StrPromise", **kwargs: Any) -> forms.CharField:
    """``asked``: what is said where nothing was written."""
    autocomplete = kwargs.pop("autocomplete", "off")
    kwargs.setdefault("max_length", 200)
    widget = forms.TextInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, error_messages={"required": asked}, widget=widget, **kwargs)


def _text(label: "_StrPromise", asked: "_StrPromise", rows: int = 4, **kw: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=_LONGEST_TEXT,
        error_messages={"required": asked},
        widget=forms.Textarea(attrs={"rows": rows}),
        **kw,
    )


def _page(label: "_StrPromise", asked: "_StrPromise", **kwargs: Any) -> forms.CharField:
    widget = forms.TextInput(
        attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}
    )
    return forms.CharField(
        label=label,
        max_length=300,
        validators=[URLValidator(schemes=["https"], message=_HTTPS)],
        error_messages={"required": asked},
        widget=widget,
        **kwargs,
    )


def _email(label: "_StrPromise", asked: "_StrPromise", **kwargs: Any) -> forms.EmailField:
    return forms.EmailField(
        label=label,
        max_length=254,
        error_messages={"required": asked, "invalid": _EMAIL},
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        **kwargs,
    )


@dataclass(frozen=True)
class Section:
    title: str | Promise
    hint: str | Promise
    fields: list[BoundField]


class ApplicationForm(forms.Form):
    template_name = "developers/_form.html"

    organization = _line(
        _("Legal name of the organization"),
        _("Enter the legal name of the organization."),
        help_text=_("As the register spells it. You alone? Your own name."),
        autocomplete="organization",
    )
    register = _line(
        _("Where it is registered"),
        _("Say in which register the organization stands."),
        help_text=_("A public register and the number there: Secretary of State of WI, B012345."),
    )
    website = _page(
        _("Website"),
        _("Enter the address of the website."),
        help_text=_("It names the organization or the product. Begins with https://."),
    )
    address = _text(_("Postal address"), _("Enter the postal address of the organization."), rows=3)
    contact_name = _line(
        _("Whom we may ask"), _("Enter the name of the person whom we may ask."),
        autocomplete="name",
    )  # fmt: skip
    contact_email = _email(
        _("Email of that person"),
        _("Enter the email address of the person whom we may ask."),
        help_text=_("At the organization: we write there to check that it is yours."),
    )
    contact_phone = _line(
        _("Phone"), _("Enter a phone number of the organization."), max_length=40,
        autocomplete="tel",
    )  # fmt: skip
    security_email = _email(
        _("Email for security incidents"),
        _("Enter the email address for security incidents."),
        help_text=_("Read by people at any time. It does not count for the decision."),
    )
    product_name = _line(
        _("Name of the product"), _("Enter the name of the product."), max_length=100
    )
    product_description = _text(
        _("What it does, and for whom"), _("Say what the product does, and for whom.")
    )
    privacy_policy = _page(
        _("Its privacy policy"),
        _("Enter the address of the product's privacy policy."),
        help_text=_("Published, and naming who is responsible. Begins with https://."),
    )
    data_read = _text(
        _("What data it reads"),
        _("Say what data the product reads."),
        help_text=_("Kinds of data: laboratory results, medications, appointments."),
    )
    data_written = _text(
        _("What data it writes"),
        _("Say what data the product writes."),
        help_text=_("Kinds of data, and at whose request."),
    )
    purpose = _text(_("What it needs them for"), _("Say what the product needs the data for."))
    hosting = _text(
        _("Where the data are kept"),
        _("Say where the data are kept."),
        help_text=_("Provider and country. It does not count for the decision."),
    )

    def __init__(self, *args: Any, program: str, is_draft: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if program != Program.API_DISTRIBUTION:
            del self.fields["data_written"]
        self._is_draft = is_draft
        if is_draft and self.is_bound:
            for field in self.fields.values():
                field.required = False

    @property
    def groups(self) -> Iterator[Section]:
        for title, hint, names in _SECTIONS:
            yield Section(title, hint, [self[name] for name in names if name in self.fields])

    @property
    def values(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in self.fields}


def entered(application: PartnerApplication) -> dict[str, str]:
    return {name: getattr(application, name) for name in ApplicationForm.base_fields}


def is_complete(application: PartnerApplication) -> bool:
    return ApplicationForm(entered(application), program=application.program).is_valid()


def shown(application: PartnerApplication) -> list[Section]:
    """The same sections, to be read."""
    form = ApplicationForm(initial=entered(application), program=application.program)
    return list(form.groups)


_SECTIONS = (
    (_("Your organization"), "", ("organization", "register", "website", "address")),
    (_("Whom we talk to"), "", ("contact_name", "contact_email", "contact_phone",
                                "security_email")),
    (_("The product"), "", ("product_name", "privacy_policy", "product_description")),
    (
        _("The data"),
        _("So that the people who decide about access know what to expect."),
        ("data_read", "data_written", "purpose", "hosting"),
    ),
)  # fmt: skip


class MessageForm(forms.Form):
    text = forms.CharField(
        label=_("Your message"),
        max_length=talking.LONGEST,
        help_text=_("No passwords, keys or data of patients."),
        error_messages={"required": _("Write a message.")},
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class TermsForm(forms.Form):
    """``read``: digest of the text that was shown; another text has to be shown first."""

    read = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    accepts = forms.BooleanField(
        label=_("I accept these terms for the organization, and may do so"),
        error_messages={"required": _("Accept the terms to go on.")},
    )

    def __init__(self, data: QueryDict | None = None, *, digest: str) -> None:
        super().__init__(data, initial={"read": digest})
        self._digest = digest

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("read") != self._digest:
            # What is shown now is what the next answer is about, and is not accepted yet.
            self.data = {"read": self._digest}
            raise forms.ValidationError(
                _("The terms have changed since you opened the page. Please read them again.")
            )
        return self.cleaned_data
