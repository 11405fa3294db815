"""Reads the part of FHIRPath that views use; what it does not know is refused.

``code.coding.first().code`` · ``value.ofType(Quantity).value`` · ``(a | b).first()`` ·
``telecom.where(system = 'phone' and use = 'home')`` · ``code.coding.exists(code = '85354-9')`` ·
``extension('url')`` · ``name.given.join(' ')`` · ``subject.getReferenceKey(Patient)``

https://hl7.org/fhirpath/N1/, and of https://sql-on-fhir.org/ the functions for keys
"""

import re
from dataclasses import dataclass
from functools import lru_cache

Literal = str | bool


@dataclass(frozen=True)
class Child:
    name: str
    """As in JSON: ``value.ofType(Quantity)`` is ``valueQuantity``."""


@dataclass(frozen=True)
class Where:
    criterion: "Expression"


@dataclass(frozen=True)
class First:
    pass


@dataclass(frozen=True)
class Exists:
    pass


@dataclass(frozen=True)
class Join:
    separator: str


@dataclass(frozen=True)
class ResourceKey:
    pass


@dataclass(frozen=True)
class ReferenceKey:
    type: str
    """Only of references to this type; to any if empty."""


@dataclass(frozen=True)
class Union:
    """The values of all of them, each value once."""

    paths: tuple["Path", ...]


Step = Child | Where | First | Exists | Join | ResourceKey | ReferenceKey | Union
Path = tuple[Step, ...]


@dataclass(frozen=True)
class Equal:
    path: Path
    value: Literal


@dataclass(frozen=True)
class And:
    expressions: tuple["Expression", ...]


Expression = Path | Equal | And

_TOKEN = re.compile(
    r"\s*(?:(?P<name>[A-Za-z_]\w*)|'(?P<text>[^'\\]*)'|(?P<mark>[.()|=]))\s*", re.ASCII
)


@lru_cache(maxsize=2000)
def parse(text: str) -> Expression:
    """Raises ValueError for what is not in the subset."""
    reader = _Reader(text)
    expression = reader.expression()
    reader.require_end()
    return expression


class _Reader:
    """From left to right, a token ahead. Precedence: ``|`` before ``=`` before ``and``."""

    def __init__(self, text: str) -> None:
        self._text, self._position = text, 0
        self._token: re.Match[str] | None = None
        self._advance()

    def expression(self) -> Expression:
        found = [self._equality()]
        while self._has("name", "and"):
            self._advance()
            found.append(self._equality())
        return found[0] if len(found) == 1 else And(tuple(found))

    def require_end(self) -> None:
        if self._token:
            raise self._unreadable()

    def _equality(self) -> Expression:
        left = self._union()
        if not self._has("mark", "="):
            return left
        self._advance()
        return Equal(left, self._literal())

    def _union(self) -> Path:
        found = [self._path()]
        while self._has("mark", "|"):
            self._advance()
            found.append(self._path())
        return found[0] if len(found) == 1 else (Union(tuple(found)),)

    def _path(self) -> Path:
        steps = self._group() if self._has("mark", "(") else self._steps(())
        while self._has("mark", "."):
            self._advance()
            steps = self._steps(steps)
        return steps

    def _group(self) -> Path:
        self._take("mark", "(")
        inner = self.expression()
        self._take("mark", ")")
        if not isinstance(inner, tuple):
            raise self._unreadable()
        return inner

    def _steps(self, before: Path) -> Path:
        """Those before, and the next name or function."""
        name = self._take("name")
        if not self._has("mark", "("):
            return (*before, Child(name))
        self._advance()
        steps = self._function(name, before)
        self._take("mark", ")")
        return steps

    def _function(self, name: str, before: Path) -> Path:
        match name:
            case "first":
                return (*before, First())
            case "where":
                return (*before, Where(self.expression()))
            case "exists":
                is_bare = self._has("mark", ")")
                return (*before, *(() if is_bare else (Where(self.expression()),)), Exists())
            case "join":
                return (*before, Join(self._take("text")))
            case "extension":
                url = Equal((Child("url"),), self._take("text"))
                return (*before, Child("extension"), Where(url))
            case "getReferenceKey":
                return (*before, ReferenceKey("" if self._has("mark", ")") else self._take("name")))
            case "getResourceKey" if not before:
                return (ResourceKey(),)
            case "ofType" if before and isinstance(before[-1], Child):
                return (*before[:-1], Child(_of_type(before[-1].name, self._take("name"))))
        raise self._unreadable()

    def _literal(self) -> Literal:
        if self._has("name", "true") or self._has("name", "false"):
            return self._take("name") == "true"
        return self._take("text")

    def _has(self, kind: str, value: str) -> bool:
        return self._token is not None and self._token[kind] == value

    def _take(self, kind: str, value: str | None = None) -> str:
        found = self._token[kind] if self._token else None
        if found is None or value not in (None, found):
            raise self._unreadable()
        self._advance()
        return found

    def _advance(self) -> None:
        if self._position == len(self._text):
            self._token = None
            return
        self._token = _TOKEN.match(self._text, self._position)
        if self._token is None:
            raise self._unreadable()
        self._position = self._token.end()

    def _unreadable(self) -> ValueError:
        return ValueError(f"{self._text!r} is not a path that a view can follow.")


def _of_type(name: str, type_name: str) -> str:
    """https://hl7.org/fhir/R4/json.html#choice"""
    return name + type_name[0].upper() + type_name[1:]
