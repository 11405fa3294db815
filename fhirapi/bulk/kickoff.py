"""A request for an export becomes a job.

https://hl7.org/fhir/uv/bulkdata/STU2/export.html#bulk-data-kick-off-request
"""

import re
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from fhirapi.bulk import addresses
from fhirapi.bulk.asked import Asked
from fhirapi.bulk.asking import Asking
from fhirapi.bulk.groups import kept, membership
from fhirapi.bulk.job import has_place
from fhirapi.bulk.models import ExportJob
from fhirapi.bulk.opening import opened
from fhirapi.bulk.permission import grant_of
from fhirapi.bulk.problems import nothing_opened, patients_by_post, respond_async, too_many_jobs
from fhirapi.bulk.queue import put
from fhirapi.bulk.whose import open_to
from fhirapi.definitions import registry
from fhirapi.outcomes import Outcome, gone, not_found
from fhirapi.rest.operation import of_query_and_body
from fhirapi.rest.view import authenticated, empty, fhir_view, refused
from fhirapi.smart.tokens.jwt import Claims
from fhirapi.store.caller import Caller
from fhirapi.store.constraint import Condition
from fhirapi.store.read import TokenRefused, read

_MOST_PARAMETERS = 10_000  # a list of patients has one for each
_BETWEEN = re.compile(r"[,;]")
Level = ExportJob.Level


@fhir_view("GET", "POST")
def export_system(request: HttpRequest) -> HttpResponse:
    return _kick_off(request, Level.SYSTEM)


@fhir_view("GET", "POST")
def export_patients(request: HttpRequest) -> HttpResponse:
    return _kick_off(request, Level.PATIENT)


@fhir_view("GET", "POST")
def export_group(request: HttpRequest, group_id: str) -> HttpResponse:
    return _kick_off(request, Level.GROUP, group_id, of_members=_members(request, group_id))


def _members(request: HttpRequest, group_id: str) -> list[str]:
    """Of a group that the caller may see. Raises an Outcome.

    Whatever the scopes say of Group: clients ask for those of the types that they export, and a
    Group that is exported itself is one of these (opening.py).
    """
    caller, _ = authenticated(request)
    group = registry.find("Group")
    assert group is not None, "it is declared"  # noqa: S101
    kept.refresh(group_id)  # a panel or roster as it is now
    try:
        found = read(caller, group, group_id, Condition())
    except TokenRefused:
        raise refused(caller) from None
    if found is None:
        raise not_found("Group", group_id)
    if found.is_deleted:
        raise gone("Group", group_id)
    return membership.members(group_id)


def _kick_off(
    request: HttpRequest,
    level: Level,
    group_id: str | None = None,
    of_members: list[str] | None = None,
) -> HttpResponse:
    caller, claims = authenticated(request)
    preferred = _preferred(request)
    if "respond-async" not in preferred:
        raise respond_async()
    grant_id, account_id = grant_of(caller)
    asking = Asking(
        of_query_and_body(request, "$export", most=_MOST_PARAMETERS),
        is_lenient="handling=lenient" in preferred,
    )
    wanted = asking.asked(claims.access)
    try:
        if not opened(wanted, claims.access):
            raise nothing_opened()
        wanted = replace(wanted, patients=_patients(request, caller, asking, level, of_members))
    except Outcome:
        _record_denial(caller, account_id, group_id)
        raise
    of_job = {"level": level, "group_id": group_id, "data_access_grant_id": grant_id}
    job = _queued(request, caller, claims, replace(wanted, ignored=asking.ignored), of_job)
    response = empty(202)
    response["Content-Location"] = addresses.of_job(job)
    return response


def _preferred(request: HttpRequest) -> set[str]:
    """RFC 7240 section 2."""
    given = _BETWEEN.split(request.headers.get("Prefer", "").lower())
    return {each.replace(" ", "") for each in given}


def _patients(
    request: HttpRequest,
    caller: Caller,
    asking: Asking,
    level: Level,
    of_members: list[str] | None,
) -> tuple[str, ...]:
    named = asking.patients(settings.FHIR_BASE_URL)
    if not named:
        return ()
    if request.method != "POST" or level == Level.SYSTEM:
        raise patients_by_post()
    seen = open_to(caller, named)
    if of_members is not None:
        seen = [each for each in seen if each in set(of_members)]
    return tuple(asking.known(named, seen))


@transaction.atomic
def _queued(
    request: HttpRequest, caller: Caller, claims: Claims, wanted: Asked, of_job: dict[str, Any]
) -> ExportJob:
    if not has_place(ExportJob, claims.client_id, settings.EXPORTS_AT_ONCE):
        raise too_many_jobs(str(settings.EXPORTS_AT_ONCE))
    job = ExportJob.objects.create(
        client_id=claims.client_id,
        scope=" ".join(map(str, claims.scopes)),
        context_patient=claims.patient_id,
        address=caller.address,
        request=addresses.as_asked(request),
        asked=wanted.as_json(),
        **of_job,
    )
    put("plan_export", job_id=str(job.pk))
    return job


def _record_denial(caller: Caller, account_id: int, group_id: str | None) -> None:
    record(
        AuditRecord.Action.BULK_EXPORT,
        outcome=AuditRecord.Outcome.DENIED,
        account_id=account_id,
        client_id=caller.client_id,
        resource_type="Group" if group_id else None,
        resource_id=group_id,
        detail="kick-off refused",
        address=caller.address,
    )
