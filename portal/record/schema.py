"""The shape of a row in ``sections.py``: what a section of the record shows, and of what."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.functional import Promise

from fhirapi.definitions import registry
from fhirapi.searchparams.keys import key
from fhirapi.smart.people.record_reading import Selection

WRONG = "entered-in-error"


@dataclass(frozen=True)
class Column:
    words: Promise
    paths: tuple[str, ...] = ()
    """The first of them where something stands."""
    reads: Callable[[dict[str, Any]], str] | None = None
    """Instead of paths, where the words are put together from several places."""


@dataclass(frozen=True)
class Codes:
    """Values of a token search parameter."""

    parameter: str
    values: tuple[str, ...]

    def keys(self, types: tuple[str, ...]) -> tuple[int, ...]:
        return tuple(key(type_, self.parameter, value) for type_ in types for value in self.values)


@dataclass(frozen=True)
class Section:
    slug: str
    words: Promise
    types: tuple[str, ...]
    name: tuple[str, ...]
    """Paths of what a line is called; the codes stand beneath it in small print."""
    when: tuple[str, ...] = ()
    when_words: Promise | None = None
    columns: tuple[Column, ...] = ()
    state: tuple[str, ...] = ("status",)
    """Paths of what is shown as a badge: its status, and whether it was refuted."""
    only: Codes | None = None
    never: Codes | None = None
    current: Codes | None = None
    """What is active: a filter is offered."""
    status: str = "status"
    """The search parameter that can say ``entered-in-error``."""
    is_main: bool = False
    """Has a tab of its own; the others stand under More."""
    has_series: bool = False
    """Results of the same test belong together."""
    has_files: bool = False

    @cached_property
    def everything(self) -> Selection:
        never = Codes(self.status, (WRONG,)).keys(self.types) if self._has_status else ()
        if self.never:
            never += self.never.keys(self.types)
        return Selection(self.types, self.only.keys(self.types) if self.only else (), never)

    @cached_property
    def active(self) -> Selection:
        if self.current is None:
            return self.everything
        also = (self.current.keys(self.types),)
        return Selection(self.types, self.everything.any_of, self.everything.none_of, also)

    @cached_property
    def wrong(self) -> Selection | None:
        """What was recorded by mistake: counted, so that a note can say that it is left out."""
        if not self._has_status:
            return None
        also = (Codes(self.status, (WRONG,)).keys(self.types),)
        never = self.never.keys(self.types) if self.never else ()
        return Selection(self.types, self.only.keys(self.types) if self.only else (), never, also)

    @property
    def _has_status(self) -> bool:
        found = (registry.find(each) for each in self.types)
        return any(each and each.parameter(self.status) for each in found)
