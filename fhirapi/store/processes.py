"""Work for every core: processes of their own, each with its own database connection."""

import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from itertools import chain
from multiprocessing.connection import wait as wait_for
from typing import TypeVar

import django

Job = TypeVar("Job")
Result = TypeVar("Result")


def each(
    function: Callable[[Job], Result], *phases: Iterable[Job], processes: int | None = None
) -> Iterator[Result]:
    """Results in the order in which they come; a phase begins when the one before has ended.

    Jobs are drawn as they are needed, so that memory stays flat. After an interruption those
    under way are finished, and no other is begun.
    """
    processes = processes or os.cpu_count() or 1
    if processes == 1:
        yield from map(function, chain.from_iterable(phases))
        return
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=spawn, initializer=_begin) as pool:
        try:
            for jobs in phases:
                yield from _phase(pool, function, jobs, most=2 * processes)
        finally:
            pool.shutdown(cancel_futures=True)


def _phase(
    pool: ProcessPoolExecutor, function: Callable[[Job], Result], jobs: Iterable[Job], most: int
) -> Iterator[Result]:
    running: set[Future[Result]] = set()
    for job in jobs:
        running.add(pool.submit(function, job))
        if len(running) >= most:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in done)
    while running:
        done, running = wait(running, return_when=FIRST_COMPLETED)
        yield from (future.result() for future in done)


def _begin() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; only the parent decides
    threading.Thread(target=_end_with_parent, daemon=True).start()
    django.setup()
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)  # parsed JSON has no cycles: looking for them is wasted


def _end_with_parent() -> None:
    """A killed parent says nothing: without this its children would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for([parent.sentinel])
        os._exit(1)
