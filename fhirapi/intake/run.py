"""A whole load: its pieces on every core, from where an earlier run was interrupted."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from django.db import transaction

from fhirapi.intake.models import Load
from fhirapi.intake.piece import Result, Waited, store_piece, store_waited
from fhirapi.intake.reading import Options
from fhirapi.intake.rejects import Reject
from fhirapi.intake.sources import Piece, phases
from fhirapi.sql import fetch, fetch_one
from fhirapi.store import index_state
from fhirapi.store.processes import each

_SHARE = 500  # resources that waited, in one transaction
_TOTALS = """
SELECT coalesce(sum(stored), 0), coalesce(sum(replaced), 0), coalesce(sum(skipped), 0),
       coalesce(sum(jsonb_array_length(rejects)), 0)
FROM fhirapi_loadpiece WHERE load_id = %s
"""
_REJECTS = """
SELECT reject->>'file', reject->>'at', reject->>'resource', reject->>'reason'
FROM fhirapi_loadpiece piece, jsonb_array_elements(piece.rejects) reject
WHERE piece.load_id = %s ORDER BY piece.number, piece.id
"""
_WAITING = "SELECT id FROM fhirapi_loaddeferred WHERE load_id = %s ORDER BY id"

Progress = Callable[[Result], None]
"""Told after every piece what it brought."""


class AlreadyRunning(Exception):
    """Another process is at the same load."""


@dataclass(frozen=True)
class Totals:
    """Of all runs of this load together."""

    stored: int
    replaced: int
    skipped: int
    rejected: int


@dataclass(frozen=True)
class Begun:
    id: int
    files: list[Path]
    options: Options
    is_resumed: bool


@contextmanager
def begin(files: list[Path], options: Options, *, restart: bool = False) -> Iterator[Begun]:
    """The load of these files, new or interrupted. Raises AlreadyRunning."""
    names = "\n".join(map(str, files))
    options = replace(options, namespace=uuid5(NAMESPACE_URL, names))
    key = _key(files, options)
    lock = int.from_bytes(bytes.fromhex(key)[:8], "big", signed=True)
    if fetch_one("SELECT pg_try_advisory_lock(%s)", [lock]) != (True,):
        raise AlreadyRunning
    try:
        if restart:
            Load.objects.filter(key=key).delete()
        load, is_new = Load.objects.get_or_create(key=key)
        index_state.mark_empty()
        yield Begun(load.pk, files, options, not is_new)
    finally:
        fetch("SELECT pg_advisory_unlock(%s)", [lock])


def run(
    load: Begun, *, processes: int | None = None, on_progress: Progress = lambda result: None
) -> Totals:
    store = partial(store_piece, load.id, load.options)
    for result in each(store, *_undone(load, on_progress), processes=processes):
        on_progress(result)
    _store_waiting(load, processes, on_progress)
    return totals(load)


def totals(load: Begun) -> Totals:
    return Totals(*fetch(_TOTALS, [load.id])[0])


def rejects(load: Begun) -> Iterator[Reject]:
    return map(Reject._make, fetch(_REJECTS, [load.id]))


def finish(load: Begun) -> None:
    """Forgets how far it has come: it has ended, and its rejects are reported."""
    with transaction.atomic():
        Load.objects.filter(pk=load.id).delete()


def _key(files: Iterable[Path], options: Options) -> str:
    digest = sha256(repr(options).encode())
    for path in files:
        stat = path.stat()
        digest.update(f"\n{path} {stat.st_size} {stat.st_mtime_ns}".encode())
    return digest.hexdigest()


def _undone(load: Begun, on_progress: Progress) -> Iterator[Iterator[Piece]]:
    sql = "SELECT number FROM fhirapi_loadpiece WHERE load_id = %s AND number IS NOT NULL"
    done = {number for (number,) in fetch(sql, [load.id])}

    def undone(pieces: Iterable[Piece]) -> Iterator[Piece]:
        for piece in pieces:
            if piece.number in done:
                on_progress(Result(0, 0, 0, piece.size))
            else:
                yield piece

    for pieces in phases(load.files):
        yield undone(pieces)


def _store_waiting(load: Begun, processes: int | None, on_progress: Progress) -> None:
    """In rounds, for those that wait for others that wait, until a round brings nothing."""
    is_last = False
    while waiting := [row_id for (row_id,) in fetch(_WAITING, [load.id])]:
        shares = [
            Waited(waiting[first : first + _SHARE], is_last)
            for first in range(0, len(waiting), _SHARE)
        ]
        store = partial(store_waited, load.id, load.options)
        stored = 0
        for result in each(
            store, shares, processes=min(processes or os.cpu_count() or 1, len(shares))
        ):
            stored += result.resources
            on_progress(result)
        is_last = stored == 0
