"""An app's webhook: where it is told, what signs, and what it was told."""

from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from fhirapi.smart.models import Client
from fhirapi.smart.names import name_of
from fhirapi.smart.webhooks import signing
from fhirapi.smart.webhooks.models import Webhook, WebhookEvent


def of(client: Client) -> Webhook | None:
    return Webhook.objects.filter(client=client).first()


@transaction.atomic
def register(client: Client, url: str, *, by: AbstractUser, address: str | None) -> str:
    """In the place of the one before. The signing secret, this once."""
    made = signing.new()
    kept = {"salt": made.salt, "secret_encrypted": made.encrypted}
    Webhook.objects.update_or_create(client=client, defaults={"url": url, **kept})
    _record(client, by, address, "webhook set")
    return made.shown


@transaction.atomic
def remove(client: Client, *, by: AbstractUser, address: str | None) -> None:
    Webhook.objects.filter(client=client).delete()
    WebhookEvent.objects.filter(client=client, due_at__isnull=False).update(due_at=None)
    _record(client, by, address, "webhook removed")


def events(client: Client) -> QuerySet[WebhookEvent]:
    return WebhookEvent.objects.filter(client=client).order_by("-id")


def test(client: Client) -> WebhookEvent:
    """One at a time, so that nobody floods a foreign address by us."""
    waiting = WebhookEvent.objects.filter(
        client=client, reason=WebhookEvent.Reason.TEST, due_at__isnull=False
    ).first()
    return waiting or WebhookEvent.objects.create(
        client=client, reason=WebhookEvent.Reason.TEST, due_at=timezone.now()
    )


def send_again(client: Client, pk: int) -> bool:
    """False: there is no such event."""
    again = {"due_at": timezone.now(), "attempts": 0, "delivered_at": None, "problem": ""}
    return bool(WebhookEvent.objects.filter(client=client, pk=pk).update(**again))


def reference(grant_id: int) -> str:
    """The approval, as the token answer names it too; tells nothing about whose it is."""
    return name_of(f"grant {grant_id}")[:32]


def _record(client: Client, by: AbstractUser, address: str | None, detail: str) -> None:
    record(
        AuditRecord.Action.CLIENT_CHANGE,
        account_id=by.pk,
        client_id=str(client.client_id),
        detail=detail,
        address=address,
    )
