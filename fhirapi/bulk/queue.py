"""Puts tasks on the queue within the transaction that asks for them.

A worker replaces the connector of procrastinate's own app by one with connections of its own: a
task's ``defer`` would be seen by others before what it is about is committed, or be kept although
that was undone. So it goes by Django's connection, whoever asks.
https://procrastinate.readthedocs.io/en/stable/howto/django/configuration.html
"""

from collections.abc import Sequence

from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task
from procrastinate.types import JSONDict

QUEUE = "bulk"
_MANAGER = JobManager(DjangoConnector())


def put(name: str, lock: str | None = None, **arguments: str | int) -> None:
    """``lock``: tasks with the same one are done one after the other."""
    configure_task(name=name, job_manager=_MANAGER, queue=QUEUE, lock=lock).defer(**arguments)


def put_all(name: str, arguments: Sequence[JSONDict]) -> None:
    """Several at once, to be begun in this order."""
    if arguments:
        asked = configure_task(name=name, job_manager=_MANAGER, queue=QUEUE)
        asked.batch_defer(*arguments)
