"""Puts letters to subscribers on the queue, within the transaction of what they tell of."""

from typing import Literal

from django.db import transaction

from fhirapi.bulk.queue import put, put_all
from portal.changes import notices
from portal.subscriptions.models import NoticeTold, Subscription

Topic = Literal["status", "changes"]
_BEGINNING = "-"
"""Stands for having looked once, also where there was nothing."""
_SOME = 1000
"""Tasks that are put on the queue at once."""


def tell_of_status(update_id: int) -> None:
    put("tell_status", update_id=update_id)


@transaction.atomic
def tell_of_changes() -> list[str]:
    """Of each that was not told before; says which. What is there at first is no news."""
    new, is_first = notices.keys(), not NoticeTold.objects.exists()
    told = [key for key in new if NoticeTold.objects.get_or_create(key=key)[1]]
    if is_first:
        NoticeTold.objects.get_or_create(key=_BEGINNING)
        return []
    for key in told:
        put("tell_changes", key=key)
    return told


def to_each(task: str, topic: Topic, **about: str | int) -> int:
    """A task for each who has confirmed and wants to hear of it; says how many."""
    found = Subscription.objects.filter(confirmed_at__isnull=False, **{f"wants_{topic}": True})
    ids = [str(each) for each in found.order_by("pk").values_list("pk", flat=True)]
    for first in range(0, len(ids), _SOME):
        put_all(task, [{"subscription_id": each, **about} for each in ids[first : first + _SOME]])
    return len(ids)
