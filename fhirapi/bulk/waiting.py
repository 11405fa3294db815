"""How the queue is: workers that show life, and tasks that wait for one.

Read from the queue's own tables. https://procrastinate.readthedocs.io/
"""

from datetime import datetime
from typing import NamedTuple

from fhirapi.sql import fetch

DEAD_AFTER = 10
"""Seconds without a sign of life; a worker gives one every two seconds."""
_QUEUE = f"""
SELECT (SELECT count(*) FROM procrastinate_workers
        WHERE last_heartbeat > now() - interval '{DEAD_AFTER} seconds'),
       count(*) FILTER (WHERE status = 'todo'), count(*) FILTER (WHERE status = 'doing'),
       (SELECT min(at) FROM procrastinate_events event
        JOIN procrastinate_jobs waiting ON waiting.id = event.job_id AND waiting.status = 'todo'
        WHERE event.type = 'deferred')
FROM procrastinate_jobs WHERE status IN ('todo', 'doing')
"""  # noqa: S608 - a number of ours


class Queue(NamedTuple):
    workers: int
    waiting: int
    running: int
    oldest: datetime | None
    """Since when the task waits that waits longest."""

    @property
    def is_stuck(self) -> bool:
        """Somebody waits, and nobody is there to work."""
        return bool(self.waiting) and not self.workers


def queue() -> Queue:
    [row] = fetch(_QUEUE)
    return Queue(*row)
