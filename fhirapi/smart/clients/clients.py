"""The deeds on apps: register, change, secrets, disable, delete; each leaves its audit record.

Whoever calls has checked the details by the rules in ``registration.py`` and that the app is the
caller's to change. Access keys have clients too; they are not apps and have ``keys.py``.
"""

from datetime import datetime
from enum import StrEnum

from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from fhirapi.smart import rates, secrets
from fhirapi.smart.clients import review
from fhirapi.smart.clients.provider_access import Reach, lapse_if_outgrown
from fhirapi.smart.clients.registration import Details
from fhirapi.smart.models import (
    AccessToken,
    AuthorizationCode,
    Client,
    ClientSecret,
    DataAccessGrant,
    RefreshToken,
)
from fhirapi.smart.tokens import backend_access

MOST_SECRETS = 5
"""Live ones of an app: two are needed to exchange one, the rest is for those who forget."""
_HINT = 4

Action = AuditRecord.Action


class AppStatus(StrEnum):
    READY = "Ready"
    WAITING = "Waiting for approval"
    DISABLED = "Disabled"


class TooManySecrets(Exception):
    """The app has as many live secrets as it may have: one must be revoked first."""


def apps() -> QuerySet[Client]:
    found: QuerySet[Client] = Client.objects.exclude(kind=Client.Kind.ACCESS_KEY)
    return found


def status(client: Client, *, is_approved: bool | None = None) -> AppStatus:
    """Whether it can be used now. ``is_approved``: has live grants, where that is known already."""
    if client.disabled_at:
        return AppStatus.DISABLED
    if client.kind != Client.Kind.BACKEND:
        return AppStatus.READY
    if is_approved is None:
        is_approved = backend_access.standing_grant(client) is not None
    return AppStatus.READY if is_approved else AppStatus.WAITING


def apps_of(account: AbstractUser) -> QuerySet[Client]:
    return apps().filter(user_id=account.pk).order_by("name", "pk")


@transaction.atomic
def register(
    details: Details,
    *,
    owner: AbstractUser | None,
    source: str = Client.RegistrationSource.MANUAL,
    client_id: str = "",
    address: str | None = None,
) -> Client:
    """``client_id``: of an app of the product itself; others get a random one."""
    client = Client(user=owner, registration_source=source)
    if client_id:
        client.client_id = client_id
    _take_over(client, details)
    client.kind = details.kind
    is_public, is_backend = client.kind == Client.Kind.PUBLIC, client.kind == Client.Kind.BACKEND
    client.client_type = Client.CLIENT_PUBLIC if is_public else Client.CLIENT_CONFIDENTIAL
    client.authorization_grant_type = (
        Client.GRANT_CLIENT_CREDENTIALS if is_backend else Client.GRANT_AUTHORIZATION_CODE
    )
    client.algorithm = Client.RS256_ALGORITHM
    # The toolkit's one column for a secret stays unusable: ours are rows of their own.
    client.client_secret = secrets.new_secret()
    client.save()
    _record(client, Action.CLIENT_REGISTER, owner, address, client.kind)
    return client


@transaction.atomic
def change(
    client: Client, details: Details, *, by: AbstractUser | None, address: str | None = None
) -> None:
    """Everything but the kind. A scope taken away ends what was approved with it; one that is
    added, or a redirect URI, ends Provider Access until somebody has looked at it.
    """
    _lock(client)
    lost = set(client.allowed_scopes.split()) - set(details.scopes)
    approved = Reach.of(client)
    _take_over(client, details)
    client.save()
    lapse_if_outgrown(client, approved, by=by, address=address)
    if lost:
        _end_access(client, by, address)
    detail = "scopes taken away, access ended" if lost else "details changed"
    _record(client, Action.CLIENT_CHANGE, by, address, detail)


@transaction.atomic
def let_introspect(
    client: Client, may: bool, *, by: AbstractUser, address: str | None = None
) -> None:
    """Into tokens of other apps: it learns whose they are, so the trail names who let it."""
    _lock(client)
    client.may_introspect = may
    client.save(update_fields=["may_introspect"])
    detail = "may introspect" if may else "may not introspect any more"
    _record(client, Action.CLIENT_CHANGE, by, address, detail)


@transaction.atomic
def set_rate(
    client: Client, requests: int | None, *, by: AbstractUser, address: str | None = None
) -> None:
    """Requests a minute; None: as many as everybody, 0: any number."""
    _lock(client)
    client.requests_a_minute = requests
    client.save(update_fields=["requests_a_minute"])
    words = "default" if requests is None else str(requests)
    _record(client, Action.CLIENT_CHANGE, by, address, f"requests a minute: {words}")
    transaction.on_commit(rates.forget)


def secrets_of(client: Client) -> QuerySet[ClientSecret]:
    """Those that are not revoked, the newest first; expired ones among them."""
    return ClientSecret.objects.filter(client=client, revoked_at=None).order_by("-pk")


def live_secrets(client: Client) -> QuerySet[ClientSecret]:
    is_current = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
    return secrets_of(client).filter(is_current)


