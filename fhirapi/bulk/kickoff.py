"""A request for an export becomes a job.

https://hl7.org/fhir/uv/bulkdata/STU2/export.html#bulk-data-kick-off-request
"""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from fhirapi.bulk import addresses, tasks
from fhirapi.bulk.asked import PARAMETERS, Asked, asked
from fhirapi.bulk.jobs import OPEN_STATES
from fhirapi.bulk.models import ExportJob
from fhirapi.bulk.plan import opened
from fhirapi.bulk.problems import nothing_opened, respond_async, too_many_jobs
from fhirapi.definitions import registry
from fhirapi.rest.operation import of_query_and_body
from fhirapi.rest.read import find
from fhirapi.rest.view import authenticated, fhir_view, refused
from fhirapi.smart.tokens.jwt import Claims
from fhirapi.sql import Statement
from fhirapi.store.caller import CALLER, Caller

_GRANT = Statement(f"""
WITH {CALLER}
SELECT token.data_access_grant_id FROM caller, fhirapi_accesstoken token
WHERE token.token_checksum = %(token)s
""")  # noqa: S608 - constants


@fhir_view("GET", "POST")
def export_system(request: HttpRequest) -> HttpResponse:
    return _kick_off(request, level=ExportJob.Level.SYSTEM)


@fhir_view("GET", "POST")
def export_patients(request: HttpRequest) -> HttpResponse:
    return _kick_off(request, level=ExportJob.Level.PATIENT)


@fhir_view("GET", "POST")
def export_group(request: HttpRequest, group_id: str) -> HttpResponse:
    group = registry.find("Group")
    assert group is not None, "it is declared"  # noqa: S101
    find(request, group, group_id)
    return _kick_off(request, level=ExportJob.Level.GROUP, group_id=group_id)


def _kick_off(request: HttpRequest, **of_level: Any) -> HttpResponse:
    caller, claims = authenticated(request)
    if "respond-async" not in request.headers.get("Prefer", ""):
        raise respond_async()
    parameters = of_query_and_body(request, "$export", PARAMETERS)
    wanted = asked(parameters)
    if not opened(wanted, claims.access):
        raise nothing_opened()
    job = _queued(request, caller, claims, wanted, of_level)
    response = HttpResponse(status=202)
    response["Content-Location"] = addresses.of_job(job)
    return response


@transaction.atomic
def _queued(
    request: HttpRequest, caller: Caller, claims: Claims, wanted: Asked, of_level: dict[str, Any]
) -> ExportJob:
    grant = _GRANT.fetch_one(caller.parameters())
    if grant is None:
        raise refused(caller)
    _require_place(claims.client_id)
    job = ExportJob.objects.create(
        client_id=claims.client_id,
        data_access_grant_id=int(grant[0] or 0),
        scope=" ".join(map(str, claims.scopes)),
        context_patient=claims.patient_id,
        address=caller.address,
        request=addresses.as_asked(request),
        asked=wanted.as_json(),
        **of_level,
    )
    tasks.plan_export.defer(job_id=str(job.pk))
    return job


def _require_place(client_id: str) -> None:
    """A client has so many exports at a time."""
    under_way = ExportJob.objects.filter(client_id=client_id, state__in=OPEN_STATES)
    if under_way.count() >= settings.EXPORTS_AT_ONCE:
        raise too_many_jobs(settings.EXPORTS_AT_ONCE)
