"""The ways in which people write a date of birth when they choose a password or a PIN."""

from datetime import date

_PARTS = ("%Y", "%m%d", "%d%m", "%m%y", "%y%m", "%m%Y", "%Y%m")
_WHOLE = ("%m%d%y", "%d%m%y", "%y%m%d", "%m%d%Y", "%d%m%Y", "%Y%m%d")


def spellings(born: date) -> set[str]:
    """In digits: the whole date in every order, the year, and day or year with the month."""
    return {born.strftime(shape) for shape in (*_PARTS, *_WHOLE)}
