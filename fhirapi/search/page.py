"""The cursor of a paged search: opaque, signed, and about nobody.

It holds where the last page ended (sort values and a row number) and is bound to the query that it
continues, so that a link cannot be turned into another search.
"""

import hashlib
from dataclasses import dataclass

from django.core import signing

from fhirapi.outcomes import bad_page

_SALT = "fhirapi.search.page"


@dataclass(frozen=True)
class Position:
    values: list[str]
    """The sort columns of the last row, as PostgreSQL wrote them."""
    row_id: int


def to_text(position: Position, applied: list[tuple[str, str]]) -> str:
    return signing.dumps(
        [position.values, position.row_id, _fingerprint(applied)], salt=_SALT, compress=True
    )


def from_text(text: str, applied: list[tuple[str, str]]) -> Position:
    """Raises the 400 outcome for a cursor that is not ours or not of this query."""
    try:
        values, row_id, fingerprint = signing.loads(text, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        raise bad_page() from None
    if fingerprint != _fingerprint(applied):
        raise bad_page()
    return Position(values, row_id)


def _fingerprint(applied: list[tuple[str, str]]) -> str:
    return hashlib.sha256(repr(sorted(applied)).encode()).hexdigest()[:12]
