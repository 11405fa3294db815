"""What the workers do about the status, each minute. https://procrastinate.readthedocs.io/"""

import logging
from datetime import timedelta

from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app

from fhirapi.bulk.queue import QUEUE
from fhirapi.sql import AWAY
from portal.status.keeping import keep
from portal.status.measuring import measure

_LATE = timedelta(minutes=2)
_SOON = 100
"""Before the parts of exports that wait: it takes a moment."""
log = logging.getLogger(__name__)


@app.periodic(cron="* * * * *")
@app.task(queue=QUEUE, name="measure_status", queueing_lock="measure_status", priority=_SOON)
def measure_status(timestamp: int) -> None:
    """What was to be measured minutes ago is not: it would tell of now."""
    if timezone.now().timestamp() - timestamp > _LATE.total_seconds():
        return
    try:
        keep(measure())
    except AWAY as error:  # what cannot be written is not known; nothing else has to be told of it
        log.warning("status: nothing could be counted: %s", type(error).__name__)
    finally:
        connection.close()  # the next task may be one after a restart of the database
