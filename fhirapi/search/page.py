"""The cursor of a paged search: opaque and encrypted, for it stands in addresses.

It holds where the last page ended (sort values and a row number) and is bound to the query that it
continues, so that a link cannot be turned into another search.
"""

import hashlib
from dataclasses import dataclass

import orjson

from fhirapi.encryption import InvalidToken, decrypt, encrypt
from fhirapi.outcomes import bad_page

Query = tuple[str, list[tuple[str, str]]]
"""Resource type and parameters."""


@dataclass(frozen=True)
class Position:
    values: list[str]
    """The sort columns of the last row, as PostgreSQL wrote them."""
    row_id: int


def to_text(position: Position, query: Query) -> str:
    return encrypt(orjson.dumps([position.values, position.row_id, _print(query)]).decode())


def from_text(text: str, query: Query) -> Position:
    """Raises the 400 outcome for a cursor that is not ours or not of this query."""
    try:
        values, row_id, fingerprint = orjson.loads(decrypt(text))
    except (InvalidToken, ValueError):
        raise bad_page() from None
    if fingerprint != _print(query):
        raise bad_page()
    return Position(values, row_id)


def _print(query: Query) -> str:
    resource_type, applied = query
    return hashlib.sha256(repr((resource_type, sorted(applied))).encode()).hexdigest()[:12]
