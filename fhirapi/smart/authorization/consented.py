"""What people have approved: one DataAccessGrant for an app, its scopes and its context.

An approval with ``offline_access`` ends after a year, any other with the working day. Until then
it is remembered: the same app is not asked about again as long as it asks for nothing new.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from fhirapi.smart.access.overlap import is_within
from fhirapi.smart.access.scopes import parse_one
from fhirapi.smart.models import (
    AccessToken,
    AuthorizationCode,
    Client,
    DataAccessGrant,
    RefreshToken,
)

OFFLINE = timedelta(days=365)
# A remembered approval that ends sooner could not carry a token to its end.
_LEAST = timedelta(seconds=settings.ACCESS_TOKEN_LIFETIME)
_USES = [AuditRecord.Action.READ, AuditRecord.Action.SEARCH, AuditRecord.Action.TOKEN,
         AuditRecord.Action.REFRESH]  # fmt: skip


def lasts(scopes: Iterable[str]) -> timedelta:
    return OFFLINE if "offline_access" in scopes else timedelta(seconds=settings.SESSION_COOKIE_AGE)


def may_remember(client: Client, redirect_uri: str) -> bool:
    """RFC 8252 8.6, RFC 9700 4.14: anybody on the device can say to be a public app.

    Unless its redirect URI is an https address, which only the real one receives.
    """
    return client.kind != Client.Kind.PUBLIC or urlsplit(redirect_uri).scheme == "https"


def remembered(
    account: AbstractUser, client: Client, scopes: Iterable[str], context: dict[str, Any]
) -> DataAccessGrant | None:
    """The last approval for the app in this context, if it covers everything that is asked."""
    latest = _live(account).filter(client=client, context=context).order_by("-id").first()
    if latest is None or (latest.expires_at and latest.expires_at < timezone.now() + _LEAST):
        return None
    given = latest.scope.split()
    return latest if all(is_within(each, given) for each in scopes) else None


@transaction.atomic
def approve(
    account: AbstractUser,
    client: Client,
    scopes: list[str],
    context: dict[str, Any],
    *,
    before: DataAccessGrant | None = None,
    address: str | None,
) -> DataAccessGrant:
    """The grant for a code; ``before``: one that is remembered, so that nobody was asked.

    The last word counts: who opens less than before is asked again about the rest.
    """
    # Where ``before`` was ended since it was looked for, the code on it gives no tokens.
    grant = before or _approved_again(account, client, scopes, context)
    if grant is None:
        grant = DataAccessGrant.objects.create(
            account_id=account.pk,
            client=client,
            scope=" ".join(scopes),
            patient_ids=_patient_ids(scopes, context),
            context=context,
            expires_at=timezone.now() + lasts(scopes),
        )
    patient_id = context.get("patient")
    record(
        AuditRecord.Action.CONSENT,
        account_id=account.pk,
        client_id=client.client_id,
        patient_ids=[patient_id] if patient_id else None,
        detail="as approved before" if before else None,
        address=address,
    )
    return grant


def _approved_again(
    account: AbstractUser, client: Client, scopes: list[str], context: dict[str, Any]
) -> DataAccessGrant | None:
    """The approval of the very same, which now lasts as long as the page has just said."""
    found = remembered(account, client, scopes, context)
    if found is None or set(found.scope.split()) != set(scopes):
        return None
    found.expires_at = timezone.now() + lasts(scopes)
    found.save(update_fields=["expires_at"])
    return found


def deny(account: AbstractUser, client: Client, *, address: str | None) -> None:
    record(
        AuditRecord.Action.CONSENT,
        outcome=AuditRecord.Outcome.DENIED,
        account_id=account.pk,
        client_id=client.client_id,
        address=address,
    )


@dataclass(frozen=True)
class Connection:
    """An app with live access; several approvals of it (patients, visits) are told as one."""

    client: Client
    scopes: list[str]
    patient_ids: list[str]
    sees_everybody: bool
    """Whether it reaches whomever the account may see."""
    since: datetime
    until: datetime | None
    last_used: datetime | None


def connections(account: AbstractUser) -> list[Connection]:
    """By app, the newest approval first."""
    by_client: dict[int, list[DataAccessGrant]] = {}
    for grant in _live(account).select_related("client__user").order_by("-id"):
        by_client.setdefault(grant.client_id, []).append(grant)
    return [_connection(account, grants) for grants in by_client.values()]


@transaction.atomic
def end(account: AbstractUser, client: Client, *, address: str | None) -> None:
    """From the next request on every token of the app that this account approved is refused."""
    grants = list(_live(account).filter(client=client).select_for_update(of=("self",)))
    for model in (AuthorizationCode, AccessToken, RefreshToken):
        model.objects.filter(data_access_grant__in=grants).delete()
    for grant in grants:
        grant.revoked_at = timezone.now()
        grant.save(update_fields=["revoked_at"])
    if grants:
        record(
            AuditRecord.Action.CONSENT_END,
            account_id=account.pk,
            client_id=client.client_id,
            address=address,
        )


def _live(account: AbstractUser) -> QuerySet[DataAccessGrant]:
    """Approvals of apps; access keys are their own affair."""
    return (
        DataAccessGrant.objects.filter(account_id=account.pk, revoked_at=None)
        .filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()))
        .exclude(client__kind__in=[Client.Kind.ACCESS_KEY, Client.Kind.BACKEND])
    )


def _patient_ids(scopes: list[str], context: dict[str, Any]) -> list[str] | None:
    found = [scope for each in scopes if (scope := parse_one(each))]
    if any(each.context != "patient" for each in found):
        return None
    return [context["patient"]] if context.get("patient") else []


def _connection(account: AbstractUser, grants: list[DataAccessGrant]) -> Connection:
    client = grants[0].client
    ends = [each.expires_at for each in grants]
    patient_ids = [each.context.get("patient") for each in grants if each.context.get("patient")]
    return Connection(
        client=client,
        scopes=list(dict.fromkeys(word for each in grants for word in each.scope.split())),
        patient_ids=list(dict.fromkeys(patient_ids)),
        sees_everybody=any(each.patient_ids is None for each in grants),
        since=min(each.created_at for each in grants),
        until=None if None in ends else max(each for each in ends if each),
        last_used=_last_used(account, client),
    )


def _last_used(account: AbstractUser, client: Client) -> datetime | None:
    """From the newest backwards, so that it is soon found."""
    uses = AuditRecord.objects.filter(
        account_id=account.pk, client_id=client.client_id, action__in=_USES
    )
    return uses.order_by("-id").values_list("recorded", flat=True).first()
