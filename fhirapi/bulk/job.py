"""What an export and an import have in common: who asked, on what it stands, and how it ends."""

import uuid
from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from fhirapi.smart.models import DataAccessGrant
from fhirapi.store import locks


class Job(models.Model):
    OPEN_STATES: ClassVar[tuple[str, ...]]
    """It waits, or is worked on."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client_id = models.TextField(help_text="The app or AccessKeyID that asked.")
    data_access_grant = models.ForeignKey(
        DataAccessGrant, on_delete=models.CASCADE, related_name="%(class)ss"
    )
    """On what it stands: without it living, nothing more is done or handed out."""
    scope = models.TextField(help_text="Of the token that asked.")
    context_patient = models.TextField(null=True, help_text="Whom patient/ scopes are about.")
    address = models.GenericIPAddressField(null=True)
    request = models.TextField(help_text="The address that was asked, for the manifest.")

    state = models.TextField()
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True, help_text="When its files are deleted.")
    error = models.TextField(default="")

    class Meta:
        abstract = True

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN_STATES


class Poll(models.Model):
    """When a job was last asked about; beside it, so that asking is in nobody's way."""

    polled_at = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.pk} asked about at {self.polled_at}"


def has_place(kind: type[Job], client_id: str, most: int) -> bool:
    """Whether the client may have one more of a kind, of so many at a time.

    Within the transaction that makes it: of two that ask at once, one waits for the other.
    """
    locks.one_after_the_other([(kind.__name__, client_id)])
    of_client = kind._default_manager.filter(client_id=client_id)
    return of_client.filter(state__in=kind.OPEN_STATES).count() < most


def mark_ended(job: Job, state: str, error: str, before: tuple[str, ...]) -> bool:
    """False: it was in none of these states any more."""
    of_before = type(job)._default_manager.filter(pk=job.pk, state__in=before)
    now = timezone.now()
    return bool(of_before.update(state=state, error=error, finished_at=now, expires_at=None))


def mark_finished(job: Job, hours: int) -> bool:
    """A running one has done all, and is told of for so long. False: it was ended before."""
    running = type(job)._default_manager.filter(pk=job.pk, state="running")
    now = timezone.now()
    until = now + timedelta(hours=hours)
    return bool(running.update(state="finished", finished_at=now, expires_at=until))


def forget_old(kind: type[Job], days: int) -> None:
    """Those that have nothing to hand out any more, once they are so old."""
    old = timezone.now() - timedelta(days=days)
    over = kind._default_manager.filter(created_at__lt=old, expires_at=None)
    over.exclude(state__in=kind.OPEN_STATES).delete()
