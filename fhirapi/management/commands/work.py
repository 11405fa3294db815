"""Does what waits in the queue: exports and imports. Any number of these, on any machine.
Each looks after the audit trail as well: whichever is first seals what is new in it.

A worker tells every few seconds that it lives. What one that died had begun is begun again by
another; a database that is away is waited for.
"""

import asyncio
import gc
import logging
import signal
from contextlib import suppress
from typing import Any, cast

import psycopg
from asgiref.sync import sync_to_async
from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, connection
from procrastinate import exceptions
from procrastinate.app import App
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.jobs import DeleteJobCondition

from fhirapi.audit.sealer import Sealer
from fhirapi.bulk import jobs
from fhirapi.bulk.importing import jobs as imports
from fhirapi.bulk.importing.tasks import take_up
from fhirapi.bulk.watch import stopping

_PULSE = 2.0  # seconds
_DEAD_AFTER = 10.0  # seconds without a pulse
_ASKS_EVERY = 0.5  # seconds: what is queued while the queue is being asked is not heard of
_LOOKS_EVERY = 10.0  # seconds between two looks for what has run out, or lost its access
_GRACE = 3  # seconds in which what is under way gives up
_AWAY = (DatabaseError, psycopg.Error, exceptions.ConnectorException, OSError)
log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Carries out exports and imports, until it is stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--until-idle", action="store_true", help="Ends when nothing waits any more."
        )

    def handle(self, *args: Any, until_idle: bool, **options: Any) -> None:
        gc.set_threshold(100_000, 50, 50)  # parsed JSON has no cycles: looking for them is wasted
        asyncio.run(_work(until_idle=until_idle))


async def _work(*, until_idle: bool) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stop() -> None:
        stopping.set()  # in threads, where the work is done
        stopped.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    while not stopped.is_set():
        try:
            await _until_stopped(stopped, until_idle=until_idle)
            return
        except _AWAY as error:
            log.warning("Jobs wait, the database cannot be reached: %s", type(error).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(stopped.wait(), _PULSE)


async def _until_stopped(stopped: asyncio.Event, *, until_idle: bool) -> None:
    connector = cast(DjangoConnector, app.connector).get_worker_connector()
    with app.replace_connector(connector) as worker_app:
        async with worker_app.open_async():
            tasks = [
                asyncio.create_task(_run(worker_app, until_idle=until_idle)),
                asyncio.create_task(_rescue(worker_app)),
                asyncio.create_task(_feel_for_the_database()),
                asyncio.create_task(_expire()),
                asyncio.create_task(Sealer().run()),
                asyncio.create_task(stopped.wait()),
            ]
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for task in done:
                task.result()


async def _run(worker_app: App, *, until_idle: bool) -> None:
    await worker_app.run_worker_async(
        concurrency=1,
        wait=not until_idle,
        fetch_job_polling_interval=_ASKS_EVERY,
        delete_jobs=DeleteJobCondition.SUCCESSFUL,
        install_signal_handlers=False,
        update_heartbeat_interval=_PULSE,
        stalled_worker_timeout=_DEAD_AFTER,
        shutdown_graceful_timeout=_GRACE,
    )


async def _rescue(worker_app: App) -> None:
    """What a worker had begun that shows no life any more is begun again."""
    while True:
        for job in await worker_app.job_manager.get_stalled_jobs(
            seconds_since_heartbeat=_DEAD_AFTER
        ):
            log.warning("A worker has died; job %s is begun again.", job.id)
            await worker_app.job_manager.retry_job(job)
        await asyncio.sleep(_PULSE)


async def _feel_for_the_database() -> None:
    """Fails when a connection of its own is cut: what the queue's library has open is lost as
    well then, and not all of it says so. Everything begins anew.
    """
    parameters = await sync_to_async(_connection_parameters, thread_sensitive=False)()
    async with await psycopg.AsyncConnection.connect(**parameters, autocommit=True) as own:
        while True:
            await own.execute("SELECT 1")
            await asyncio.sleep(_PULSE)


def _connection_parameters() -> dict[str, Any]:
    of_driver = ("context", "cursor_factory")  # for connections that are not asynchronous
    given = connection.get_connection_params()
    return {name: value for name, value in given.items() if name not in of_driver}


async def _expire() -> None:
    while True:
        await sync_to_async(_look_after, thread_sensitive=False)()
        await asyncio.sleep(_LOOKS_EVERY)


def _look_after() -> None:
    try:
        jobs.end_where_access_ended()
        jobs.forget_expired()
        imports.forget_expired()
        take_up()
    finally:
        connection.close()
