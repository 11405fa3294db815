"""What the API keeps for a while only. Knows rows, nothing of requests: ``clear_expired`` asks."""

from datetime import timedelta

from django.utils import timezone

from fhirapi.provider.models import ChangeDelivery, IdempotentAnswer

ANSWERS_KEPT = timedelta(hours=24)
DELIVERIES_KEPT = timedelta(days=30)


def forget_old() -> None:
    now = timezone.now()
    IdempotentAnswer.objects.filter(created_at__lt=now - ANSWERS_KEPT).delete()
    ChangeDelivery.objects.filter(created_at__lt=now - DELIVERIES_KEPT).delete()
