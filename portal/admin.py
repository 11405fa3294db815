"""Table of contents of the portal's admin pages: imports, nothing else."""

from portal.accounts.admin import AccountAdmin, RegistrationAdmin
from portal.operations.announcement_admin import AnnouncementAdmin
from portal.operations.audit_admin import AuditRecordAdmin
from portal.operations.export_admin import ExportJobAdmin
from portal.operations.import_admin import ImportJobAdmin
from portal.status.incident_admin import IncidentAdmin

__all__ = [
    "AccountAdmin", "AnnouncementAdmin", "AuditRecordAdmin", "ExportJobAdmin", "ImportJobAdmin",
    "IncidentAdmin", "RegistrationAdmin",
]  # fmt: skip
