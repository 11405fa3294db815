"""The letters, one task each: a mail server that is away is asked again, later and later."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from fhirapi.bulk.queue import QUEUE
from portal import mail
from portal.changes import notices
from portal.status.models import IncidentUpdate
from portal.subscriptions import links
from portal.subscriptions.models import Subscription
from portal.subscriptions.telling import tell_of_changes, to_each

_AGAIN = RetryStrategy(max_attempts=8, exponential_wait=4)
"""The last time after some hours."""


@contextmanager
def _closing() -> Iterator[None]:
    try:
        yield
    finally:
        connection.close()  # the next task may be one after a restart of the database


@app.task(queue=QUEUE, name="answer_subscription", retry=_AGAIN)
def answer_subscription(subscription_id: str) -> None:
    """To whoever asked: confirm, or that they are subscribed already."""
    with _closing():
        found = Subscription.objects.filter(pk=subscription_id).first()
        if found is None:
            return
        if found.confirmed_at is None:
            mail.confirm_subscription(found, links.to_confirm(found))
        else:
            mail.subscribed_already(found, links.to_change(found), links.to_end(found))


@app.task(queue=QUEUE, name="tell_status", retry=_AGAIN)
def tell_status(update_id: int) -> None:
    with _closing(), transaction.atomic():
        to_each("tell_status_to_one", "status", update_id=update_id)


@app.task(queue=QUEUE, name="tell_status_to_one", retry=_AGAIN)
def tell_status_to_one(subscription_id: str, update_id: int) -> None:
    with _closing():
        found = Subscription.objects.filter(pk=subscription_id, wants_status=True).first()
        told = IncidentUpdate.objects.select_related("incident").filter(pk=update_id).first()
        if found and told:
            mail.status_told(found, told, links.to_change(found), links.to_end(found))


@app.periodic(cron="7 * * * *")
@app.task(queue=QUEUE, name="look_for_changes", queueing_lock="look_for_changes")
def look_for_changes(timestamp: int) -> None:
    """Once an hour: a new version brings its notices along as rows and lines of its code."""
    with _closing():
        tell_of_changes()


@app.task(queue=QUEUE, name="tell_changes", retry=_AGAIN)
def tell_changes(key: str) -> None:
    with _closing(), transaction.atomic():
        to_each("tell_changes_to_one", "changes", key=key)


@app.task(queue=QUEUE, name="tell_changes_to_one", retry=_AGAIN)
def tell_changes_to_one(subscription_id: str, key: str) -> None:
    with _closing():
        found = Subscription.objects.filter(pk=subscription_id, wants_changes=True).first()
        notice = notices.find(key)
        if found and notice:
            mail.change_told(found, notice, links.to_change(found), links.to_end(found))
