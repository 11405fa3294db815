"""What scopes open in plain words, and the parts of which two types are opened alone. Pure.

A person who opens only the laboratory results to an app grants a scope with a category.
https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html#finer-grained-resource-constraints-using-search-parameters
"""

from collections.abc import Iterable
from typing import Any

from fhirapi.definitions import registry
from fhirapi.definitions.parts import PARTS
from fhirapi.smart.access.decision import can_apply
from fhirapi.smart.access.overlap import common
from fhirapi.smart.access.scopes import IDENTITY, Scope, parse_one, supported

_DEEDS = {"rs": "see", "r": "open", "s": "search", "c": "add", "u": "change", "d": "delete"}


def usable(asked: Iterable[str], registered: str) -> list[str]:
    """What of the asked scopes the app was registered for and this server understands.

    RFC 6749 3.3 and SMART let a server grant less than was asked for; the token says what it was.
    """
    return common((word for word in asked if _can_be_given(word)), registered.split())


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
    declared = registry.find(scope.resource_type)
    if declared is None:
        return False
    return not scope.constraint or can_apply(declared, scope.criteria)


def deeds_in_words(permissions: frozenset[str]) -> str:
    """``see``, ``see and add``."""
    left = "".join(letter for letter in "rscud" if letter in permissions)
    words = [_DEEDS["rs"]] if left.startswith("rs") else []
    words += [_DEEDS[each] for each in left.removeprefix("rs")]
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def type_in_words(resource_type: str) -> str:
    if resource_type == "*":
        return "Everything in the record"
    found = registry.find(resource_type)
    return found.words if found else resource_type


def constraint_in_words(scope: Scope) -> str:
    """``Laboratory results``; of a category that is none of ours, its code."""
    whole = type_in_words(scope.resource_type)
    return ", ".join(_condition_in_words(scope, *each) for each in scope.criteria) or whole


def in_words(word: str) -> str:
    """One scope in a line, for lists."""
    scope = parse_one(word)
    if scope is None:
        return IDENTITY.get(word, word)
    what = constraint_in_words(scope) if scope.constraint else type_in_words(scope.resource_type)
    deed = deeds_in_words(scope.permissions)
    return what if deed == "see" else f"{what} ({deed})"


def _condition_in_words(scope: Scope, name: str, value: str) -> str:
    code = value.rpartition("|")[2]
    for part in PARTS.get(scope.resource_type, ()):
        if name == "category" and part.code == code:
            return part.words
    return f"{type_in_words(scope.resource_type)}: {name} {code}"


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
