"""A file of an export, to the account whose export it is."""

import uuid

from django.db.models import F
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import address_of, record
from fhirapi.bulk.models import ExportFile
from fhirapi.bulk.sending import sent
from fhirapi.bulk.storing import storage
from fhirapi.outcomes import Outcome
from portal.accounts.access import AccountRequest, approved_provider
from portal.exports.own import export, is_handed_out, own_job
from portal.ui.compression import NOT_TRANSFORMED


@require_safe
@approved_provider
def file(request: AccountRequest, job_id: uuid.UUID, file_id: int) -> HttpResponse:
    """As the API sends it: a range of it as well, so that a browser goes on where it stopped."""
    found = _own_file(request, job_id, file_id)
    try:
        response = sent(request, found)
    except Outcome as refused:  # a range that the file does not have
        return HttpResponse(status=refused.status, headers=refused.headers)
    if request.method == "GET":
        _record(request, found)
    stem, _, suffix = found.file_name.rpartition(".")
    name = f"{stem}-{found.pk}.{suffix}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = NOT_TRANSFORMED  # it is compressed already, or a range
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _own_file(request: AccountRequest, job_id: uuid.UUID, file_id: int) -> ExportFile:
    """Only while the export is ready, and what it stands on lives."""
    job = own_job(request.user, job_id)
    found = job.files.filter(pk=file_id, is_ready=True).first()
    is_there = found is not None and export(job).is_ready and is_handed_out(request.user, job)
    if found is None or not is_there or not storage().exists(found.name):
        raise Http404
    return found


def _record(request: AccountRequest, found: ExportFile) -> None:
    ExportFile.objects.filter(pk=found.pk).update(downloads=F("downloads") + 1)
    record(
        AuditRecord.Action.BULK_EXPORT,
        account_id=request.user.pk,
        resource_type=found.resource_type,
        detail=f"file of {found.job_id}",
        address=address_of(request),
    )
