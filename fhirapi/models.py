"""Table of contents of the API's tables: imports, nothing else."""

from fhirapi.audit.models import AuditCheck, AuditRecord, AuditSeal
from fhirapi.bulk.importing.models import (
    ImportDebt,
    ImportInput,
    ImportJob,
    ImportName,
    ImportPart,
    ImportPoll,
    ImportReject,
    ImportWaiting,
    Upload,
)
from fhirapi.bulk.models import (
    ExportFile,
    ExportJob,
    ExportPart,
    ExportPatient,
    ExportPoll,
    ExportRow,
)
from fhirapi.intake.models import Load, LoadDeferred, LoadPiece
from fhirapi.provider.models import ChangeDelivery, ChangeWebhook, IdempotentAnswer
from fhirapi.requestlog.models import RequestDay, RequestRecord
from fhirapi.smart.authorization.models import KeptRequest
from fhirapi.smart.clients.models import ClientLogo, SelfRegistration
from fhirapi.smart.models import (
    AccessKey,
    AccessToken,
    AuthorizationCode,
    Client,
    ClientSecret,
    DataAccessGrant,
    IDToken,
    LaunchContext,
    RecordLink,
    RefreshToken,
    SpentAssertion,
)
from fhirapi.smart.names import NamingKey
from fhirapi.smart.tokens.models import SigningKey
from fhirapi.smart.webhooks.models import Webhook, WebhookEvent
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
    "AuditCheck",
    "AuditRecord",
    "AuditSeal",
    "AuthorizationCode",
    "CareRelationship",
    "ChangeDelivery",
    "ChangeWebhook",
    "Client",
    "ClientLogo",
    "ClientSecret",
    "Content",
    "DataAccessGrant",
    "ExportFile",
    "ExportJob",
    "ExportPart",
    "ExportPatient",
    "ExportPoll",
    "ExportRow",
    "IDToken",
    "IdempotentAnswer",
    "ImportDebt",
    "ImportInput",
    "ImportJob",
    "ImportName",
    "ImportPart",
    "ImportPoll",
    "ImportReject",
    "ImportWaiting",
    "IndexState",
    "KeptRequest",
    "LaunchContext",
    "Load",
    "LoadDeferred",
    "LoadPiece",
    "NamingKey",
    "PatientLine",
    "RecordLink",
    "RefreshToken",
    "RequestDay",
    "RequestRecord",
    "SearchDate",
    "SearchLink",
    "SearchQuantity",
    "SearchRow",
    "SearchString",
    "SelfRegistration",
    "SigningKey",
    "SpentAssertion",
    "Upload",
    "Version",
    "Webhook",
    "WebhookEvent",
]
