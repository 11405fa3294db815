"""Fills the store with a synthetic population, on every core.

A patient's record depends on nothing but seed and index, so each process makes and loads its own
share; the same seed gives the same population whatever the number of processes.
"""

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from itertools import chain

import django
from django.db import connection

from fhirapi.store.load import load
from fhirapi.store.models import Content
from fhirapi.synthetic.population import practice, record
from fhirapi.synthetic.practice import GENERALISTS

_SHARE = 20  # patients in one transaction

Progress = Callable[[int, int], None]
"""Told after every share: patients done, resources done."""


def generate(
    count: int, seed: int, *, start: int = 0, processes: int | None = None,
    on_progress: Progress = lambda patients, resources: None,
) -> int:  # fmt: skip
    """Returns how many resources were stored. Raises AlreadyStored if they are there already."""
    # Also found stored where an earlier generation was interrupted.
    resources = 0 if _is_stored("Practitioner", GENERALISTS[0].id) else load(practice(seed))
    patients = 0
    shares = list(_shares(start, count))
    processes = min(processes or os.cpu_count() or 1, len(shares) or 1)
    if processes == 1:
        for share in shares:
            resources += _load_share(seed, share)
            patients += len(share)
            on_progress(patients, resources)
        return resources
    connection.close()  # a process of its own makes its own
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=spawn, initializer=django.setup) as pool:
        running = {pool.submit(_load_share, seed, share): len(share) for share in shares}
        for done in as_completed(running):
            resources += done.result()
            patients += running[done]
            on_progress(patients, resources)
    return resources


def _is_stored(resource_type: str, resource_id: str) -> bool:
    stored = Content.objects.filter(resource_type=resource_type, resource_id=resource_id)
    return stored.exists()


def _shares(start: int, count: int) -> Iterator[range]:
    for first in range(start, start + count, _SHARE):
        yield range(first, min(first + _SHARE, start + count))


def _load_share(seed: int, share: range) -> int:
    return load(chain.from_iterable(record(seed, index) for index in share))
