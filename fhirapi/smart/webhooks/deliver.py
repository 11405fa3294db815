"""Sends what is queued: signed, to the app's address, again and again for about a day.

Several processes may do it at once: what one has taken the others do not see for a while.
"""

import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar
from uuid import UUID

import orjson
import psycopg
from django.db import DatabaseError
from django.utils import timezone

from fhirapi.smart.clients.fetch import FetchProblem, post
from fhirapi.smart.webhooks import hooks, signing
from fhirapi.smart.webhooks.models import Webhook, WebhookEvent
from fhirapi.sql import fetch

Row = TypeVar("Row")
log = logging.getLogger(__name__)

WAITS = tuple(
    timedelta(seconds=each) for each in (10, 60, 300, 1800, 2 * 3600, 6 * 3600, 16 * 3600)
)
"""After each attempt that failed; after the last there is none."""
KEPT = timedelta(days=30)
_BATCH = 20
_LEASE = 120  # seconds in which a taken event is dealt with, or somebody else takes it
_TAKE = """
UPDATE {table} SET due_at = clock_timestamp() + make_interval(secs => %(lease)s),
       attempts = attempts + 1
WHERE id IN (SELECT id FROM {table} WHERE due_at <= clock_timestamp()
             ORDER BY due_at LIMIT %(most)s FOR UPDATE SKIP LOCKED)
RETURNING id
"""


class Sent(Protocol):
    """What ``attempt`` sends, and keeps of it."""

    event_id: UUID
    attempts: int
    due_at: datetime | None
    delivered_at: datetime | None
    status: int | None
    problem: str


def take(table: str) -> list[int]:
    """The rows of a table of events that are to be tried now, by this process alone."""
    sql = _TAKE.format(table=table)
    return [row[0] for row in fetch(sql, {"lease": _LEASE, "most": _BATCH})]


def deliver_due() -> int:
    """How many were tried."""
    taken = take("fhirapi_webhookevent")
    events = WebhookEvent.objects.filter(pk__in=taken).select_related("client__webhook")
    for event in events.order_by("id"):
        each_by_itself(_deliver, event)
    return len(taken)


def each_by_itself(act: Callable[[Row], object], row: Row) -> None:
    """What nobody foresaw of one hook is logged, and keeps no other from being told.

    An event that was taken is due again when its lease ends. The database's failures are raised:
    they are everybody's.
    """
    try:
        act(row)
    except (DatabaseError, psycopg.Error):
        raise
    except Exception:
        log.exception("A webhook failed: %s", row)


def forget_old() -> None:
    WebhookEvent.objects.filter(created_at__lt=timezone.now() - KEPT).delete()


def _deliver(event: WebhookEvent) -> None:
    hook: Webhook | None = getattr(event.client, "webhook", None)
    if hook is None:
        event.due_at, event.problem = None, "The app has no webhook any more."
    else:
        key = signing.key_of(hook.secret_encrypted, hook.salt)
        attempt(event, hook.url, [key], _body(event))
    event.save(update_fields=["due_at", "delivered_at", "status", "problem"])


def attempt(event: Sent, url: str, keys: Sequence[bytes], body: bytes) -> None:
    """Posts it once, signed with each key; the event says what came of it."""
    sent, event_id = int(time.time()), str(event.event_id)
    signatures = (signing.signature(key, event_id, sent, body) for key in keys)
    headers = {
        "Content-Type": "application/json",
        "webhook-id": event_id,
        "webhook-timestamp": str(sent),
        "webhook-signature": " ".join(signatures),
    }
    event.status = None
    try:
        event.status = post(url, body, headers)
        problem = "" if 200 <= event.status < 300 else f"The app answered {event.status}."
    except FetchProblem as failed:
        problem = str(failed)
    event.problem = problem
    event.delivered_at = None if problem else timezone.now()
    is_last = event.attempts > len(WAITS)
    left = None if not problem or is_last else WAITS[event.attempts - 1]
    event.due_at = timezone.now() + left if left else None


def _body(event: WebhookEvent) -> bytes:
    reference = hooks.reference(event.grant_id) if event.grant_id else None
    return orjson.dumps(
        {
            "type": "test" if event.reason == WebhookEvent.Reason.TEST else "access.ended",
            "timestamp": event.created_at.isoformat(timespec="seconds"),
            "data": {
                "client_id": event.client.client_id,
                "reason": event.reason,
                "grant_id": reference,
            },
        }
    )
