"""Who may import at all: who may write, by the token that asks."""

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from fhirapi.outcomes import not_a_writer
from fhirapi.rest.view import refused
from fhirapi.sql import Statement
from fhirapi.store.caller import AS_CALLER, CALLER, Caller
from fhirapi.store.read import TokenRefused
from fhirapi.store.writer import NotAWriter, account_of, admit

_GRANT = Statement(
    f"""
WITH {CALLER}
SELECT token.data_access_grant_id FROM caller, fhirapi_accesstoken token
WHERE token.token_checksum = %(token)s
""",  # noqa: S608 - constants
    before=AS_CALLER,
)


def require_writer(caller: Caller) -> int:
    """The account for which the token writes. Raises the 401 and 403 outcomes, recorded."""
    try:
        return admit(caller)
    except TokenRefused:
        raise refused(caller, AuditRecord.Action.BULK_IMPORT) from None
    except NotAWriter:
        record(
            AuditRecord.Action.BULK_IMPORT,
            outcome=AuditRecord.Outcome.DENIED,
            account_id=account_of(caller),
            client_id=caller.client_id,
            detail="may not write",
            address=caller.address,
        )
        raise not_a_writer() from None


def grant_of(caller: Caller) -> int:
    """The approval behind the token. Raises the 401 outcome."""
    row = _GRANT.fetch_one(caller.parameters())
    if row is None:
        raise refused(caller, AuditRecord.Action.BULK_IMPORT)
    return int(row[0] or 0)
