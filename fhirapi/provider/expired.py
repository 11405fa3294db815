"""What the API keeps for a while only. Knows rows, nothing of requests: ``clear_expired`` asks."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from fhirapi.provider.models import ChangeDelivery, ChangeWebhook, IdempotentAnswer

ANSWERS_KEPT = timedelta(hours=24)
DELIVERIES_KEPT = timedelta(days=30)


def forget_old() -> None:
    now = timezone.now()
    IdempotentAnswer.objects.filter(created_at__lt=now - ANSWERS_KEPT).delete()
    # Of an access key that is switched off they stay: it may come back.
    has_ended = Q(data_access_grant__revoked_at__isnull=False) | Q(
        data_access_grant__expires_at__lt=now
    )
    ChangeWebhook.objects.filter(has_ended).delete()
    ChangeDelivery.objects.filter(created_at__lt=now - DELIVERIES_KEPT).delete()
