"""The kinds of app in plain words, as a developer chooses one."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fhirapi.smart.models import Client

Kind = Client.Kind


@dataclass(frozen=True)
class KindInWords:
    kind: str
    title: str | Promise
    choose_it: str | Promise
    """For which apps it is right."""
    proves: str | Promise
    """How such an app shows who it is."""

    @property
    def has_secrets(self) -> bool:
        return self.kind == Kind.SYMMETRIC

    @property
    def has_keys(self) -> bool:
        return self.kind in (Kind.ASYMMETRIC, Kind.BACKEND)

    @property
    def is_backend(self) -> bool:
        return self.kind == Kind.BACKEND


KINDS = {
    each.kind: each
    for each in (
        KindInWords(
            Kind.PUBLIC,
            _("Phone, desktop or browser app"),
            _(
                "The app runs on people's own devices, where no secret can be kept: a phone app, "
                "or a web page without a server of its own."
            ),
            _("Nothing: PKCE and the redirect URI protect the sign-in"),
        ),
        KindInWords(
            Kind.SYMMETRIC,
            _("Web app with a secret"),
            _("The app has a server that can keep a secret. The usual choice for web apps."),
            _("A client secret"),
        ),
        KindInWords(
            Kind.ASYMMETRIC,
            _("Web app with a key pair"),
            _(
                "The app has a server that signs with a private key, which never leaves it. Safer "
                "than a secret, and a little more work."
            ),
            _("Assertions signed with its private key (RS384 or ES384)"),
        ),
        KindInWords(
            Kind.BACKEND,
            _("Backend service"),
            _(
                "A program that works without anybody signing in, for example for analytics. An "
                "administrator of the practice has to approve it."
            ),
            _("Assertions signed with its private key (RS384 or ES384)"),
        ),
    )
}
