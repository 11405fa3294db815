"""The apps that an account has let in, each approval apart: one statement for all of them."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AbstractUser

from fhirapi.smart.authorization import consented
from fhirapi.smart.models import Client, DataAccessGrant


@dataclass(frozen=True)
class Approval:
    grant: DataAccessGrant

    @property
    def id(self) -> int:
        return int(self.grant.pk)

    @property
    def scopes(self) -> list[str]:
        return self.grant.scope.split()

    @property
    def patient_id(self) -> str | None:
        found: str | None = self.grant.context.get("patient")
        return found

    @property
    def sees_everybody(self) -> bool:
        """Whether it reaches whomever the account may see."""
        return self.grant.patient_ids is None

    @property
    def is_of_a_visit(self) -> bool:
        return "encounter" in self.grant.context

    @property
    def is_offline(self) -> bool:
        return "offline_access" in self.scopes

    @property
    def since(self) -> datetime:
        return self.grant.created_at

    @property
    def until(self) -> datetime | None:
        return self.grant.expires_at

    @property
    def last_used(self) -> datetime | None:
        """When it last got tokens: within an hour of what it last read."""
        return self.grant.last_used_at


@dataclass(frozen=True)
class Connection:
    """An app with live access."""

    client: Client
    approvals: list[Approval]
    """The newest first."""


def connections(account: AbstractUser) -> list[Connection]:
    """By app, the newest approval first."""
    found: dict[int, Connection] = {}
    for grant in consented.live(account).select_related("client").order_by("-id"):
        app = found.setdefault(grant.client_id, Connection(grant.client, []))
        app.approvals.append(Approval(grant))
    return list(found.values())
