"""String parameters: starts-with, case and accents folded. https://hl7.org/fhir/R4/search.html#string"""

import unicodedata
from collections.abc import Iterator
from typing import Any


def fold(text: str) -> str:
    """Lower case without accents, runs of white space as one blank."""
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text)
        text = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(text.casefold().split())


def forms(value: Any) -> Iterator[str]:
    """Index side."""
    if type(value) is str and (folded := fold(value)):
        yield folded


def like(text: str, modifier: str) -> str:
    """Query side: the LIKE pattern for a folded value; ``modifier`` is "", exact or contains.

    ``:exact`` is compared in full here; that case and accents agree too is for later.
    """
    literal = fold(text).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return {"": f"{literal}%", "exact": literal, "contains": f"%{literal}%"}[modifier]
