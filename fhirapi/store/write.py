"""What a request writes: rows are locked, replaced, stored, and looked at again.

Everything here runs in the caller's transaction (``writing/perform.py``). Rows are locked in the
order of their ids, so that two transactions do not wait for each other.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from fhirapi.definitions.schema import ResourceType
from fhirapi.sql import Statement
from fhirapi.store.caller import AS_CALLER, CALLER, Caller
from fhirapi.store.constraint import Condition
from fhirapi.store.membership import KEPT_KEY
from fhirapi.store.visibility import IsSeen, visible, visible_or_gone
from fhirapi.store.writer import treats

_LOCK = """
WITH {caller}
SELECT c.resource_type, c.resource_id, c.id, c.version_id, c.last_updated, c.is_deleted,
       c.patient_id, c.content, (({visible}) {opened}) IS TRUE
FROM caller CROSS JOIN fhirapi_held(%(types)s::text[], %(ids)s::text[]) c
"""
_OPEN = """
WITH {caller}
SELECT c.resource_type, c.resource_id FROM caller CROSS JOIN fhirapi_content c
LEFT JOIN fhirapi_content patient
  ON patient.resource_type = 'Patient' AND patient.resource_id = c.patient_id
WHERE c.id = ANY(%(row_ids)s::bigint[])
  AND ({visible}) {opened} AND patient.is_deleted IS NOT TRUE
"""
_NOTHING_THERE = """
WITH {caller}
SELECT asked.resource_type, asked.resource_id
FROM caller
CROSS JOIN unnest(%(types)s::text[], %(ids)s::text[], %(ways)s::int[])
    AS asked(resource_type, resource_id, way)
LEFT JOIN fhirapi_content c ON c.resource_type = asked.resource_type
    AND c.resource_id = asked.resource_id AND NOT c.is_deleted AND {visible}
WHERE c.id IS NULL
"""
# Lists that the product keeps follow the records, and hold none of them back.
_REFERRED = Statement("""
SELECT DISTINCT link.target_type, link.target_id
FROM unnest(%(types)s::text[], %(ids)s::text[]) AS gone(resource_type, resource_id)
JOIN fhirapi_searchlink link
  ON link.target_type = gone.resource_type AND link.target_id = gone.resource_id
WHERE NOT EXISTS (
    SELECT FROM fhirapi_searchrow kept
    WHERE kept.id = link.row_id AND kept.refs @> ARRAY[%(kept)s]::bigint[]
)
""")
_OWNERS = Statement("""
SELECT DISTINCT row.patient_id FROM fhirapi_searchrow row
WHERE row.patient_id = ANY(%(ids)s::text[])
""")
_OPEN_NEW_PATIENTS = Statement("""
UPDATE fhirapi_dataaccessgrant access SET patient_ids = access.patient_ids || %(ids)s::text[]
FROM fhirapi_accesstoken token
WHERE token.token_checksum = %(token)s AND access.id = token.data_access_grant_id
  AND access.patient_ids IS NOT NULL
RETURNING access.id
""")

Identity = tuple[str, str]
"""Type and id."""
Judged = Callable[[ResourceType, str, IsSeen], str]
"""How rows of a type are judged: as they stand, or deleted ones by what they were."""


class Asked(NamedTuple):
    """A resource of which a condition is asked: what the token's scopes open of its type."""

    resource_type: ResourceType
    resource_id: str
    opened: Condition = Condition()


@dataclass(frozen=True, slots=True)
class Standing:
    """A row as it is now; nobody else changes it before the transaction ends."""

    row_id: int
    version_id: int
    last_updated: datetime
    is_deleted: bool
    patient_id: str | None
    content: str
    is_open: bool
    """Whether it is the caller's to write."""


