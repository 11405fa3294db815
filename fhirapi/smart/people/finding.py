"""What people type to find a patient, as LIKE patterns for the words of a ``PatientLine``.

Names in either order, with a comma or without; an MRN; a date of birth as it is written in the US
or in ISO order, whole or as far as it has been typed.
"""

import re

from fhirapi.searchparams.string import fold

_MOST_WORDS = 6
_LABELS = {"mrn", "dob"}  # people copy "MRN: 9999094" from elsewhere
_EDGES = " .,;:()[]#'\"-/"
_US_DATE = re.compile(r"(\d{1,2})[/.-](?:(\d{1,2})(?:[/.-](\d{1,4})?)?)?", re.ASCII)
_MONTH_OF_YEAR = re.compile(r"(\d{1,2})[/.-](\d{4})", re.ASCII)
_ISO_DATE = re.compile(r"(\d{4})[/.-](\d{1,2})(?:[/.-](\d{1,2}))?", re.ASCII)
_DIGITS = re.compile(r"(\d\d)(\d\d)(\d{4})", re.ASCII)


def patterns(text: str) -> list[list[str]] | None:
    """For each word those patterns of which one must fit; None: something was typed, but no word.

    Nothing typed asks for nothing in particular: an empty list.
    """
    typed = re.split(r"[\s,;]+", text.replace("\x00", ""))
    words = [word for word in typed if fold(word.strip(_EDGES))]
    wanted = [word for word in words if word.strip(_EDGES).casefold() not in _LABELS]
    if not wanted:
        return None if text.strip() else []
    return [_patterns(word) for word in wanted[:_MOST_WORDS]]


def _patterns(word: str) -> list[str]:
    bare = fold(word.strip(_EDGES))
    literal = bare.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    # Jones finds Smith-Jones.
    return [f"{literal}%", f"%-{literal}%", *_dates(word.strip("()[],;:"))]


def _dates(word: str) -> list[str]:
    if match := _ISO_DATE.fullmatch(word):
        year, month, day = match.groups()
        return [f"{year}-{month:>02}-" + (f"{day:>02}" if day else "%")]
    if match := _MONTH_OF_YEAR.fullmatch(word):
        month, year = match.groups()
        return [f"{year}-{month:>02}%"]
    if match := _DIGITS.fullmatch(word):
        month, day, year = match.groups()
        return [f"{year}-{month}-{day}"]
    if match := _US_DATE.fullmatch(word):
        month, day, year = match.groups()
        return [f"{each}-{month:>02}-{f'{day:>02}' if day else '%'}" for each in _years(year)]
    return []


def _years(typed: str | None) -> list[str]:
    """78 may be short for 1978, or the beginning of a year that is still being typed."""
    begun = f"{typed or '':_<4}"
    return [begun, f"__{typed}"] if typed and len(typed) == 2 else [begun]
