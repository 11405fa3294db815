"""The chapters, in the order in which they are read."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Part(Enum):
    """What stands together in the contents."""

    START = _("Start")
    ACCESS = _("Access")
    DATA = _("Data")
    REFERENCE = _("Reference")
    RULES = _("Programs and rules")


@dataclass(frozen=True)
class Chapter:
    slug: str
    """Of its address: ``errors``, ``resources/Patient``."""
    title: str
    summary: str
    """One sentence, for contents, search and machines."""
    part: Part
    template: str = ""
    """Below ``documentation/chapters``; unless told: the slug's."""
    facts: Callable[[], dict[str, Any]] = dict
    """What its template needs beside what every chapter has (written.py)."""
    below: str = ""
    """The slug of the chapter that lists it; the contents leave it out."""

    @property
    def address(self) -> str:
        return reverse("portal:chapter", args=[self.slug])

    @property
    def source(self) -> str:
        return f"documentation/chapters/{self.template or self.slug}.md"


CHAPTERS: tuple[Chapter, ...] = (
    Chapter(
        "limits",
        "Limits",
        "How much and how often an app may ask, and what it is told when it asks too much.",
        Part.REFERENCE,
    ),
)


def find(slug: str) -> Chapter | None:
    return _BY_SLUG.get(slug)


def contents() -> list[tuple[Promise | str, list[Chapter]]]:
    """The parts that have chapters, each with those that stand in the contents."""
    of_part = ((part, [each for each in CHAPTERS if each.part is part]) for part in Part)
    return [(part.value, [each for each in of if not each.below]) for part, of in of_part if of]


def neighbours(chapter: Chapter) -> tuple[Chapter | None, Chapter | None]:
    """The one before and the one after it."""
    place = CHAPTERS.index(chapter)
    before = CHAPTERS[place - 1] if place else None
    after = CHAPTERS[place + 1] if place + 1 < len(CHAPTERS) else None
    return before, after


_BY_SLUG = {each.slug: each for each in CHAPTERS}
