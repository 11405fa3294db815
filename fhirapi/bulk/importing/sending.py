"""The file that tells of an input's rejected lines, handed out and put on record."""

from django.http import FileResponse, HttpRequest

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import address_of, record
from fhirapi.bulk.asked import NDJSON
from fhirapi.bulk.importing.models import ImportInput
from fhirapi.bulk.storing import storage


def rejects(
    of_input: ImportInput, *, account_id: int, client_id: str | None = None, request: HttpRequest
) -> FileResponse:
    """``client_id``: None for a person in the portal."""
    record(
        AuditRecord.Action.BULK_IMPORT,
        account_id=account_id,
        client_id=client_id,
        resource_type="OperationOutcome",
        detail=f"file of {of_input.job_id}",
        address=address_of(request),
    )
    response = FileResponse(storage().open(of_input.rejects_name, "rb"), content_type=NDJSON)
    response["Content-Length"] = str(of_input.rejects_size)
    response["Cache-Control"] = "private, no-store"
    return response
