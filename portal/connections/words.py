"""What an app was given, as few lines: every type of data once, identity left to its name."""

from django.utils.translation import gettext as _

from fhirapi.definitions import registry
from fhirapi.smart.access import granular
from fhirapi.smart.access.scopes import parse_one

_MOST = 8


def scopes_in_words(scopes: list[str]) -> list[str]:
    """Data first; a long list ends with how many more kinds there are."""
    data = [granular.in_words(word, _) for word in scopes if parse_one(word)]
    lines = list(dict.fromkeys(data))
    if len(lines) > _MOST + 1:
        rest = len(lines) - _MOST
        more = _("and %(rest)d more kinds of %(all)d")
        lines = [*lines[:_MOST], more % {"rest": rest, "all": len(list(registry.every()))}]
    if "openid" in scopes:
        lines.append(_("Who you are"))
    return lines
