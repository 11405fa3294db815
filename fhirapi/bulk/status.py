"""How far an export is, and what it has brought.

https://hl7.org/fhir/uv/bulkdata/STU2/export.html#bulk-data-status-request
"""

import uuid

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils.http import http_date

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from fhirapi.bulk import addresses, jobs, polling
from fhirapi.bulk.asked import Asked
from fhirapi.bulk.models import ExportFile, ExportJob
from fhirapi.bulk.permission import own_jobs
from fhirapi.bulk.problems import job_failed, no_such_job
from fhirapi.rest.view import answer, by_method, empty, fhir_view
from fhirapi.store.caller import Caller


@fhir_view("GET")
def _status(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    job, _ = _own(request, job_id)
    if job.state == ExportJob.State.FAILED:
        raise job_failed(job.error)
    if job.state != ExportJob.State.FINISHED:
        return polling.under_way(job, polling.EXPORTS, jobs.progress(job))
    response = answer(_manifest(job), request)
    response["Content-Type"] = "application/json"
    if job.expires_at:
        response["Expires"] = http_date(job.expires_at.timestamp())
    return response


@fhir_view("DELETE")
def _delete(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    job, caller = _own(request, job_id)
    if not jobs.cancel(job):
        raise no_such_job()
    record(
        AuditRecord.Action.BULK_EXPORT,
        account_id=job.data_access_grant.account_id,
        client_id=job.client_id,
        detail=f"deleted {job.pk}",
        address=caller.address,
    )
    return empty(202)


status = by_method(GET=_status, DELETE=_delete)


def _own(request: HttpRequest, job_id: uuid.UUID) -> tuple[ExportJob, Caller]:
    """Raises an Outcome where there is none that is this client's."""
    caller, _, own = own_jobs(request)
    job = own.select_related("data_access_grant").filter(pk=job_id).first()
    if job is None:
        raise no_such_job()
    return job, caller


def _manifest(job: ExportJob) -> bytes:
    files = list(job.files.filter(is_ready=True).order_by("resource_type", "pk"))
    is_by_patient = Asked.from_json(job.asked).is_by_patient
    assert job.transaction_time is not None, "it has been planned"  # noqa: S101
    return orjson.dumps(
        {
            "transactionTime": job.transaction_time.isoformat(timespec="microseconds"),
            "request": job.request,
            "requiresAccessToken": True,
            **({"outputOrganizedBy": "Patient"} if is_by_patient else {}),
            **{
                str(kind): [_file(each, is_by_patient) for each in files if each.kind == kind]
                for kind in ExportFile.Kind
            },
        }
    )


def _file(file: ExportFile, is_by_patient: bool) -> dict[str, object]:
    told: dict[str, object] = {"url": addresses.of_file(file), "count": file.count}
    if file.view:  # whose rows; count is theirs
        told["extension"] = {"view": file.view}
    if is_by_patient and file.kind == ExportFile.Kind.OUTPUT:
        return told
    return {"type": file.resource_type, **told}
