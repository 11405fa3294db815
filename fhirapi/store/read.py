"""Reads one resource: token, compartment, content and audit in one statement and one round trip.

https://hl7.org/fhir/R4/http.html#read
"""

from dataclasses import dataclass

from fhirapi.store.caller import CALLER, Caller
from fhirapi.store.sql import fetch_one

_READ = f"""
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
), logged AS (
    INSERT INTO fhirapi_auditrecord
        (action, outcome, account_id, client_id, resource_type, resource_id, patient_ids, address)
    SELECT 'read', CASE WHEN found.content IS NULL THEN 'denied' ELSE 'success' END,
           caller.account_id, %(client_id)s, %(type)s, %(id)s,
           CASE WHEN found.patient_id IS NOT NULL THEN ARRAY[found.patient_id] END, %(address)s
    FROM caller LEFT JOIN found ON true
)
SELECT found.content, found.version_id, found.is_deleted,
       to_char(found.last_updated AT TIME ZONE 'UTC', 'Dy, DD Mon YYYY HH24:MI:SS "GMT"')
FROM caller LEFT JOIN found ON true
"""  # noqa: S608 - composed of constants


@dataclass(frozen=True, slots=True)
class Stored:
    content: str
    version_id: int
    is_deleted: bool
    last_modified: str
    """As HTTP writes a date."""


class TokenRefused(Exception):
    """The statement found no living token."""


def read(caller: Caller, resource_type: str, resource_id: str, *, is_shared: bool) -> Stored | None:
    """None if it is not there or not the caller's. Raises TokenRefused."""
    row = fetch_one(
        _READ,
        {
            **caller.parameters(),
            "type": resource_type,
            "id": resource_id,
            "is_shared": is_shared,
        },
    )
    if row is None:
        raise TokenRefused
    return Stored(*row) if row[0] is not None else None
