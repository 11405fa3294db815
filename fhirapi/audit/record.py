"""Writes audit records one at a time; the API's hot path has its own way (``trail.py``)."""

from django.http import HttpRequest

from fhirapi.audit.models import AuditRecord


def record(
    action: AuditRecord.Action,
    *,
    outcome: AuditRecord.Outcome = AuditRecord.Outcome.SUCCESS,
    account_id: int | None = None,
    client_id: str | None = None,
    resource_type: str | None = None,
    resource_id: str | None = None,
    patient_ids: list[str] | None = None,
    detail: str | None = None,
    address: str | None = None,
) -> None:
    AuditRecord.objects.create(
        action=action,
        outcome=outcome,
        account_id=account_id,
        client_id=client_id,
        resource_type=resource_type,
        resource_id=resource_id,
        patient_ids=patient_ids,
        detail=detail,
        address=address,
    )


def address_of(request: HttpRequest) -> str | None:
    """The peer's address; behind a proxy the web server is told to set REMOTE_ADDR from it."""
    return request.META.get("REMOTE_ADDR") or None
