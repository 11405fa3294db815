"""Tells apps of access that has ended (``fhirapi.smart.webhooks``); ``--forever`` as a worker."""

import logging
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, connection

from fhirapi.smart.webhooks.deliver import deliver_due

_PAUSE = 2.0  # seconds
log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Sends the webhook events that are due; --forever: goes on until it is stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--forever", action="store_true", help="Goes on until it is stopped.")

    def handle(self, *args: Any, forever: bool, **options: Any) -> None:
        count = deliver_due()
        while forever:
            if not count:
                time.sleep(_PAUSE)
            count = _deliver_if_possible()
        while count:
            count = deliver_due()


def _deliver_if_possible() -> int:
    try:
        return deliver_due()
    except DatabaseError:
        log.warning("Webhooks wait: the database cannot be reached.")
        connection.close()
        return 0
