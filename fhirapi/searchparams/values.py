"""What all values of a search have in common: escapes. https://hl7.org/fhir/R4/search.html#escaping

A backslash takes the meaning away from ``,`` ``|`` ``$`` and from itself.
"""

import re
from functools import lru_cache

PREFIXES = ("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap")
"""How dates, numbers and quantities are compared. https://hl7.org/fhir/R4/search.html#prefix"""
_ESCAPED = re.compile(r"\\([,$|\\])")
_SPECIAL = re.compile(r"[,$|\\]")


def split(text: str, separator: str) -> list[str]:
    """At every separator that is not escaped; the parts keep their escapes."""
    if "\\" not in text:
        return text.split(separator)
    parts, start, position = [], 0, 0
    while position < len(text):
        if text[position] == "\\":
            position += 1
        elif text[position] == separator:
            parts.append(text[start:position])
            start = position + 1
        position += 1
    return [*parts, text[start:]]


def unescape(text: str) -> str:
    return _ESCAPED.sub(r"\1", text) if "\\" in text else text


@lru_cache(maxsize=20_000)
def escape(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", text)
