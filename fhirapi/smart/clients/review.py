"""The review of an app by the operator: asked for by its developer, decided by an administrator.

An app works without one; the consent page tells people whether there was one. What was looked at
is what people see and where they are sent: when that changes, the review is void.
"""

from datetime import date

from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from fhirapi.smart.clients import business_days
from fhirapi.smart.models import Client

BUSINESS_DAYS = 5
"""Within which an app that waits is decided."""
_LOOKED_AT = (
    "name", "description", "redirect_uris", "launch_uri", "client_uri", "logo_uri", "policy_uri",
    "tos_uri", "allowed_scopes", "jwks_uri",
)  # fmt: skip

Review = Client.Review


class NotToBeReviewed(Exception):
    """It waits already, is approved, or is disabled."""


class NotWaiting(Exception):
    """Decided already, or not asked for."""


class NotDecided(Exception):
    """There is no decision to take back."""


def waiting() -> QuerySet[Client]:
    """Oldest first."""
    found: QuerySet[Client] = Client.objects.filter(review=Review.WAITING, disabled_at=None)
    return found.order_by("review_asked_at", "pk")


def due(client: Client) -> date | None:
    """By the end of which day a decision is promised; None where none is asked for."""
    if client.review != Review.WAITING or client.review_asked_at is None:
        return None
    return business_days.after(business_days.day_of(client.review_asked_at), BUSINESS_DAYS)


def ask(client: Client, *, by: AbstractUser, address: str | None = None) -> None:
    """Raises NotToBeReviewed."""
    with transaction.atomic():
        found = _locked(client)
        if found.review in (Review.WAITING, Review.APPROVED) or found.disabled_at:
            raise NotToBeReviewed
        _set(client, Review.WAITING, review_asked_at=timezone.now(), review_note="")
        _record(client, by, address, "review asked for")


def decide(
    client: Client,
    *,
    is_approved: bool,
    note: str = "",
    by: AbstractUser,
    address: str | None = None,
) -> None:
    """Raises NotWaiting."""
    with transaction.atomic():
        if _locked(client).review != Review.WAITING:
            raise NotWaiting
        decided = Review.APPROVED if is_approved else Review.DECLINED
        _set(client, decided, reviewed_at=timezone.now(), reviewed_by=by, review_note=note)
        _record(client, by, address, f"review: {decided}")


def reopen(client: Client, *, by: AbstractUser, address: str | None = None) -> None:
    """Takes a decision back: the app waits, since when it did. Raises NotDecided."""
    with transaction.atomic():
        if _locked(client).review not in (Review.APPROVED, Review.DECLINED):
            raise NotDecided
        _set(client, Review.WAITING, reviewed_at=None, reviewed_by=None, review_note="")
        _record(client, by, address, "review: decision taken back")


def looked_at(client: Client) -> tuple[object, ...]:
    return tuple(getattr(client, name) for name in _LOOKED_AT)


def void(client: Client) -> None:
    """It is no longer what was looked at. Does not save."""
    if client.review in (Review.APPROVED, Review.WAITING):
        client.review = Review.NOT_ASKED
        client.reviewed_at = client.reviewed_by = client.review_asked_at = None


def _locked(client: Client) -> Client:
    locked: Client = Client.objects.select_for_update().get(pk=client.pk)
    return locked


def _set(client: Client, decided: Client.Review, **values: object) -> None:
    for name, value in {"review": decided, **values}.items():
        setattr(client, name, value)
    client.save(update_fields=["review", *values])


def _record(client: Client, by: AbstractUser, address: str | None, detail: str) -> None:
    record(
        AuditRecord.Action.CLIENT_REVIEW,
        account_id=by.pk,
        client_id=str(client.client_id),
        detail=detail,
        address=address,
    )
