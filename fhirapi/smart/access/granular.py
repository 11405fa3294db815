"""What scopes open in plain words, and the parts of which two types are opened alone. Pure.

A person who opens only the laboratory results to an app grants a scope with a category.
https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html#finer-grained-resource-constraints-using-search-parameters
"""

from collections.abc import Callable, Iterable
from typing import Any

from fhirapi.definitions import registry
from fhirapi.definitions.parts import PARTS
from fhirapi.smart.access.decision import can_apply
from fhirapi.smart.access.overlap import common
from fhirapi.smart.access.scopes import IDENTITY, Scope, parse_one, supported
from fhirapi.smart.access.writes import grantable

_DEEDS = {"rs": "see", "r": "open", "s": "search", "c": "add", "u": "change", "d": "delete"}
_ALL = frozenset("cruds")
_EVERYTHING = "Everything in the record"
_SEE_AND_CHANGE = "See and change: %(what)s"
_AND = "%(some)s and %(last)s"
WORDS = (*_DEEDS.values(), _EVERYTHING, _SEE_AND_CHANGE, _AND)
"""Besides those of the definitions: what ``say`` may be asked for."""

Say = Callable[[str], str]
"""How words reach their reader: as they stand here, in English, or translated by the portal."""


def usable(asked: Iterable[str], registered: str, *, may_write: bool = False) -> list[str]:
    """What of the asked scopes the app was registered for and this server understands.

    RFC 6749 3.3 and SMART let a server grant less than was asked for; the token says what it was.
    """
    known = common((word for word in asked if _can_be_given(word)), registered.split())
    return grantable(known, may_write=may_write)


def _can_be_given(word: str) -> bool:
    """To an app that a person approves."""
    scope = parse_one(word)
    return is_understood(word) and not (scope and scope.context == "system")


def is_understood(word: str) -> bool:
    """Whether this server knows the scope and can apply its constraint."""
    scope = parse_one(word)
    if scope is None:
        return word in IDENTITY
    if scope.resource_type == "*":
        return not scope.constraint
    declared = registry.find_readable(scope.resource_type)
    if declared is None:
        return False
    return not scope.constraint or can_apply(declared, scope.criteria)


def is_seeing(permissions: frozenset[str]) -> bool:
    """Whether the app may see and no more: what goes without saying."""
    return permissions == {"r", "s"}


def deeds_in_words(permissions: frozenset[str], say: Say = str) -> str:
    """``see``, ``see and add``."""
    left = "".join(letter for letter in "rscud" if letter in permissions)
    words = [say(_DEEDS["rs"])] if left.startswith("rs") else []
    words += [say(_DEEDS[each]) for each in left.removeprefix("rs")]
    if len(words) < 2:
        return "".join(words)
    return say(_AND) % {"some": ", ".join(words[:-1]), "last": words[-1]}


def type_in_words(resource_type: str, say: Say = str) -> str:
    if resource_type == "*":
        return say(_EVERYTHING)
    found = registry.find_readable(resource_type)
    return say(found.words) if found else resource_type


def constraint_in_words(scope: Scope, say: Say = str) -> str:
    """``Laboratory results``; of a category that is none of ours, its code."""
    whole = type_in_words(scope.resource_type, say)
    return ", ".join(_condition_in_words(scope, *each, say) for each in scope.criteria) or whole


def in_words(word: str, say: Say = str) -> str:
    """One scope in a line, for lists."""
    scope = parse_one(word)
    if scope is None:
        return say(IDENTITY[word]) if word in IDENTITY else word
    what = constraint_in_words(scope, say)
    if is_seeing(scope.permissions):
        return what
    if scope.permissions == _ALL:
        return say(_SEE_AND_CHANGE) % {"what": what}
    return f"{what} ({deeds_in_words(scope.permissions, say)})"


def _condition_in_words(scope: Scope, name: str, value: str, say: Say) -> str:
    code = value.rpartition("|")[2]
    for part in PARTS.get(scope.resource_type, ()):
        if name == "category" and part.code == code:
            return say(part.words)
    return f"{type_in_words(scope.resource_type, say)}: {name} {code}"


class RegistryScopes:
    """django-oauth-toolkit's scopes backend (SCOPES_BACKEND_CLASS)."""

    def get_all_scopes(self) -> dict[str, str]:
        return {word: in_words(word) for word in supported()}

    def get_available_scopes(
        self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        """Those the app was registered for."""
        return application.allowed_scopes.split() if application else []

    def get_default_scopes(
        self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        return []
