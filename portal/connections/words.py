"""What an app was given, as few lines: every type of data once, identity left to its name."""

from collections.abc import Iterable
from dataclasses import replace

from django.utils.translation import gettext as _

from fhirapi.definitions import registry
from fhirapi.smart.access import granular
from fhirapi.smart.access.scopes import WRITES, Scope, parse_one
from fhirapi.smart.access.writes import reading

_MOST = 8


def scopes_in_words(scopes: list[str]) -> list[str]:
    """What may be seen, data first."""
    data = [part for word in scopes if parse_one(word) and (part := reading(word))]
    lines = _shortened(granular.in_words(each, _) for each in data)
    if "openid" in scopes:
        lines.append(_("Who you are"))
    return lines


def changes_in_words(scopes: list[str]) -> list[str]:
    """What may be changed; of what may not be added, changed and deleted it is said which."""
    found = [
        replace(scope, permissions=scope.permissions & WRITES)
        for word in scopes
        if (scope := parse_one(word)) and scope.permissions & WRITES
    ]
    return _shortened(map(_change, found))


def _change(scope: Scope) -> str:
    if scope.permissions == WRITES:
        return granular.constraint_in_words(scope, _)
    return granular.in_words(str(scope), _)


def _shortened(lines: Iterable[str]) -> list[str]:
    """A long list ends with how many more kinds there are."""
    told = list(dict.fromkeys(lines))
    rest = len(told) - _MOST
    if rest <= 1:
        return told
    more = _("and %(rest)d more kinds of %(all)d")
    return [*told[:_MOST], more % {"rest": rest, "all": len(list(registry.readable()))}]
