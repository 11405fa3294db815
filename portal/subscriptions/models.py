"""Who wants to be told by letter. Deleted with the address when they have enough of it."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.utils import timezone

UNCONFIRMED = timedelta(hours=48)
"""For so long the first letter's link works, and an address is kept that nobody confirms."""

BETWEEN_LETTERS = timedelta(days=1)
"""Whoever asks for letters to an address again makes us write there no more often than that."""


class Subscription(models.Model):
    """An address and what it wants to hear of; nothing says whose it is."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(max_length=254)
    language = models.CharField(max_length=5, choices=settings.LANGUAGES, default="en")
    wants_status = models.BooleanField(default=True)
    wants_changes = models.BooleanField(default=True)
    # When somebody last made us write there.
    asked_at = models.DateTimeField(db_default=Now(), editable=False)
    confirmed_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(Lower("email"), name="one_subscription_an_address"),
            models.CheckConstraint(
                condition=Q(wants_status=True) | Q(wants_changes=True),
                name="subscription_to_something",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


def forget_unconfirmed() -> None:
    limit = timezone.now() - UNCONFIRMED
    Subscription.objects.filter(confirmed_at=None, asked_at__lt=limit).delete()


class NoticeTold(models.Model):
    """That letters about a release, or about what is going to end, have been queued."""

    key = models.CharField(max_length=100, unique=True)
    told_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.key
