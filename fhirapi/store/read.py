"""Reads one resource: token, compartment and content in one statement and one round trip.

https://hl7.org/fhir/R4/http.html#read
"""

from dataclasses import dataclass
from functools import lru_cache

from fhirapi.audit.trail import Entry, trail
from fhirapi.definitions.schema import ResourceType
from fhirapi.sql import Statement
from fhirapi.store.caller import AS_CALLER, CALLER, Caller, sees
from fhirapi.store.constraint import Condition
from fhirapi.store.visibility import members_of, visible_or_gone

_READ = """
WITH {caller}, found AS (
    SELECT c.content, c.version_id, c.last_updated, c.is_deleted, {seen} AS seen
    FROM caller, fhirapi_content c
    WHERE c.resource_type = %(type)s AND c.resource_id = %(id)s AND {visible} {opened}
)
SELECT found.content, found.version_id, found.is_deleted,
       to_char(found.last_updated AT TIME ZONE 'UTC', 'Dy, DD Mon YYYY HH24:MI:SS "GMT"'),
       caller.account_id, found.seen
FROM caller LEFT JOIN found ON true
"""
_OF_PATIENT = "CASE WHEN c.patient_id IS NOT NULL THEN ARRAY[c.patient_id] END"


@dataclass(frozen=True, slots=True)
class Stored:
    content: bytes
    version_id: int
    is_deleted: bool
    last_modified: str
    """As HTTP writes a date."""


class TokenRefused(Exception):
    """The statement found no living token."""


@lru_cache(maxsize=500)
def _statement(resource_type: ResourceType, opened: str) -> Statement:
    of_members = f"ARRAY({members_of(resource_type, 'c')})"
    sql = _READ.format(
        caller=CALLER,
        visible=visible_or_gone(resource_type, "c", sees),
        opened=f"AND {opened}" if opened else "",
        seen=of_members if resource_type.members else _OF_PATIENT,
    )
    return Statement(sql, before=AS_CALLER)


def read(
    caller: Caller, resource_type: ResourceType, resource_id: str, opened: Condition
) -> Stored | None:
    """None if it is not there or not the caller's. Raises TokenRefused.

    ``opened``: the condition on row ``c`` of the contents that the token's scopes make.
    """
    row = _statement(resource_type, opened.sql).fetch_one(
        {
            **caller.parameters(),
            **opened.parameters,
            "type": resource_type.name,
            "id": resource_id,
        }
    )
    if row is None:
        raise TokenRefused
    content, version_id, is_deleted, last_modified, account_id, patient_ids = row
    trail.write(
        Entry(
            "read",
            "denied" if content is None else "success",
            account_id=int(account_id or 0),
            client_id=caller.client_id,
            resource_type=resource_type.name,
            resource_id=resource_id,
            patient_ids=patient_ids.decode() if patient_ids else None,
            address=caller.address,
        )
    )
    if content is None or version_id is None or last_modified is None:
        return None
    return Stored(content, int(version_id), is_deleted == b"t", last_modified.decode())
