"""By which declaration each type's rows were made: search must not be silently incomplete.

A declaration that changes leaves the rows of what is stored as they were, until a reindex. Types
in that state are stale; ``/readyz`` names them, and ``make run`` renews them when it starts.
"""

from collections.abc import Iterable
from hashlib import blake2b

from fhirapi.definitions import registry
from fhirapi.definitions.schema import ResourceType
from fhirapi.searchparams.index import ENCODING
from fhirapi.sql import fetch
from fhirapi.store import isolation

_STORED = """
SELECT name FROM unnest(%s::text[]) name
WHERE EXISTS (SELECT FROM fhirapi_content c WHERE c.resource_type = name)
"""
_MARKED = "SELECT resource_type, fingerprint FROM fhirapi_indexstate"
_MARK = """
INSERT INTO fhirapi_indexstate (resource_type, fingerprint)
SELECT * FROM unnest(%s::text[], %s::text[])
ON CONFLICT (resource_type) DO UPDATE SET fingerprint = excluded.fingerprint
RETURNING resource_type
"""


def stale() -> list[ResourceType]:
    """Types of which something is stored that another declaration indexed."""
    marked = dict(fetch(_MARKED))
    changed = [each for each in registry.every() if marked.get(each.name) != _fingerprint(each)]
    stored = _stored(changed) if changed else set()
    return [each for each in changed if each.name in stored]


def mark(resource_types: Iterable[ResourceType]) -> None:
    """These types' rows are as their declarations say."""
    found = list(resource_types)
    fetch(_MARK, [[each.name for each in found], [_fingerprint(each) for each in found]])


def mark_empty() -> None:
    """Before something is stored: the types that have nothing yet begin with what is declared."""
    stored = _stored(registry.every())
    mark(each for each in registry.every() if each.name not in stored)


def _stored(resource_types: Iterable[ResourceType]) -> set[str]:
    with isolation.everybody():
        rows = fetch(_STORED, [[each.name for each in resource_types]])
    return {name for (name,) in rows}


def _fingerprint(resource_type: ResourceType) -> str:
    indexed = (
        ENCODING,
        resource_type.patient,
        resource_type.has_several_patients,
        resource_type.clinical_date,
        sorted(map(repr, resource_type.search)),
    )
    return blake2b(repr(indexed).encode(), digest_size=16).hexdigest()