def has_secret(client: Client, secret: str) -> bool:
    """Whether it is one of the app's live secrets; takes the same time whichever it is."""
    stored = list(live_secrets(client).values_list("pk", "digest"))
    found = [(pk, digest) for pk, digest in stored if secrets.matches(secret, digest)]
    for pk, digest in found:
        if not secrets.is_newest(digest):  # here it is in clear: the older key is done with
            same = ClientSecret.objects.filter(pk=pk, digest=digest)
            same.update(digest=secrets.digest(secret))
    return bool(found)


@transaction.atomic
def new_secret(
    client: Client,
    *,
    by: AbstractUser | None,
    expires_at: datetime | None = None,
    address: str | None = None,
) -> str:
    """The secret, this once: only its digest is kept. Others of the app go on working."""
    _lock(client)
    if live_secrets(client).count() >= MOST_SECRETS:
        raise TooManySecrets
    secret = secrets.new_secret()
    ClientSecret.objects.create(
        client=client,
        digest=secrets.digest(secret),
        hint=secret[-_HINT:],
        expires_at=expires_at,
    )
    _record(client, Action.CLIENT_SECRET, by, address, "secret made")
    return secret


@transaction.atomic
def revoke_secret(
    client: Client, secret_id: int, *, by: AbstractUser | None, address: str | None = None
) -> bool:
    """Works at once. False: the app has no such secret, or not any more."""
    found = secrets_of(client).filter(pk=secret_id)
    if not found.update(revoked_at=timezone.now()):
        return False
    _record(client, Action.CLIENT_SECRET, by, address, "secret revoked")
    return True


@transaction.atomic
def disable(client: Client, *, by: AbstractUser, address: str | None = None) -> None:
    """The app gets no token any more, and those it has stop working now."""
    _lock(client)
    if client.disabled_at:
        return
    _end_access(client, by, address)  # a trigger would too, but leaves no record (migration 0017)
    client.disabled_at, client.disabled_by = timezone.now(), by
    client.save(update_fields=["disabled_at", "disabled_by"])
    _record(client, Action.CLIENT_STATUS, by, address, "disabled")


def may_enable(client: Client, account: AbstractUser) -> bool:
    """What an administrator has disabled its developer does not enable again."""
    is_own = client.disabled_by_id in (None, client.user_id)
    return account.is_staff or (is_own and client.user_id == account.pk)


@transaction.atomic
def enable(client: Client, *, by: AbstractUser, address: str | None = None) -> None:
    _lock(client)
    if not client.disabled_at:
        return
    client.disabled_at = client.disabled_by = None
    client.save(update_fields=["disabled_at", "disabled_by"])
    _record(client, Action.CLIENT_STATUS, by, address, "enabled")


@transaction.atomic
def delete(client: Client, *, by: AbstractUser | None, address: str | None = None) -> None:
    """With its secrets, grants and tokens. The trail keeps what it did."""
    _end_access(client, by, address)
    _record(client, Action.CLIENT_DELETE, by, address, client.kind)
    client.delete()


def _end_access(client: Client, by: AbstractUser | None, address: str | None) -> None:
    """Revokes every approval; tokens and codes go with it."""
    if client.kind == Client.Kind.BACKEND:
        backend_access.withdraw(client, by=by, address=address)
    live = DataAccessGrant.objects.filter(client=client, revoked_at=None)
    live.update(revoked_at=timezone.now())
    AuthorizationCode.objects.filter(application=client).delete()
    RefreshToken.objects.filter(application=client).delete()
    AccessToken.objects.filter(application=client).delete()


def details_of(client: Client) -> Details:
    """What is known of an app, as the rules look at it."""
    return Details(
        kind=client.kind,
        name=client.name,
        description=client.description,
        redirect_uris=tuple(client.redirect_uris.split()),
        allowed_origins=tuple(client.allowed_origins.split()),
        launch_uri=client.launch_uri,
        scopes=tuple(client.allowed_scopes.split()),
        jwks=client.jwks,
        jwks_uri=client.jwks_uri,
        client_uri=client.client_uri,
        logo_uri=client.logo_uri,
        policy_uri=client.policy_uri,
        tos_uri=client.tos_uri,
        contacts=tuple(client.contacts),
        privacy_answers=client.privacy_answers,
    )


def _take_over(client: Client, details: Details) -> None:
    before = review.looked_at(client)
    client.name, client.description = details.name, details.description
    client.redirect_uris = " ".join(details.redirect_uris)
    client.allowed_origins = " ".join(details.allowed_origins)
    client.allowed_scopes = " ".join(details.scopes)
    client.jwks, client.jwks_uri = details.jwks, details.jwks_uri
    client.launch_uri, client.client_uri = details.launch_uri, details.client_uri
    client.logo_uri, client.policy_uri = details.logo_uri, details.policy_uri
    client.tos_uri, client.contacts = details.tos_uri, list(details.contacts)
    if details.privacy_answers != client.privacy_answers:
        client.privacy_answers = details.privacy_answers
        client.privacy_attested_at = timezone.now() if details.privacy_answers else None
    if review.looked_at(client) != before:
        review.void(client)


def _lock(client: Client) -> None:
    """One change of an app after the other, each on its newest state."""
    client.refresh_from_db(from_queryset=Client.objects.select_for_update())


def _record(
    client: Client,
    action: AuditRecord.Action,
    by: AbstractUser | None,
    address: str | None,
    detail: str,
) -> None:
    record(
        action,
        account_id=by.pk if by else None,
        client_id=client.client_id,
        detail=detail,
        address=address,
    )
