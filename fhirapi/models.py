"""Table of contents of the API's tables: imports, nothing else."""

from fhirapi.audit.models import AuditRecord
from fhirapi.smart.models import (
    AccessKey,
    AccessToken,
    AuthorizationCode,
    Client,
    DataAccessGrant,
    IDToken,
    RecordLink,
    RefreshToken,
)
from fhirapi.store.intake.models import Load, LoadDeferred, LoadPiece
from fhirapi.store.models import (
    CareRelationship,
    Content,
    IndexState,
    PatientLine,
    SearchDate,
    SearchLink,
    SearchQuantity,
    SearchRow,
    SearchString,
    Version,
)

__all__ = [
    "AccessKey",
    "AccessToken",
    "AuditRecord",
    "AuthorizationCode",
    "CareRelationship",
    "Client",
    "Content",
    "DataAccessGrant",
    "IDToken",
    "IndexState",
    "Load",
    "LoadDeferred",
    "LoadPiece",
    "PatientLine",
    "RecordLink",
    "RefreshToken",
    "SearchDate",
    "SearchLink",
    "SearchQuantity",
    "SearchRow",
    "SearchString",
    "Version",
]
