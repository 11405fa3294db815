"""A record of the trail that is to be written."""

from typing import NamedTuple


class Entry(NamedTuple):
    """The columns of AuditRecord as PostgreSQL writes them."""

    action: str
    outcome: str
    account_id: int | None
    client_id: str | None
    resource_type: str | None = None
    resource_id: str | None = None
    patient_ids: str | None = None
    """An array literal: ``{142859,142860}``."""
    detail: str | None = None
    address: str | None = None
