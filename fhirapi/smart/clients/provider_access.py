"""Provider Access of an app: an administrator lets its partner write, and takes that back.

``store/writer.py`` asks the column ``provider_access_at`` at every use, so writing ends with the
next request. What was approved with writing is narrowed at the same moment: whoever is let in
again asks people again.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from fhirapi.smart.access.overlap import is_within
from fhirapi.smart.access.writes import grantable, writes
from fhirapi.smart.models import (
    AccessToken,
    AuthorizationCode,
    Client,
    DataAccessGrant,
    RefreshToken,
)
from fhirapi.smart.tokens import backend_access

if TYPE_CHECKING:
    from django.db.models import QuerySet


_OUTGROWN = _(
    "The app's registration has grown since it was approved, by scopes that write or by redirect "
    "URIs. It reads as before; an administrator of the practice will look at it again."
)


class NotToBeApproved(Exception):
    """It is approved already, is disabled, or is no app but an access key."""


class NotApproved(Exception):
    """There is nothing to withdraw."""


@transaction.atomic
def approve(
    client: Client, *, by: AbstractUser | None, note: str = "", address: str | None = None
) -> None:
    """Raises NotToBeApproved. ``note``: the reason, which the developer reads."""
    found = _locked(client)
    is_app = found.kind != Client.Kind.ACCESS_KEY
    if not is_app or found.provider_access_at or found.disabled_at:
        raise NotToBeApproved
    # Those from before an earlier approval ended would write again. They run out, by any clock;
    # deleted, they would take their refresh tokens along.
    run_out = timezone.now() - timedelta(seconds=settings.ACCESS_TOKEN_LIFETIME)
    _with_writing(AccessToken.objects.filter(application=client)).update(expires=run_out)
    _narrow(client)
    _set(client, by, note, provider_access_at=timezone.now(), provider_access_ended_at=None)
    backend_access.let_write(client)
    _record(client, by, "provider access approved", address)


@transaction.atomic
def withdraw(
    client: Client, *, by: AbstractUser | None, note: str = "", address: str | None = None
) -> None:
    """Raises NotApproved. Reading goes on."""
    if not _locked(client).provider_access_at:
        raise NotApproved
    _set(client, by, note, provider_access_at=None, provider_access_ended_at=timezone.now())
    _narrow(client)
    _record(client, by, "provider access withdrawn", address)


def asks_to_write(client: Client) -> bool:
    """Whether it registered scopes that take an approval."""
    return any(map(writes, client.allowed_scopes.split()))


@dataclass(frozen=True)
class Reach:
    """What an approval was given for: which scopes write, and where codes for them may lead."""

    scopes: tuple[str, ...]
    redirect_uris: frozenset[str]

    @classmethod
    def of(cls, client: Client) -> "Reach":
        """Our own pages (the portal's test of an app) are no place that has to be looked at."""
        ours = f"{settings.BASE_URL}/"
        uris = (uri for uri in client.redirect_uris.split() if not uri.startswith(ours))
        return cls(tuple(filter(writes, client.allowed_scopes.split())), frozenset(uris))

    def holds(self, other: "Reach") -> bool:
        return other.redirect_uris <= self.redirect_uris and all(
            is_within(word, self.scopes) for word in other.scopes
        )


def lapse_if_outgrown(
    client: Client, approved: Reach, *, by: AbstractUser | None, address: str | None = None
) -> None:
    """What was added to an approved app has been looked at by nobody: it takes a new approval."""
    if client.provider_access_at and not approved.holds(Reach.of(client)):
        withdraw(client, by=by, note=str(_OUTGROWN), address=address)


def _narrow(client: Client) -> None:
    """To reading, whatever was granted so far: nobody writes without having been asked again."""
    _with_writing(AuthorizationCode.objects.filter(application=client)).delete()
    live = DataAccessGrant.objects.filter(client=client, revoked_at=None)
    for row in (*live, *RefreshToken.objects.filter(application=client, revoked=None)):
        if any(map(writes, row.scope.split())):
            row.scope = " ".join(grantable(row.scope.split(), may_write=False))
            row.save(update_fields=["scope"])


def _with_writing(rows: "QuerySet[Any]") -> "QuerySet[Any]":
    found = [each.pk for each in rows.only("pk", "scope") if any(map(writes, each.scope.split()))]
    return rows.filter(pk__in=found)


def _locked(client: Client) -> Client:
    locked: Client = Client.objects.select_for_update().get(pk=client.pk)
    return locked


def _set(client: Client, by: AbstractUser | None, note: str, **values: object) -> None:
    told = {**values, "provider_access_by": by, "provider_access_note": note}
    for name, value in told.items():
        setattr(client, name, value)
    client.save(update_fields=list(told))


def _record(client: Client, by: AbstractUser | None, detail: str, address: str | None) -> None:
    record(
        AuditRecord.Action.CLIENT_REVIEW,
        account_id=by.pk if by else None,
        client_id=str(client.client_id),
        detail=detail,
        address=address,
    )
