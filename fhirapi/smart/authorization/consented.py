"""What people have approved: one DataAccessGrant for an app, its scopes and its context.

An approval with ``offline_access`` ends after a year, any other with the working day. Until then
it is remembered: the same app is not asked about again as long as it asks for nothing new. The
last word counts: who approves less ends what went further before, with all its tokens.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from fhirapi.smart.access.overlap import common, is_within
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
_OF_THE_LAUNCH = frozenset({"launch", "launch/patient", "launch/encounter"})


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
    latest = live(account).filter(client=client, context=context).order_by("-id").first()
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
    asked: Iterable[str] = (),
    before: DataAccessGrant | None = None,
    address: str | None,
) -> DataAccessGrant:
    """The grant for a code; ``before``: one that is remembered, so that nobody was asked.

    ``asked``: everything that was on the page, also what was not ticked.
    """
    _one_at_a_time(account)
    # Where ``before`` was ended since it was looked for, the code on it gives no tokens.
    grant = before or _approved_again(account, client, scopes, context)
    if before is None:
        overruled = _overruled(account, client, scopes, context, asked)
        _end([each for each in overruled if each != grant], "less was approved", address)
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


def _one_at_a_time(account: AbstractUser) -> None:
    """Two pages answered at the same moment: one is the last word, and sees the other.

    NO KEY: tokens may be issued meanwhile, whose rows refer to the account.
    """
    people = get_user_model()._default_manager.filter(pk=account.pk)
    list(people.select_for_update(no_key=True).values_list("pk"))


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


@transaction.atomic
def end(
    account: AbstractUser, client: Client, *, grant_id: int | None = None, address: str | None
) -> bool:
    """From the next request on the tokens of the approval are refused; None: of all of the app."""
    _one_at_a_time(account)
    grants = live(account).filter(client=client)
    if grant_id is not None:
        grants = grants.filter(pk=grant_id)
    return _end(grants, None, address)


def note_use(grant: DataAccessGrant) -> None:
    """That tokens were issued on it, to the minute. Never waits: whoever holds the row has the say.

    An app that reads has got a token within the hour, so no read has to write here.
    """
    recent = timezone.now() - timedelta(minutes=1)
    due = DataAccessGrant.objects.filter(pk=grant.pk).filter(
        Q(last_used_at=None) | Q(last_used_at__lt=recent)
    )
    free = due.select_for_update(no_key=True, skip_locked=True).values("pk")
    DataAccessGrant.objects.filter(pk__in=free).update(last_used_at=timezone.now())


def _overruled(
    account: AbstractUser,
    client: Client,
    scopes: list[str],
    context: dict[str, Any],
    asked: Iterable[str],
) -> list[DataAccessGrant]:
    """Approvals of the app in this context that hold what was now declined, or more than it all."""
    found = live(account).filter(client=client)
    return [
        each
        for each in found
        if _of_whom(each.context) == _of_whom(context)
        and _goes_further(each.scope.split(), scopes, asked)
    ]


def _of_whom(context: dict[str, Any]) -> tuple[str | None, str | None]:
    """Whether the app shows a banner as well makes no other context."""
    return context.get("patient"), context.get("encounter")


def _goes_further(earlier: list[str], given: list[str], asked: Iterable[str]) -> bool:
    held = [each for each in earlier if each not in _OF_THE_LAUNCH]
    shown = [each for each in asked if each not in _OF_THE_LAUNCH]
    if any(not is_within(each, given) for each in common(shown, held)):
        return True
    is_all_in_it = all(is_within(each, held) for each in given if each not in _OF_THE_LAUNCH)
    return is_all_in_it and not all(is_within(each, given) for each in held)


def _end(grants: Iterable[DataAccessGrant], why: str | None, address: str | None) -> bool:
    """In the order in which issuing locks them: code, refresh token, access token."""
    locked = list(
        DataAccessGrant.objects.filter(pk__in=[each.pk for each in grants])
        .select_related("client")
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True)
    )
    for model in (AuthorizationCode, RefreshToken, AccessToken):
        model.objects.filter(data_access_grant__in=locked).delete()
    for grant in locked:
        grant.revoked_at = timezone.now()
        grant.save(update_fields=["revoked_at"])
        patient_id = grant.context.get("patient")
        record(
            AuditRecord.Action.CONSENT_END,
            account_id=grant.account_id,
            client_id=grant.client.client_id,
            patient_ids=[patient_id] if patient_id else None,
            detail=why,
            address=address,
        )
    return bool(locked)


def live(account: AbstractUser) -> QuerySet[DataAccessGrant]:
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
