"""Reads one resource: token, compartment and content in one statement and one round trip.

https://hl7.org/fhir/R4/http.html#read
"""

from dataclasses import dataclass

from fhirapi.audit.trail import Entry, trail
from fhirapi.sql import Statement
from fhirapi.store.caller import CALLER, Caller

_READ = Statement(f"""
WITH {CALLER}, found AS (
    SELECT c.content, c.version_id, c.last_updated, c.is_deleted, c.patient_id
    FROM caller, fhirapi_content c
    WHERE c.resource_type = %(type)s AND c.resource_id = %(id)s
      AND CASE WHEN c.patient_id IS NULL THEN %(is_shared)s
          -- A scalar subquery, not EXISTS: the planner must not hash the view of everybody.
          ELSE c.patient_id = ANY(caller.patient_ids) AND (
              SELECT true FROM fhirapi_accountpatient visible
              WHERE visible.account_id = caller.account_id
                AND visible.patient_id = c.patient_id
              LIMIT 1)
          END
)
SELECT found.content, found.version_id, found.is_deleted,
       to_char(found.last_updated AT TIME ZONE 'UTC', 'Dy, DD Mon YYYY HH24:MI:SS "GMT"'),
       caller.account_id, CASE WHEN found.patient_id IS NOT NULL THEN ARRAY[found.patient_id] END
FROM caller LEFT JOIN found ON true
""")  # noqa: S608 - composed of constants


@dataclass(frozen=True, slots=True)
class Stored:
    content: bytes
    version_id: int
    is_deleted: bool
    last_modified: str
    """As HTTP writes a date."""


class TokenRefused(Exception):
    """The statement found no living token."""


def read(caller: Caller, resource_type: str, resource_id: str, *, is_shared: bool) -> Stored | None:
    """None if it is not there or not the caller's. Raises TokenRefused."""
    row = _READ.fetch_one(
        {
            **caller.parameters(),
            "type": resource_type,
            "id": resource_id,
            "is_shared": is_shared,
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
            resource_type=resource_type,
            resource_id=resource_id,
            patient_ids=patient_ids.decode() if patient_ids else None,
            address=caller.address,
        )
    )
    if content is None or version_id is None or last_modified is None:
        return None
    return Stored(content, int(version_id), is_deleted == b"t", last_modified.decode())
