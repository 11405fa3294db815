"""Seals the trail again and again, on a thread and a connection of its own."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from fhirapi.audit import sealing
from fhirapi.audit.tip import TrailLost

_EVERY = 1.0  # seconds: as long a removed record may go unnoticed
log = logging.getLogger(__name__)


class Sealer:
    def __init__(self) -> None:
        self._is_lost = False

    async def run(self) -> None:
        """Until it is cancelled, or the database is away."""
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1, thread_name_prefix="seals") as own:
            try:
                while True:
                    await loop.run_in_executor(own, self._seal)
                    await asyncio.sleep(_EVERY)
            finally:
                own.submit(connection.close)

    def _seal(self) -> None:
        try:
            while (made := sealing.seal_new()) and made.amount >= sealing.MOST:
                pass
            self._is_lost = False
        except TrailLost as lost:
            if not self._is_lost:
                log.error("The audit trail is not sealed any more (verify_audit): %s", lost)
            self._is_lost = True
        except Exception:
            connection.close()
            raise
