"""What an app may ask for, in a developer's words: what, and of whom."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from fhirapi.smart.access import granular
from fhirapi.smart.access.scopes import parse_one

_OF_WHOM = {
    "patient": _("of one patient"),
    "user": _("of everybody whom the person who signs in may see"),
    "system": _("of the patients for whom it is approved"),
}


def in_words(scope: str) -> str:
    parsed = parse_one(scope)
    words = granular.in_words(scope, gettext)
    return f"{words}, {_OF_WHOM[parsed.context]}" if parsed else words
