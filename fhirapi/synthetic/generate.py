"""Fills the store with a synthetic population, on every core.

A patient's record depends on nothing but seed and index, so each process makes and loads its own
share; the same seed gives the same population whatever the number of processes.
"""

import os
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain

from fhirapi.store import index_state
from fhirapi.store.load import load
from fhirapi.store.models import Content
from fhirapi.store.processes import each
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
    index_state.mark_empty()
    # Also found stored where an earlier generation was interrupted.
    resources = 0 if _is_stored("Practitioner", GENERALISTS[0].id) else load(practice(seed))
    shares = list(_shares(start, count))
    processes = min(processes or os.cpu_count() or 1, len(shares) or 1)
    patients = 0
    for stored, made in each(partial(_load_share, seed), shares, processes=processes):
        resources += stored
        patients += made
        on_progress(patients, resources)
    return resources


def _is_stored(resource_type: str, resource_id: str) -> bool:
    stored = Content.objects.filter(resource_type=resource_type, resource_id=resource_id)
    return stored.exists()


def _shares(start: int, count: int) -> Iterator[range]:
    for first in range(start, start + count, _SHARE):
        yield range(first, min(first + _SHARE, start + count))


def _load_share(seed: int, share: range) -> tuple[int, int]:
    """How many resources, of how many patients."""
    return load(chain.from_iterable(record(seed, index) for index in share)), len(share)
