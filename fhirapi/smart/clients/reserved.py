"""Names that would make people think an app is the practice's own portal. Pure.

Unicode TS 39 section 4 compares skeletons of names; ours knows the signs that are taken for the
letters of our own name, which is all that is compared here.
"""

import unicodedata

_OURS = ("qsmartcare", "smartcareq")
_TAKEN_FOR = {
    # digits and signs
    "5": "s", "$": "s", "@": "a", "4": "a", "7": "t", "+": "t", "3": "e", "9": "q", "0": "o",
    # Cyrillic, then Greek, letters that look like Latin ones
    "\u0430": "a", "\u0441": "c", "\u0435": "e", "\u0455": "s", "\u0442": "t", "\u043c": "m",
    "\u0433": "r", "\u051b": "q", "\u0454": "e",
    "\u03b1": "a", "\u03f2": "c", "\u03b5": "e", "\u03c4": "t", "\u03bc": "m", "\u03c1": "r",
}  # fmt: skip
_PAIRS = {"rn": "m", "vv": "w"}


def is_reserved(name: str) -> bool:
    """Whether people could take it for a name of ours, wherever in the name it stands."""
    shown = _skeleton(name)
    joined = _skeleton_of_pairs(shown)
    return any(each in shown or each in joined for each in _OURS)


def _skeleton(name: str) -> str:
    """Letters only, as they look: without case, accents, spaces, and signs that look alike."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    letters = (_TAKEN_FOR.get(sign, sign) for sign in plain)
    return "".join(each for each in letters if each.isalpha())


def _skeleton_of_pairs(shown: str) -> str:
    for pair, letter in _PAIRS.items():
        shown = shown.replace(pair, letter)
    return shown
