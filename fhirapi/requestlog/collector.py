"""Gathers requests in memory and writes them in batches, beside the requests."""

import logging
import threading
import time
from collections import deque
from multiprocessing.util import Finalize

import psycopg
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponseBase

from fhirapi.requestlog.entry import Row, Seen, row, seen, token_of
from fhirapi.sql import Statement, array, database

MOST = 20_000
"""Kept while they cannot be written; then the oldest go."""
_BATCH = 2000
_EVERY = 1.0  # seconds
_PATIENCE = 3.0  # seconds that the end of the process waits
log = logging.getLogger(__name__)

# Not worth waiting for the disk: what a crash takes is the last moment. Rows of clients that are
# not there (a name that somebody made up, an app that was deleted) are left out, and those of
# access keys, which have no developer who reads the log.
_WRITE = Statement("""
WITH lazily AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true) AS is_set),
written AS (
    INSERT INTO fhirapi_requestrecord (at, client_id, route, status, ms, error)
    SELECT to_timestamp(at), entry.client_id, route, status, ms, error
    FROM lazily, unnest(%(at)s::float8[], %(client_id)s::text[], %(route)s::text[],
                        %(status)s::smallint[], %(ms)s::float8[], %(error)s::text[])
         AS entry(at, client_id, route, status, ms, error)
    JOIN fhirapi_client client ON client.client_id = entry.client_id
        AND client.kind <> 'access-key'
    RETURNING 1
)
SELECT count(*) FROM written
""")


class RequestLog:
    """One for the process."""

    def __init__(self) -> None:
        self._seen: deque[Seen | Row] = deque(maxlen=MOST)
        self._lost = 0
        self._stop = threading.Event()

    def note(self, request: HttpRequest, response: HttpResponseBase, began: float) -> None:
        """``began``: by ``time.perf_counter``."""
        entry = seen(request, response, time.time(), time.perf_counter() - began)
        if entry is not None:
            self._keep(entry)

    def note_token(self, client_id: str, began: float) -> None:
        """That a service got one."""
        self._keep(token_of(client_id, time.time(), time.perf_counter() - began))

    def _keep(self, entry: Seen | Row) -> None:
        self._lost += len(self._seen) == MOST
        self._seen.append(entry)

    def start(self) -> "RequestLog":
        """Writes from now on by itself, the rest at the end of the process."""
        thread = threading.Thread(target=self._run, name="request-log", daemon=True)
        thread.start()

        def end() -> None:
            self._stop.set()
            thread.join(_PATIENCE)

        Finalize(None, end, exitpriority=10)  # atexit alone passes a forked worker by
        return self

    def write_out(self) -> None:
        """All that is there. What cannot be written now stays for the next time."""
        while self._seen:
            batch = [self._seen.popleft() for _ in range(min(_BATCH, len(self._seen)))]
            try:
                write([made for each in batch if (made := _row(each))])
            except (psycopg.OperationalError, psycopg.InterfaceError, DatabaseError):
                self._put_back(batch)
                database().close()
                return
        if self._lost:
            log.warning("The request log has lost %s entries.", self._lost)
            self._lost = 0

    def _put_back(self, batch: list[Seen | Row]) -> None:
        room = MOST - len(self._seen)
        self._lost += max(0, len(batch) - room)
        self._seen.extendleft(reversed(batch[-room:] if room > 0 else []))

    def _run(self) -> None:
        while not self._stop.wait(_EVERY):
            self._write_quietly()
        self._write_quietly()
        database().close()

    def _write_quietly(self) -> None:
        try:
            self.write_out()
        except Exception:  # the thread has to live; what made it stumble is gone with its batch
            log.exception("The request log could not write a batch.")


def write(rows: list[Row]) -> None:
    if not rows:
        return
    columns = zip(Row._fields, zip(*rows, strict=True), strict=True)
    _WRITE.fetch_one({name: array(values) for name, values in columns})


def _row(entry: Seen | Row) -> Row | None:
    if isinstance(entry, Row):
        return entry
    try:
        return row(entry)
    except Exception:  # a request that we do not understand must not take others with it
        log.exception("A request could not be logged.")
        return None
