"""Writes audit records from Python values; the API's hot path goes to ``trail.py`` itself."""

from ipaddress import ip_address

from django.http import HttpRequest

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.trail import Entry, trail
from fhirapi.sql import array


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
    trail.write(
        Entry(
            action=action.value,
            outcome=outcome.value,
            account_id=account_id,
            client_id=client_id,
            resource_type=resource_type,
            resource_id=resource_id,
            patient_ids=None if patient_ids is None else array(patient_ids),
            detail=detail,
            address=address,
        )
    )


def address_of(request: HttpRequest) -> str | None:
    """The peer's address; behind a proxy the web server is told to set REMOTE_ADDR from it."""
    return storable(request.META.get("REMOTE_ADDR"))


def storable(peer: str | None) -> str | None:
    """Without the port or zone that some proxies add; None for what is no address."""
    host = (peer or "").strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    host = host.partition("%")[0]
    try:
        ip_address(host)
    except ValueError:
        return None
    return host
