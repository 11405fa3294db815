"""Who may write, as SQL: the caller, by a key or app that may, into records of patients they treat.

Reading and writing are two questions: who sees a record because it is their own, or a child's,
does not change it (the view ``fhirapi_writerpatient``).
"""

from django.conf import settings

from fhirapi.sql import Statement
from fhirapi.store.caller import AS_CALLER, CALLER, GRANTED, Caller
from fhirapi.store.read import TokenRefused

TREATS_SOMEBODY = """EXISTS (
    SELECT FROM fhirapi_recordlink link
    WHERE link.account_id = caller.account_id AND link.revoked_at IS NULL
      AND link.resource_type IN ('Practitioner', 'Staff', 'Organization')
)"""
_ADMIT = Statement(
    f"""
WITH {CALLER}
SELECT caller.account_id, EXISTS (
    SELECT FROM fhirapi_accesstoken token
    JOIN fhirapi_client client ON client.id = token.application_id
    LEFT JOIN fhirapi_accesskey key ON key.data_access_grant_id = token.data_access_grant_id
    WHERE token.token_checksum = %(token)s
      AND (key.may_write OR client.provider_access_at IS NOT NULL)
) AND {TREATS_SOMEBODY}
FROM caller
""",  # noqa: S608 - constants
    before=AS_CALLER,
)
_ACCOUNT = Statement(f"WITH {CALLER} SELECT account_id FROM caller", before=AS_CALLER)  # noqa: S608 - constant
# The same of a grant.
GRANT_MAY_WRITE = f"""(
    SELECT (key.may_write OR client.provider_access_at IS NOT NULL)
           AND client.disabled_at IS NULL
    FROM fhirapi_dataaccessgrant access
    JOIN fhirapi_client client ON client.id = access.client_id
    LEFT JOIN fhirapi_accesskey key ON key.data_access_grant_id = access.id
    WHERE access.id = %(grant)s
) AND {TREATS_SOMEBODY}"""  # noqa: S608 - constants

_MAY_FOLLOW = Statement(f"WITH {GRANTED} SELECT {GRANT_MAY_WRITE} FROM caller")  # noqa: S608 - constants


class NotAWriter(Exception):
    """The token lives, but neither key nor app may write, or the account treats nobody."""


def admit(caller: Caller) -> int:
    """The account for which the caller writes. Raises TokenRefused or NotAWriter."""
    row = _ADMIT.fetch_one(caller.parameters())
    if row is None:
        raise TokenRefused
    account_id, may_write = row
    if may_write != b"t":
        raise NotAWriter
    return int(account_id or 0)


def may_follow(grant_id: int) -> bool:
    """Whether what stands on a grant may still be told of changes: as the change feed asks it."""
    row = _MAY_FOLLOW.fetch_one({"grant": grant_id, "zone": settings.TIME_ZONE})
    return row is not None and row[0] == b"t"


def account_of(caller: Caller) -> int | None:
    """The account for which the caller acts; None for a token that opens nothing any more."""
    row = _ACCOUNT.fetch_one(caller.parameters())
    return int(row[0]) if row and row[0] else None


def treats(patient: str) -> str:
    """A condition on an expression for a patient's id, where ``caller`` is in the FROM clause."""
    return _treats(patient, f"{patient} = ANY(caller.patient_ids)")


def treats_of_many(patient: str) -> str:
    """The same asked of many: a long list of those whom the grant names is hashed once."""
    named = "SELECT unnest(caller.patient_ids) FROM caller"
    return _treats(patient, f"{patient} IN ({named})")


def _treats(patient: str, is_named: str) -> str:
    return f"""(
    (caller.patient_ids IS NULL OR {is_named}) AND (
        SELECT true FROM fhirapi_writerpatient treated
        WHERE treated.account_id = caller.account_id AND treated.patient_id = {patient}
        LIMIT 1))"""  # noqa: S608 - our own expressions
