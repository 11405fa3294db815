"""A file of an export, to the account whose export it is."""

import uuid

from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import address_of, record
from fhirapi.bulk import jobs
from fhirapi.bulk.asked import NDJSON
from fhirapi.bulk.models import ExportFile
from fhirapi.bulk.segments import storage
from portal.accounts.access import AccountRequest, approved_provider
from portal.exports.own import export, own_job
from portal.ui.compression import NOT_TRANSFORMED


@require_safe
@approved_provider
def file(request: AccountRequest, job_id: uuid.UUID, file_id: int) -> HttpResponseBase:
    found = _own_file(request, job_id, file_id)
    record(
        AuditRecord.Action.BULK_EXPORT,
        account_id=request.user.pk,
        resource_type=found.resource_type,
        detail=f"file of {found.job_id}",
        address=address_of(request),
    )
    etag = f'"{found.pk}-{found.size}"'
    if unchanged := get_conditional_response(request, etag):
        return unchanged
    return _sent(found, etag)


def _own_file(request: AccountRequest, job_id: uuid.UUID, file_id: int) -> ExportFile:
    """Only while the export is ready, and what it stands on lives."""
    job = own_job(request.user, job_id)
    found = job.files.filter(pk=file_id, is_ready=True).first()
    if found is None or not export(job).is_ready or not jobs.is_granted(job):
        raise Http404
    return found


def _sent(found: ExportFile, etag: str) -> HttpResponse | FileResponse:
    try:
        stream = storage().open(found.name, "rb")
    except FileNotFoundError:  # deleted since
        raise Http404 from None
    return FileResponse(
        stream,
        as_attachment=True,
        filename=f"{found.resource_type}-{found.pk}.ndjson",
        content_type=NDJSON,
        headers={
            "Content-Length": str(found.size),
            "ETag": etag,
            # As it is stored: the browser knows how long it takes, and can go on where it stopped.
            "Cache-Control": NOT_TRANSFORMED,
            "X-Content-Type-Options": "nosniff",
        },
    )
