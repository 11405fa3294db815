"""The terms of the Partner program: their versions, and the exact text of each.

What was accepted is known by its digest: that of the text in the language in which it was shown.
"""

from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from django.template.loader import render_to_string


@dataclass(frozen=True)
class Terms:
    version: str
    published: date

    @property
    def template(self) -> str:
        return f"partners/terms_{self.version}.html"

    @property
    def text(self) -> str:
        """HTML in the language of the page; the same for everybody."""
        return render_to_string(self.template)

    @property
    def digest(self) -> str:
        return sha256(self.text.encode()).hexdigest()


VERSIONS = (Terms("1", date(2026, 11, 29)),)
"""Oldest first. A version that was published is never edited: a new one is added."""


def current() -> Terms:
    return VERSIONS[-1]


def named(version: str) -> Terms | None:
    return next((each for each in VERSIONS if each.version == version), None)
