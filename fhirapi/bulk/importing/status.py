"""How far an import is, what it has stored, and the files of what it has not."""

import uuid

import orjson
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.utils.http import http_date

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from fhirapi.bulk import polling
from fhirapi.bulk.importing import addresses, jobs, sending
from fhirapi.bulk.importing.models import ImportInput, ImportJob, ImportPart
from fhirapi.bulk.importing.problems import import_failed, no_such_import, no_such_rejects
from fhirapi.bulk.importing.writers import grant_of, require_writer
from fhirapi.rest.view import answer, authenticated, by_method, empty, fhir_view
from fhirapi.store.caller import Caller


@fhir_view("GET")
def _status(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    _, job = _of_caller(request, job_id)
    if job.state == ImportJob.State.FAILED:
        raise import_failed(job.error)
    if job.state != ImportJob.State.FINISHED:
        return polling.under_way(job, polling.IMPORTS, jobs.progress(job))
    response = answer(_manifest(job), request)
    response["Content-Type"] = "application/json"
    if job.expires_at:
        response["Expires"] = http_date(job.expires_at.timestamp())
    return response


@fhir_view("DELETE")
def _delete(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    caller, job = _of_caller(request, job_id)
    jobs.cancel(job)
    record(
        AuditRecord.Action.BULK_IMPORT,
        account_id=job.data_access_grant.account_id,
        client_id=job.client_id,
        detail=f"deleted {job.pk}",
        address=caller.address,
    )
    return empty(202)


status = by_method(GET=_status, DELETE=_delete)


@fhir_view("GET", "HEAD", is_json=False)
def rejects(request: HttpRequest, job_id: uuid.UUID, number: int) -> HttpResponse:
    _, job = _of_caller(request, job_id)
    found = job.inputs.filter(number=number).exclude(rejects_name="").first()
    if found is None or job.state != ImportJob.State.FINISHED:
        raise no_such_rejects()
    return sending.rejects(  # type: ignore[return-value]  # a stream
        found,
        account_id=job.data_access_grant.account_id,
        client_id=job.client_id,
        request=request,
    )


def _of_caller(request: HttpRequest, job_id: uuid.UUID) -> tuple[Caller, ImportJob]:
    """Raises an Outcome where there is none that is this client's."""
    caller, claims = authenticated(request)
    require_writer(caller)
    own = ImportJob.objects.filter(
        client_id=claims.client_id, data_access_grant_id=grant_of(caller)
    )
    found = own.filter(pk=job_id)
    job = found.select_related("data_access_grant").first()
    is_over = job is not None and job.state == ImportJob.State.FINISHED and not job.expires_at
    if job is None or is_over or job.state == ImportJob.State.CANCELLED:
        raise no_such_import()
    return caller, job


def _manifest(job: ImportJob) -> bytes:
    assert job.finished_at is not None, "it has finished"  # noqa: S101
    inputs = list(job.inputs.order_by("number"))
    counts = {each.pk: _counts(each) for each in inputs}
    return orjson.dumps(
        {
            "transactionTime": job.finished_at.isoformat(),
            "request": job.request,
            "requiresAccessToken": True,
            "output": [_output(each, counts[each.pk]) for each in inputs],
            "error": [_error(each, counts[each.pk]) for each in inputs if each.rejects_name],
        }
    )


def _counts(of_input: ImportInput) -> dict[str, int]:
    sums = ImportPart.objects.filter(input=of_input).aggregate(*map(Sum, jobs.COUNTS))
    return {name: sums[f"{name}__sum"] or 0 for name in jobs.COUNTS}


def _output(of_input: ImportInput, counts: dict[str, int]) -> dict[str, object]:
    """``count``: of what is stored now as the file has it. How it came so is an extension."""
    return {
        "inputUrl": of_input.url,
        "count": counts["stored"] + counts["replaced"] + counts["unchanged"],
        "extension": {"resourceType": of_input.resource_type, **counts},
    }


def _error(of_input: ImportInput, counts: dict[str, int]) -> dict[str, object]:
    return {
        "type": "OperationOutcome",
        "inputUrl": of_input.url,
        "count": counts["rejected"] + counts["dangling"],
        "url": addresses.of_rejects(of_input),
    }
