"""How far an export is, and what it has brought.

https://hl7.org/fhir/uv/bulkdata/STU2/export.html#bulk-data-status-request
"""

import uuid

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils.http import http_date

from fhirapi.bulk import addresses, jobs
from fhirapi.bulk.models import ExportFile, ExportJob
from fhirapi.bulk.problems import job_failed, no_such_job
from fhirapi.rest.view import answer, authenticated, by_method, fhir_view, refused
from fhirapi.smart.access.granted import is_living
from fhirapi.store.caller import Caller

_AGAIN_IN = 5  # seconds


@fhir_view("GET")
def _status(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    job = of_caller(request, job_id)
    if job.state == ExportJob.State.FAILED:
        raise job_failed(job.error)
    if job.state != ExportJob.State.FINISHED:
        response = HttpResponse(status=202)
        response["X-Progress"] = f"{jobs.progress(job)} %"
        response["Retry-After"] = str(_AGAIN_IN)
        return response
    response = answer(_manifest(job), request)
    response["Content-Type"] = "application/json"
    if job.expires_at:
        response["Expires"] = http_date(job.expires_at.timestamp())
    return response


@fhir_view("DELETE")
def _delete(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    jobs.cancel(of_caller(request, job_id))
    return HttpResponse(status=202)


status = by_method(GET=_status, DELETE=_delete)


def of_caller(request: HttpRequest, job_id: uuid.UUID) -> ExportJob:
    """Raises an Outcome where there is none that is this client's."""
    caller, claims = authenticated(request)
    require_living(caller)
    job = ExportJob.objects.filter(pk=job_id, client_id=claims.client_id).first()
    is_over = job is not None and job.state == ExportJob.State.FINISHED and not job.expires_at
    if job is None or is_over or job.state == ExportJob.State.CANCELLED:
        raise no_such_job()
    return job


def require_living(caller: Caller) -> None:
    if not is_living(caller):
        raise refused(caller)


def _manifest(job: ExportJob) -> bytes:
    files = job.files.filter(is_ready=True).order_by("resource_type", "pk")
    assert job.transaction_time is not None, "it has been planned"  # noqa: S101
    return orjson.dumps(
        {
            "transactionTime": job.transaction_time.isoformat(),
            "request": job.request,
            "requiresAccessToken": True,
            **{str(kind): [_file(each) for each in files if each.kind == kind] for kind in _KINDS},
        }
    )


_KINDS = (ExportFile.Kind.OUTPUT, ExportFile.Kind.DELETED, ExportFile.Kind.ERROR)


def _file(file: ExportFile) -> dict[str, object]:
    return {"type": file.resource_type, "url": addresses.of_file(file), "count": file.count}
