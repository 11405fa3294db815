"""String parameters: starts-with, case and accents folded. https://hl7.org/fhir/R4/search.html#string"""

import re
import sys
import unicodedata
from collections.abc import Iterator
from typing import Any

from fhirapi.searchparams.values import unescape

# What of a HumanName or an Address is searched.
_NAME = ("text", "family", "given", "prefix", "suffix")
_ADDRESS = ("text", "line", "city", "district", "state", "postalCode", "country")
_FIRST_SURROGATE, _AFTER_SURROGATES = 0xD800, 0xE000
_WORDS = re.compile(r"[\s\-]+")


def fold(text: str) -> str:
    """Lower case without accents, runs of white space as one blank."""
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text)
        text = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(text.casefold().split())


def forms(value: Any) -> Iterator[str]:
    """Index side: a text as a whole; a name also by each of its words."""
    if type(value) is str:
        if folded := fold(value):
            yield folded
    elif type(value) is dict:
        is_address = "city" in value or "line" in value or "postalCode" in value
        for element in _ADDRESS if is_address else _NAME:
            found = value.get(element)
            for text in found if type(found) is list else (found,):
                if text and (folded := fold(text)):
                    yield folded
                    if not is_address:
                        yield from _later_words(folded)


def _later_words(name: str) -> Iterator[str]:
    """``jane`` of ``mary jane``, ``jones`` of ``smith-jones``."""
    for match in _WORDS.finditer(name):
        if rest := name[match.end() :]:
            yield rest


def query_text(text: str) -> str:
    """Query side. Raises ValueError."""
    folded = fold(unescape(text))
    if not folded:
        raise ValueError("a text is expected.")
    return folded


def span(text: str) -> tuple[str, str]:
    """Query side: what begins with the text lies from the first to before the second.

    In the order of code points, which is the column's collation. A range of two values is a
    condition that a kept plan can use an index for; a LIKE is not.
    """
    start = query_text(text)
    following = ord(start[-1]) + 1
    if following == _FIRST_SURROGATE:  # not characters
        following = _AFTER_SURROGATES
    return start, start[:-1] + chr(min(following, sys.maxunicode))


def like(text: str, modifier: str) -> str:
    """Query side: the LIKE pattern for a folded value; ``modifier`` is "", exact or contains."""
    literal = query_text(text).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return {"": f"{literal}%", "exact": literal, "contains": f"%{literal}%"}[modifier]
