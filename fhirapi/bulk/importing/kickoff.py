"""A request for an import becomes a job."""

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from procrastinate.types import JSONValue

from fhirapi.bulk.addresses import as_asked
from fhirapi.bulk.importing import hosts, uploads
from fhirapi.bulk.importing.addresses import of_job
from fhirapi.bulk.importing.asked import Asked, asked
from fhirapi.bulk.importing.models import ImportInput, ImportJob
from fhirapi.bulk.importing.problems import respond_async, too_many_imports, unfetchable
from fhirapi.bulk.importing.writers import grant_of, require_writer
from fhirapi.bulk.job import has_place
from fhirapi.bulk.queue import put_all
from fhirapi.outcomes import unsupported_parameters_type
from fhirapi.rest.body import is_read_here, json_of
from fhirapi.rest.negotiation import OURS
from fhirapi.rest.view import authenticated, empty, fhir_view, require
from fhirapi.smart.tokens.jwt import Claims
from fhirapi.store.caller import Caller

_AT_A_TIME = 4  # files that one task fetches, where there are enough of them
_TASKS = 8  # that there are at least, for as many workers
_NO_UPLOAD = "there is no such upload of this client."


@fhir_view("POST")
def import_system(request: HttpRequest) -> HttpResponse:
    caller, claims = authenticated(request)
    if "respond-async" not in request.headers.get("Prefer", ""):
        raise respond_async()
    require_writer(caller)
    if not is_read_here(request, OURS):
        raise unsupported_parameters_type()
    wanted = asked(json_of(request))
    for name in dict.fromkeys(each.resource_type for each in wanted.inputs):
        require(caller, claims, name, "create")
        require(caller, claims, name, "update")
    grant_id = grant_of(caller)
    _require_fetchable(wanted, claims.client_id, grant_id)
    job = _queued(request, caller, claims, wanted, grant_id)
    response = empty(202)
    response["Content-Location"] = of_job(job)
    return response


def _require_fetchable(wanted: Asked, client_id: str, grant_id: int) -> None:
    for number, each in enumerate(wanted.inputs, 1):
        if uploads.is_ours(each.url):
            if uploads.of_url(each.url, client_id, grant_id) is None:
                raise unfetchable(number, _NO_UPLOAD)
        elif problem := hosts.refusal_of(each.url):
            raise unfetchable(number, problem)


@transaction.atomic
def _queued(
    request: HttpRequest, caller: Caller, claims: Claims, wanted: Asked, grant_id: int
) -> ImportJob:
    if not has_place(ImportJob, claims.client_id, settings.IMPORTS_AT_ONCE):
        raise too_many_imports(settings.IMPORTS_AT_ONCE)
    job = ImportJob.objects.create(
        client_id=claims.client_id,
        data_access_grant_id=grant_id,
        scope=" ".join(map(str, claims.scopes)),
        context_patient=claims.patient_id,
        address=caller.address,
        request=as_asked(request),
        source=wanted.source,
    )
    inputs = ImportInput.objects.bulk_create(
        ImportInput(job=job, number=number, resource_type=each.resource_type, url=each.url)
        for number, each in enumerate(wanted.inputs)
    )
    ids: list[JSONValue] = [each.pk for each in inputs]
    some = max(1, min(_AT_A_TIME, len(ids) // _TASKS))
    put_all(
        "fetch_import",
        [
            {"job_id": str(job.pk), "input_ids": ids[first : first + some]}
            for first in range(0, len(ids), some)
        ],
    )
    return job
