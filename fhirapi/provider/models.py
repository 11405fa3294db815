"""Answers that are kept for a repetition; webhooks and what they have told."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from fhirapi.smart.models import DataAccessGrant


class IdempotentAnswer(models.Model):
    """What a request with an ``Idempotency-Key`` was answered, written with what it did."""

    account_id = models.BigIntegerField()
    client_id = models.TextField()
    key_digest = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64, help_text="Of method, address and body.")
    status = models.SmallIntegerField()
    headers = models.JSONField(default=dict)
    content = models.TextField()
    kind = models.TextField(blank=True, help_text="Of the record that it tells, with record_id.")
    record_id = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now(), db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "account_id", "client_id", "key_digest", name="idempotency_key"
            ),
        ]

    def __str__(self) -> str:
        return f"answer {self.pk} of {self.client_id}"


class ChangeWebhook(models.Model):
    """Tells an address of changes, as far as the grant on which it was made reaches."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    data_access_grant = models.ForeignKey(
        DataAccessGrant, on_delete=models.CASCADE, related_name="change_webhooks"
    )
    url = models.URLField(max_length=500)
    kinds = ArrayField(models.TextField())
    scope = models.TextField(help_text="Of the token by which it was made.")
    # Until there was secret_encrypted, the secret was made from it; the version before still does.
    salt = models.CharField(max_length=40)
    secret_encrypted = models.TextField(blank=True, default="", db_default="", editable=False)
    previous_salt = models.CharField(max_length=40, blank=True)
    previous_secret_encrypted = models.TextField(
        blank=True, default="", db_default="", editable=False
    )
    previous_until = models.DateTimeField(
        null=True, help_text="Until when the secret before signs as well."
    )
    written_in = models.BigIntegerField(help_text="Place in the order of changes: with row_id.")
    row_id = models.BigIntegerField(default=0)
    cluster = models.TextField(help_text="Which database cluster counts transactions so.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return f"webhook {self.public_id}"


class ChangeDelivery(models.Model):
    """Changes that a webhook tells together."""

    event_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    webhook = models.ForeignKey(ChangeWebhook, on_delete=models.CASCADE, related_name="deliveries")
    changes = models.JSONField(help_text="Kinds, ids, versions: no content.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    attempts = models.SmallIntegerField(default=0, db_default=0)
    due_at = models.DateTimeField(null=True, help_text="Of the next attempt; none after the last.")
    delivered_at = models.DateTimeField(null=True)
    status = models.SmallIntegerField(null=True, help_text="That was answered last.")
    problem = models.TextField(blank=True, db_default="", help_text="Why it did not arrive.")

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="changes_due"),
            models.Index("webhook", models.F("id").desc(), name="changes_by_webhook"),
        ]

    def __str__(self) -> str:
        return f"delivery {self.event_id}"
