"""Medical record numbers as people paste them: from a spreadsheet, a letter, another list."""

import re

_BETWEEN = re.compile(r"[\s,;|]+")
_EDGES = ".:()[]#'\"-"


def in_text(pasted: str) -> list[str]:
    """Each once, in their order. A word without a digit is a name beside a number."""
    words = (word.strip(_EDGES) for word in _BETWEEN.split(pasted))
    return list(dict.fromkeys(word for word in words if any(map(str.isdigit, word))))
