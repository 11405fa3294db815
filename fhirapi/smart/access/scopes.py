"""SMART scopes: their grammar, parsed and printed. https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html"""

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl

from fhirapi.definitions import registry
from fhirapi.definitions.parts import PARTS

_SCOPE = re.compile(
    r"(?P<context>patient|user|system)/(?P<type>\*|[A-Za-z]+)\."
    r"(?P<permissions>read|write|\*|c?r?u?d?s?)(?:\?(?P<constraint>.+))?"
)
CONTEXTS = ("patient", "user", "system")
_CHANGING = ("user", "system")
"""What is in a patient's hands is read; those who treat them write."""
MOST = 200
"""Words of one request: each is compared with each that the app is registered for."""
WRITES = frozenset("cud")
"""Letters of those that change something."""
V1 = {"read": "rs", "write": "cud", "*": "cruds"}
"""Words of version 1 in the letters of version 2."""

Criteria = tuple[tuple[str, str], ...]

IDENTITY = {
    "openid": "Sign you in",
    "fhirUser": "Know who you are",
    "profile": "See your name",
    "offline_access": "Keep access while you are not using the app",
    "online_access": "Keep access while you are using the app",
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

    @property
    def criteria(self) -> Criteria:
        """``category=system|code&status=final`` as pairs; a part without a value keeps its name."""
        return _criteria(self.constraint)

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
    letters = V1.get(match["permissions"], match["permissions"])
    return Scope(match["context"], match["type"], frozenset(letters), match["constraint"] or "")


@lru_cache(maxsize=1000)
def _criteria(constraint: str) -> Criteria:
    return tuple(parse_qsl(constraint, keep_blank_values=True))


def supported() -> list[str]:
    """For ``scopes_supported``: made from the registry.

    The widest come first. Version 1 words are understood for every type, yet each of them would
    only say once more what its line in version 2 says.
    """
    wide = [f"{context}/*.{letters}" for context in CONTEXTS for letters in ("rs", "read")]
    wide += [f"{context}/*.{letters}" for context in _CHANGING for letters in ("cruds", "write")]
    types = [f"{context}/{each.name}.rs" for context in CONTEXTS for each in registry.readable()]
    parts = [
        f"{context}/{name}.rs?{part.constraint}"
        for context in CONTEXTS
        for name, offered in PARTS.items()
        for part in offered
    ]
    return [*IDENTITY, *wide, *types, *parts]