def lock(caller: Caller, asked: Iterable[Asked]) -> dict[Identity, Standing]:
    """Those that are stored, deleted ones too, locked until the transaction ends."""
    found: dict[Identity, Standing] = {}
    for (seen, opened), group in _alike(asked, visible_or_gone):
        sql = _LOCK.format(caller=CALLER, visible=seen, opened=opened.sql and f"AND {opened.sql}")
        parameters = {**caller.parameters(), **opened.parameters, **_identities(group)}
        for name, resource_id, *columns in _statement(sql).fetch(parameters):
            found[name, resource_id] = Standing(*columns)
    return found


def closed(caller: Caller, written: Sequence[tuple[int, Asked]]) -> list[Identity]:
    """Of what was just written, by row id, what the caller might not write: all is undone then.

    A patient who was deleted is still in the care of those who could bring the record back.
    """
    is_open: set[Identity] = set()
    row_ids = {(each.resource_type.name, each.resource_id): row_id for row_id, each in written}
    for (seen, opened), group in _alike((each for _, each in written), visible):
        sql = _OPEN.format(caller=CALLER, visible=seen, opened=opened.sql and f"AND {opened.sql}")
        mine = [row_ids[each.resource_type.name, each.resource_id] for each in group]
        parameters = {**caller.parameters(), **opened.parameters, "row_ids": mine}
        is_open.update(_statement(sql).fetch(parameters))
    return [identity for identity in row_ids if identity not in is_open]


def nothing_there(caller: Caller, asked: Iterable[Asked]) -> list[Identity]:
    """Those that are not stored, or not among what the caller may write."""
    every = list(asked)
    if not every:
        return []
    # In one statement: what a type's rows are seen by decides which condition is asked of each.
    seen = [visible(each.resource_type, "c", treats) for each in every]
    ways = {condition: number for number, condition in enumerate(dict.fromkeys(seen))}
    cases = " ".join(f"WHEN {number} THEN ({condition})" for condition, number in ways.items())
    sql = _NOTHING_THERE.format(caller=CALLER, visible=f"CASE asked.way {cases} END")
    parameters = {**caller.parameters(), **_identities(every)}
    found: list[Identity] = _statement(sql).fetch(
        {**parameters, "ways": [ways[condition] for condition in seen]}
    )
    return found


def still_referred(gone: Sequence[Identity]) -> set[Identity]:
    """Those to which something stored refers; a patient, while the record holds anything."""
    types, ids = [kind for kind, _ in gone], [resource_id for _, resource_id in gone]
    found = _REFERRED.fetch({"types": types, "ids": ids, "kept": KEPT_KEY})
    return {(kind, resource_id) for kind, resource_id in found} | patients_with_records(gone)


def patients_with_records(gone: Sequence[Identity]) -> set[Identity]:
    patients = [resource_id for kind, resource_id in gone if kind == "Patient"]
    owners = _OWNERS.fetch({"ids": patients}) if patients else []
    return {("Patient", patient_id) for (patient_id,) in owners}


def open_new_patients(caller: Caller, patient_ids: list[str]) -> None:
    """A grant that names its patients names those too that were made by it."""
    _OPEN_NEW_PATIENTS.fetch_one({"token": caller.token_checksum, "ids": patient_ids})


def _alike(
    asked: Iterable[Asked], judged: Judged
) -> list[tuple[tuple[str, Condition], list[Asked]]]:
    """By the SQL that is asked of them: most types of a patient's record share it."""
    groups: dict[Any, tuple[tuple[str, Condition], list[Asked]]] = {}
    for each in asked:
        seen = judged(each.resource_type, "c", treats)
        key = seen, each.opened.sql, tuple(map(str, each.opened.parameters.items()))
        groups.setdefault(key, ((seen, each.opened), []))[1].append(each)
    return list(groups.values())


def _identities(group: Sequence[Asked]) -> dict[str, Any]:
    return {
        "types": [each.resource_type.name for each in group],
        "ids": [each.resource_id for each in group],
    }


@lru_cache(maxsize=500)
def _statement(sql: str) -> Statement:
    return Statement(sql, before=AS_CALLER)
