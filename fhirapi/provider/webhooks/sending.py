"""Sends what is queued. https://www.standardwebhooks.com/"""

import orjson
from django.utils import timezone

from fhirapi.provider.models import ChangeDelivery
from fhirapi.smart.webhooks.deliver import attempt, each_by_itself, take
from fhirapi.smart.webhooks.signing import key_of
from fhirapi.store.writer import may_follow


def deliver_due() -> int:
    """How many were tried."""
    taken = take("fhirapi_changedelivery")
    deliveries = ChangeDelivery.objects.filter(pk__in=taken).select_related("webhook")
    for each in deliveries.order_by("id"):
        each_by_itself(_deliver, each)
    return len(taken)


def _deliver(delivery: ChangeDelivery) -> None:
    hook = delivery.webhook
    if not may_follow(hook.data_access_grant_id):
        delivery.due_at, delivery.problem = None, "The access on which it stood has ended."
        delivery.save(update_fields=["due_at", "problem"])
        return
    until = hook.previous_until
    keys = [key_of(hook.secret_encrypted, hook.salt)]
    if hook.previous_salt and until and until > timezone.now():
        keys.append(key_of(hook.previous_secret_encrypted, hook.previous_salt))
    attempt(delivery, hook.url, keys, _body(delivery))
    delivery.save(update_fields=["due_at", "delivered_at", "status", "problem"])


def _body(delivery: ChangeDelivery) -> bytes:
    return orjson.dumps(
        {
            "type": "records.changed",
            "timestamp": delivery.created_at.isoformat(timespec="seconds"),
            "data": {"webhook_id": str(delivery.webhook.public_id), "changes": delivery.changes},
        }
    )
