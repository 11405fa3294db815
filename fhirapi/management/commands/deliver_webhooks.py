"""Tells apps of access that has ended, partners of changes; ``--forever`` as a worker."""

import logging
import time
from typing import Any

import psycopg
from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, connection

from fhirapi.provider.webhooks import queueing, sending
from fhirapi.smart.webhooks import deliver

_PAUSE = 2.0  # seconds
log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Sends the webhook events that are due; --forever: goes on until it is stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--forever", action="store_true", help="Goes on until it is stopped.")

    def handle(self, *args: Any, forever: bool, **options: Any) -> None:
        while forever:
            if not _deliver_if_possible():
                time.sleep(_PAUSE)
        while _deliver():
            pass


def _deliver() -> int:
    queueing.queue_changes()
    return deliver.deliver_due() + sending.deliver_due()


def _deliver_if_possible() -> int:
    try:
        return _deliver()
    except (DatabaseError, psycopg.Error):  # our own statements raise the driver's
        log.warning("Webhooks wait: the database cannot be reached.")
        connection.close()
        return 0
