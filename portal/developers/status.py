"""Whether an app can be used now, and if not, what it waits for."""

from enum import StrEnum

from fhirapi.smart.models import Client


class AppStatus(StrEnum):
    READY = "Ready"
    WAITING = "Waiting for approval"
    DISABLED = "Disabled"


def status(app: Client) -> AppStatus:
    if app.disabled_at:
        return AppStatus.DISABLED
    if app.kind == Client.Kind.BACKEND and not app.data_access_grants.filter(revoked_at=None):
        return AppStatus.WAITING
    return AppStatus.READY
