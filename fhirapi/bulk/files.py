"""An exported file, to the client whose export it is.

https://hl7.org/fhir/uv/bulkdata/STU2/export.html#bulk-data-output-file-request
"""

from django.db.models import F
from django.http import HttpRequest, HttpResponse

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from fhirapi.bulk import addresses
from fhirapi.bulk.models import ExportFile
from fhirapi.bulk.permission import own_jobs, require_covered
from fhirapi.bulk.problems import no_such_file
from fhirapi.bulk.sending import sent
from fhirapi.rest.view import fhir_view
from fhirapi.store.caller import Caller


@fhir_view("GET", "HEAD", is_json=False)
def file(request: HttpRequest, signed: str, name: str) -> HttpResponse:
    caller, claims, own = own_jobs(request)
    found = (
        ExportFile.objects.select_related("job__data_access_grant")
        .filter(pk=addresses.file_id(signed) or 0, is_ready=True, job__in=own)
        .first()
    )
    if found is None:
        raise no_such_file()
    require_covered(caller, claims, found)
    response = sent(request, found)
    if request.method == "GET":
        _record(found, caller)
    response["Content-Disposition"] = f'attachment; filename="{found.file_name}"'
    return response


def _record(file: ExportFile, caller: Caller) -> None:
    ExportFile.objects.filter(pk=file.pk).update(downloads=F("downloads") + 1)
    record(
        AuditRecord.Action.BULK_EXPORT,
        account_id=file.job.data_access_grant.account_id,
        client_id=caller.client_id,
        resource_type=file.resource_type,
        detail=f"file of {file.job_id}",
        address=caller.address,
    )
