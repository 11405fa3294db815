"""Who waits for whom while a transaction writes, beyond the rows that it changes.

PostgreSQL's advisory locks, which end with the transaction. Their number is bounded whatever a
request names, as the server's table of locks is finite: two that share a key wait needlessly.
"""

from collections.abc import Iterable

from fhirapi.searchparams.keys import key
from fhirapi.sql import Statement

_SHARED = Statement("""
SELECT count(pg_advisory_xact_lock_shared(%(space)s::int, line.key)::text)
FROM unnest(%(keys)s::int[]) AS line(key)
""")
_ALONE = Statement("""
SELECT count(pg_advisory_xact_lock(%(space)s::int, line.key)::text)
FROM unnest(%(keys)s::int[]) AS line(key)
""")
# Apart from others' locks in the same database.
_TARGETS, _CONDITIONS = 0x51534301, 0x51534302
_KEYS = 512


def hold(identities: Iterable[tuple[str, str]]) -> None:
    """What is referred to, by type and id, is not deleted by others before the transaction ends."""
    _SHARED.fetch_one(_parameters(_TARGETS, (key(*each, "") for each in identities)))


def hold_alone(identities: Iterable[tuple[str, str]]) -> None:
    """Nobody begins to refer to these, which are deleted, before the transaction ends."""
    _ALONE.fetch_one(_parameters(_TARGETS, (key(*each, "") for each in identities)))


def one_after_the_other(conditions: Iterable[tuple[str, str]]) -> None:
    """Of those who ask the same of a type, by type and query, one waits for the other."""
    keys = (key(name, "?", query) for name, query in conditions)
    _ALONE.fetch_one(_parameters(_CONDITIONS, keys))


def _parameters(space: int, keys: Iterable[int]) -> dict[str, object]:
    # In one order, so that no two transactions wait for each other.
    return {"space": space, "keys": sorted({each % _KEYS for each in keys})}
