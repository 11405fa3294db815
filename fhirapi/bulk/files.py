"""An exported file, to the client whose export it is.

https://hl7.org/fhir/uv/bulkdata/STU2/export.html#bulk-data-output-file-request
"""

from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from fhirapi.bulk import addresses
from fhirapi.bulk.asked import NDJSON
from fhirapi.bulk.models import ExportFile, ExportJob
from fhirapi.bulk.problems import no_such_file
from fhirapi.bulk.segments import storage
from fhirapi.bulk.status import require_living
from fhirapi.rest.view import authenticated, fhir_view


@fhir_view("GET", "HEAD", is_json=False)
def file(request: HttpRequest, signed: str, name: str) -> HttpResponse:
    found = _of_caller(request, signed)
    response = FileResponse(storage().open(found.name, "rb"), content_type=NDJSON)
    response["Content-Length"] = str(found.size)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response  # type: ignore[return-value]  # a stream


def _of_caller(request: HttpRequest, signed: str) -> ExportFile:
    caller, claims = authenticated(request)
    require_living(caller)
    found = ExportFile.objects.select_related("job__data_access_grant").filter(
        pk=addresses.file_id(signed) or 0,
        is_ready=True,
        job__client_id=claims.client_id,
        job__state=ExportJob.State.FINISHED,
        job__expires_at__gt=timezone.now(),
    )
    if (file_ := found.first()) is None:
        raise no_such_file()
    record(
        AuditRecord.Action.BULK_EXPORT,
        account_id=file_.job.data_access_grant.account_id,
        client_id=claims.client_id,
        resource_type=file_.resource_type,
        detail=f"file of {file_.job_id}",
        address=caller.address,
    )
    return file_
