"""What a living token opens."""

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from fhirapi.sql import Statement, fetch, fetch_one
from fhirapi.store.caller import ALLOWED, AS_CALLER, CALLER, Caller
from fhirapi.store.constraint import OPEN, Constraint, Way

_ONE_OR_MORE = f"WITH {CALLER}, {ALLOWED} SELECT DISTINCT patient_id FROM allowed LIMIT 2"  # noqa: S608 - constants
_LIVING = Statement(f"WITH {CALLER} SELECT 1 FROM caller", before=AS_CALLER)  # noqa: S608 - constants
_ALL = f"""
WITH {CALLER}, {ALLOWED}
SELECT caller.account_id, ARRAY(
    SELECT DISTINCT patient_id FROM allowed WHERE %(all)s OR patient_id = %(one)s ORDER BY 1
) FROM caller
"""  # noqa: S608 - constants


def is_living(caller: Caller) -> bool:
    """Whether the token opens anything any more."""
    return _LIVING.fetch_one(caller.parameters()) is not None


def only_patient(caller: Caller) -> str | None:
    """The patient of a token that opens exactly one."""
    rows = fetch(_ONE_OR_MORE, caller.parameters(), before=AS_CALLER)
    return rows[0][0] if len(rows) == 1 else None


def patients_of(caller: Caller, constraint: Constraint) -> list[str] | None:
    """The ids of the token's patients, audited; None for a token that no longer lives.

    ``constraint``: what its scopes open of Patient. Where that is a search, nobody is listed.
    """
    is_of_context = Way(only_context=True) in constraint
    opened = {"all": constraint == OPEN, "one": caller.patient_id if is_of_context else None}
    row = fetch_one(_ALL, {**caller.parameters(), **opened}, before=AS_CALLER)
    if row is None:
        return None
    account_id, patient_ids = row
    record(
        AuditRecord.Action.SERVICE,
        account_id=account_id,
        client_id=caller.client_id,
        patient_ids=patient_ids,
        address=caller.address,
    )
    return list(patient_ids)
