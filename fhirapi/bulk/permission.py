"""Whose a job is: of the client that asked, while it holds a token on the same approval.

An access key is a client of its own, so a person's two keys do not see each other's exports.
https://hl7.org/fhir/uv/bulkdata/STU2/export.html#privacy-and-security-considerations - a token
that fetches has to cover what it fetches.
"""

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from fhirapi.bulk.asked import Asked
from fhirapi.bulk.models import ExportFile, ExportJob
from fhirapi.bulk.opening import access_of, exported, opened
from fhirapi.outcomes import outside_scope
from fhirapi.rest.view import authenticated, record_if_forbidden, refused
from fhirapi.smart.access.decision import Access
from fhirapi.smart.tokens.jwt import Claims
from fhirapi.sql import Statement
from fhirapi.store.caller import AS_CALLER, CALLER, Caller
from fhirapi.store.constraint import OPEN

_GRANT = Statement(
    f"""
WITH {CALLER}
SELECT token.data_access_grant_id, caller.account_id FROM caller, fhirapi_accesstoken token
WHERE token.token_checksum = %(token)s
""",  # noqa: S608 - constants
    before=AS_CALLER,
)
_STATES = (ExportJob.State.QUEUED, ExportJob.State.RUNNING, ExportJob.State.FAILED)


def grant_of(caller: Caller) -> tuple[int, int]:
    """The token's approval and account. Raises the 401 outcome if it has ended."""
    row = _GRANT.fetch_one(caller.parameters())
    if row is None:
        raise refused(caller)
    return int(row[0] or 0), int(row[1] or 0)


def own_jobs(request: HttpRequest) -> tuple[Caller, Claims, "QuerySet[ExportJob]"]:
    """Those that the client may still ask about: not deleted, and not run out."""
    caller, claims = authenticated(request)
    grant_id, _ = grant_of(caller)
    own = ExportJob.objects.filter(client_id=claims.client_id, data_access_grant_id=grant_id)
    ready = own.filter(state=ExportJob.State.FINISHED, expires_at__gt=timezone.now())
    return caller, claims, own.filter(state__in=_STATES) | ready


def require_covered(caller: Caller, claims: Claims, file: ExportFile) -> None:
    """Raises the 403 outcome if the token opens less of what is in the file than was asked."""
    asked = access_of(file.job)
    for name in _held_by(file, asked):
        if not _covers(claims.access, asked, name):
            outcome = outside_scope(name, "export")
            record_if_forbidden(caller, outcome, name)
            raise outcome


def _held_by(file: ExportFile, asked: Access) -> list[str]:
    """The types in it."""
    wanted = Asked.from_json(file.job.asked)
    if file.kind == ExportFile.Kind.ERROR:
        return []
    if file.kind == ExportFile.Kind.DELETED or wanted.is_by_patient:
        return [each.name for each, _ in opened(wanted, asked)]
    return [file.resource_type]


def _covers(access: Access, asked: Access, name: str) -> bool:
    is_same_patient = access.patient_id == asked.patient_id
    if access.is_of_one_patient and not (asked.is_of_one_patient and is_same_patient):
        return False
    mine = exported(name, access)
    if mine == OPEN:
        return True
    is_of_context = any(way.only_context for way in mine)
    return set(mine) >= set(exported(name, asked)) and (is_same_patient or not is_of_context)
