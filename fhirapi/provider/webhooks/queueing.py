"""Each webhook follows the change feed from where it was; what it may see is queued for it."""

import logging

import psycopg
from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone

from fhirapi.provider import registry as kinds
from fhirapi.provider.changes import open_to, record, told, types_of
from fhirapi.provider.models import ChangeDelivery, ChangeWebhook
from fhirapi.provider.schema import Kind
from fhirapi.smart.access.decision import Access
from fhirapi.smart.access.scopes import parse
from fhirapi.store import changes as store
from fhirapi.store.caller import GRANTED
from fhirapi.store.changes import Place, Who
from fhirapi.store.writer import GRANT_MAY_WRITE

log = logging.getLogger(__name__)
_AT_ONCE = 100
"""Changes of one delivery."""
_FAR = 10_000
"""Transactions without a change for a webhook, after which its place is stored all the same."""


def queue_changes() -> int:
    """How many deliveries were queued. Several processes may do it at once."""
    hooks = ChangeWebhook.objects.values_list("pk", flat=True).order_by("pk")
    queued = 0
    for pk in hooks:
        try:
            queued += _queue(pk)
        except (DatabaseError, psycopg.Error):  # everybody's: the next ones would fail as well
            raise
        except Exception:
            log.exception("What has changed was not queued for webhook %s", pk)
    return queued


def _queue(pk: int) -> int:
    queued, has_more = 0, True
    while has_more:
        with transaction.atomic():
            rows = ChangeWebhook.objects.select_for_update(skip_locked=True, of=("self",))
            hook = rows.select_related("data_access_grant__client").filter(pk=pk).first()
            if hook is None:  # gone, or another process is at it
                return queued
            count, has_more = _follow(hook)
            queued += count
    return queued


def _follow(hook: ChangeWebhook) -> tuple[int, bool]:
    """How many deliveries were queued, and whether there is more to look at."""
    wanted = _wanted(hook)
    grant = hook.data_access_grant
    if not wanted:
        return 0, False
    end, cluster = store.now()
    if hook.cluster != cluster:  # a restored backup counts anew: from now on
        hook.written_in, hook.row_id, hook.cluster = *end, cluster
        hook.save(update_fields=["written_in", "row_id", "cluster"])
    parameters = {"grant": grant.pk, "zone": settings.TIME_ZONE}
    who = Who(GRANTED, parameters, GRANT_MAY_WRITE)
    place = Place(hook.written_in, hook.row_id)
    feed = store.changes(who, types_of(wanted), place, _AT_ONCE)
    if feed is None:  # what it stood on has ended
        return 0, False
    if feed.changed or feed.end.written_in - place.written_in > _FAR:
        hook.written_in, hook.row_id = feed.end
        hook.save(update_fields=["written_in", "row_id"])
    events = [each.event() for each in told(who, feed, wanted)]
    if not events:
        return 0, feed.has_more
    record(feed, str(grant.client.client_id), None, "webhook")
    ChangeDelivery.objects.create(webhook=hook, changes=events, due_at=timezone.now())
    return 1, feed.has_more


def _wanted(hook: ChangeWebhook) -> list[Kind]:
    """As far as the token's scopes reached and the grant's still do."""
    of_hook = Access(parse(hook.scope), None)
    of_grant = Access(parse(hook.data_access_grant.scope), None)
    chosen = [each for each in kinds.every() if not hook.kinds or each.name in hook.kinds]
    return open_to(of_grant, open_to(of_hook, chosen))
