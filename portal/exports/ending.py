"""That somebody ended an export or an import in the portal is in the audit trail."""

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import address_of, record
from fhirapi.bulk.importing.models import ImportJob
from fhirapi.bulk.models import ExportJob
from portal.accounts.access import AccountRequest


def record_end(request: AccountRequest, job: ExportJob | ImportJob) -> None:
    is_import = isinstance(job, ImportJob)
    record(
        AuditRecord.Action.BULK_IMPORT if is_import else AuditRecord.Action.BULK_EXPORT,
        account_id=request.user.pk,
        client_id=job.client_id,
        detail=f"deleted {job.pk}",
        address=address_of(request),
    )
