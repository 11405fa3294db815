"""Who asks, as data and as SQL: every statement of the store that reads begins with ``CALLER``,
and ``AS_CALLER`` goes before it.

Without a living token a statement finds no caller, therefore no row. That the caller may see a
patient is asked of the grant *and* of the view of links and care, in the same statement; and once
more by the policies of the tables, which know nothing of the statement.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings

from fhirapi.sql import Statement, fetch_one
from fhirapi.store import isolation


@dataclass(frozen=True, slots=True)
class Caller:
    token_checksum: str
    client_id: str
    address: str | None
    patient_id: str | None
    """Whom the token is about, if its scopes have such a context."""
    is_of_one_patient: bool
    """Whether that is the only one whom the token opens, whatever its grant names."""

    def parameters(self) -> dict[str, Any]:
        return {
            "token": self.token_checksum,
            "client_id": self.client_id,
            "address": self.address,
            "zone": settings.TIME_ZONE,
            "context": self.patient_id,
            "only": (self.patient_id or "") if self.is_of_one_patient else None,
        }


def _narrowed(patient_ids: str) -> str:
    """NULL: everybody whom the account may see."""
    return f"""CASE WHEN %(only)s::text IS NULL THEN {patient_ids}
                WHEN {patient_ids} IS NULL OR %(only)s = ANY({patient_ids}) THEN ARRAY[%(only)s]
                ELSE ARRAY[]::text[] END"""


_LIVES = """
    access.revoked_at IS NULL
      AND (access.expires_at IS NULL OR access.expires_at > now())
      AND (key.id IS NULL OR (key.is_active AND (now() AT TIME ZONE %(zone)s)::date
                              BETWEEN key.valid_from AND key.valid_to))"""

_NAMED = isolation.named("found.patient_ids")

# In the transaction of what the caller asks, before it: finds the living token, and tells the
# database whose rows that transaction may touch (store/isolation.py). It always has a row, so that
# a token that opens nothing leaves nobody told.
AS_CALLER = Statement(f"""
SELECT {isolation.is_for("grant", "found.id")}, {isolation.is_for("account", "found.account_id")},
       {isolation.is_for("patients", f"CASE WHEN found.id IS NOT NULL THEN {_NAMED} END")}
FROM (VALUES (1)) always LEFT JOIN LATERAL (
    SELECT access.id, access.account_id, {_narrowed("access.patient_ids")} AS patient_ids
    FROM fhirapi_accesstoken token
    JOIN fhirapi_dataaccessgrant access ON access.id = token.data_access_grant_id
    JOIN portal_account account ON account.id = access.account_id AND account.is_active
    LEFT JOIN fhirapi_accesskey key ON key.data_access_grant_id = access.id
    WHERE token.token_checksum = %(token)s AND token.expires > now() AND {_LIVES}
) found ON true
""")  # noqa: S608 - constants

# Whom AS_CALLER has found; nobody, and therefore no row, where that did not come before.
CALLER = f"""
caller AS (
    SELECT access.account_id, {_narrowed("access.patient_ids")} AS patient_ids
    FROM fhirapi_dataaccessgrant access WHERE access.id = {isolation.told("grant")}::bigint
)"""  # noqa: S608 - constants

# The same without a token: what stands on a grant and works by itself, such as a webhook.
GRANTED = f"""
caller AS (
    SELECT access.account_id, access.patient_ids
    FROM fhirapi_dataaccessgrant access
    JOIN portal_account account ON account.id = access.account_id AND account.is_active
    LEFT JOIN fhirapi_accesskey key ON key.data_access_grant_id = access.id
    WHERE access.id = %(grant)s AND {_LIVES}
)"""  # noqa: S608 - constants

# The patients of a search: those of the grant that the account may still see; a doctor who is her
# own patient comes twice. PostgreSQL gathers them only where a condition comes to ask. Everybody
# whom the account sees is compared with a hashed list: two queries, one for a grant that names
# patients and one for a grant that does not, cost more to plan than that.
ALLOWED = """allowed AS MATERIALIZED (
    SELECT visible.patient_id
    FROM caller
    JOIN fhirapi_accountpatient visible ON visible.account_id = caller.account_id
    WHERE caller.patient_ids IS NULL
       OR visible.patient_id IN (SELECT unnest(caller.patient_ids) FROM caller)
)"""

# Those whom a search is about: all of them, or those that fulfil a condition on ``visible``.
EVERY_ALLOWED = "mine AS NOT MATERIALIZED (SELECT patient_id FROM allowed)"


def allowed_of(condition: str) -> str:
    """A panel of thousands is not gathered for the few whom the condition names."""
    return f"""mine AS MATERIALIZED (
    SELECT visible.patient_id
    FROM caller
    JOIN fhirapi_accountpatient visible ON visible.account_id = caller.account_id
    WHERE {condition}
      AND (caller.patient_ids IS NULL OR visible.patient_id = ANY(caller.patient_ids))
)"""  # noqa: S608 - our own conditions


# The same asked of a single patient, where few are found. Scalar subqueries, not EXISTS: the
# planner must not hash the view of everybody.
def may_see(patient: str) -> str:
    """A condition on an expression for a patient's id, wherever it stands."""
    return f"""(
    SELECT true FROM caller
    JOIN fhirapi_accountpatient visible ON visible.account_id = caller.account_id
    WHERE visible.patient_id = {patient}
      AND (caller.patient_ids IS NULL OR {patient} = ANY(caller.patient_ids))
    LIMIT 1)"""  # noqa: S608 - our own expressions


def sees(patient: str) -> str:
    """The same where ``caller`` itself is in the FROM clause."""
    return f"""(
    (caller.patient_ids IS NULL OR {patient} = ANY(caller.patient_ids)) AND (
        SELECT true FROM fhirapi_accountpatient visible
        WHERE visible.account_id = caller.account_id AND visible.patient_id = {patient}
        LIMIT 1))"""  # noqa: S608 - our own expressions


def is_allowed(patient: str) -> str:
    """The same of one of many, where ``allowed`` has been gathered."""
    return f"{patient} IN (SELECT allowed.patient_id FROM allowed)"  # noqa: S608 - as above


_WHY = """
SELECT token.expires <= now(), key.id, access.account_id
FROM fhirapi_accesstoken token
JOIN fhirapi_dataaccessgrant access ON access.id = token.data_access_grant_id
LEFT JOIN fhirapi_accesskey key ON key.data_access_grant_id = access.id
WHERE token.token_checksum = %s
"""


@dataclass(frozen=True)
class Refusal:
    """Why a token that we signed opens nothing any more."""

    is_expired: bool
    access_key_id: int | None
    """Row id of the key whose state refuses, if there is a key."""
    account_id: int


def why_refused(caller: Caller) -> Refusal | None:
    """None when the token itself is gone: revoked, rotated, or its session ended."""
    row = fetch_one(_WHY, [caller.token_checksum])
    return Refusal(bool(row[0]), row[1], row[2]) if row else None
