"""Where an app wants to be told, and what it has been told. One address an app."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from fhirapi.smart.models import Client


class Webhook(models.Model):
    client = models.OneToOneField(Client, on_delete=models.CASCADE, related_name="webhook")
    url = models.URLField(max_length=500)
    # Until there was secret_encrypted, the secret was made from it; the version before still does.
    salt = models.CharField(max_length=40)
    secret_encrypted = models.TextField(blank=True, default="", db_default="", editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return f"webhook of client {self.client_id}"


class WebhookEvent(models.Model):
    class Reason(models.TextChoices):
        REVOKED = "access-revoked", "The approval was ended"
        CLOSED = "account-closed", "The account was closed"
        REUSED = "token-reused", "A code or refresh token was used twice"
        TEST = "test", "A test"

    event_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="webhook_events")
    reason = models.CharField(max_length=20, choices=Reason)
    grant_id = models.BigIntegerField(null=True, help_text="DataAccessGrant, which may go.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    attempts = models.SmallIntegerField(default=0, db_default=0)
    due_at = models.DateTimeField(null=True, help_text="Of the next attempt; none after the last.")
    delivered_at = models.DateTimeField(null=True)
    status = models.SmallIntegerField(null=True, help_text="That the app answered last.")
    problem = models.TextField(blank=True, db_default="", help_text="Why it did not arrive.")

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="events_due"),
            models.Index("client", models.F("id").desc(), name="events_by_client"),
        ]

    def __str__(self) -> str:
        return f"{self.reason} for client {self.client_id}"
