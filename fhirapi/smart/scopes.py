"""SMART scopes: their grammar, parsed and printed. https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from fhirapi.definitions import registry
from fhirapi.definitions.parts import PARTS

_SCOPE = re.compile(
    r"(?P<context>patient|user|system)/(?P<type>\*|[A-Za-z]+)\."
    r"(?P<permissions>read|write|\*|c?r?u?d?s?)(?:\?(?P<constraint>.+))?"
)
CONTEXTS = ("patient", "user", "system")
# Version 1 words in the letters of version 2.
_V1 = {"read": "rs", "write": "cud", "*": "cruds"}

IDENTITY = {
    "openid": "Sign you in",
    "fhirUser": "Know who you are",
    "profile": "See your name",
    "offline_access": "Keep access when you are not using the app",
    "online_access": "Keep access while you are signed in",
    "launch": "Learn which patient is open",
    "launch/patient": "Ask which patient to use",
    "launch/encounter": "Ask which visit to use",
}


@dataclass(frozen=True)
class Scope:
    context: str
    resource_type: str
    """A type's name or ``*``."""
    permissions: frozenset[str]
    """Letters of c, r, u, d, s."""
    constraint: str = ""
    """The part behind ``?``."""

    def __str__(self) -> str:
        letters = "".join(letter for letter in "cruds" if letter in self.permissions)
        constraint = f"?{self.constraint}" if self.constraint else ""
        return f"{self.context}/{self.resource_type}.{letters}{constraint}"

    def allows(self, resource_type: str, permission: str) -> bool:
        return permission in self.permissions and self.resource_type in ("*", resource_type)


@lru_cache(maxsize=1000)
def parse(scope: str) -> tuple[Scope, ...]:
    """The data scopes in a scope string; identity and launch scopes are left out."""
    return tuple(found for word in scope.split() if (found := parse_one(word)))


def parse_one(word: str) -> Scope | None:
    match = _SCOPE.fullmatch(word)
    if not match or not match["permissions"]:
        return None
    letters = _V1.get(match["permissions"], match["permissions"])
    return Scope(match["context"], match["type"], frozenset(letters), match["constraint"] or "")


def is_known(word: str) -> bool:
    """Whether this server understands the scope (what it grants is decided elsewhere)."""
    if word in IDENTITY:
        return True
    scope = parse_one(word)
    if scope is None:
        return False
    return scope.resource_type == "*" or registry.find(scope.resource_type) is not None


def supported() -> list[str]:
    """For ``scopes_supported``: made from the registry.

    The widest come first. Version 1 words are understood for every type, yet each of them would
    only say once more what its line in version 2 says.
    """
    wide = [f"{context}/*.{letters}" for context in CONTEXTS for letters in ("rs", "read")]
    types = [f"{context}/{each.name}.rs" for context in CONTEXTS for each in registry.every()]
    parts = [
        f"{context}/{name}.rs?{part.constraint}"
        for context in CONTEXTS
        for name, offered in PARTS.items()
        for part in offered
    ]
    return [*IDENTITY, *wide, *types, *parts]


def in_words(scope: Scope) -> str:
    """What a scope opens, for lists."""
    for part in PARTS.get(scope.resource_type, ()):
        if scope.constraint == part.constraint:
            return part.words
    found = registry.find(scope.resource_type)
    return found.words if found else "Everything in the record"


class RegistryScopes:
    """django-oauth-toolkit's scopes backend (SCOPES_BACKEND_CLASS)."""

    def get_all_scopes(self) -> dict[str, str]:
        data = {word: in_words(scope) for word in supported() if (scope := parse_one(word))}
        return {**IDENTITY, **data}

    def get_available_scopes(
        self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> Iterable[str]:
        """Those the app was registered for."""
        return application.allowed_scopes.split() if application else []

    def get_default_scopes(
        self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> Iterable[str]:
        return []
