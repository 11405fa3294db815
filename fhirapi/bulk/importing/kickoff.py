"""A request for an import becomes a job."""

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from fhirapi.bulk.addresses import as_asked
from fhirapi.bulk.importing import hosts, uploads
from fhirapi.bulk.importing.addresses import of_job
from fhirapi.bulk.importing.asked import Asked, asked
from fhirapi.bulk.importing.jobs import OPEN_STATES
from fhirapi.bulk.importing.models import ImportInput, ImportJob
from fhirapi.bulk.importing.problems import respond_async, too_many_imports, unfetchable
from fhirapi.bulk.importing.writers import grant_of, require_writer
from fhirapi.bulk.queue import put
from fhirapi.outcomes import unsupported_parameters_type
from fhirapi.rest.body import is_read_here, json_of
from fhirapi.rest.negotiation import OURS
from fhirapi.rest.view import authenticated, fhir_view, require
from fhirapi.smart.tokens.jwt import Claims
from fhirapi.store.caller import Caller

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
    response = HttpResponse(status=202)
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
    _require_place(claims.client_id)
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
    for each in inputs:
        put("fetch_import", job_id=str(job.pk), input_id=each.pk)
    return job


def _require_place(client_id: str) -> None:
    """A client has so many imports at a time."""
    under_way = ImportJob.objects.filter(client_id=client_id, state__in=OPEN_STATES)
    if under_way.count() >= settings.IMPORTS_AT_ONCE:
        raise too_many_imports(settings.IMPORTS_AT_ONCE)
