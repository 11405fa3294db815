"""Stores a part, and what had to wait, each in one transaction with what is told of it.

Done twice, by a worker thought dead, it counts once: the part's row is locked first and says at
the end that it is done.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import psycopg
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from fhirapi.audit.trail import Entry, trail
from fhirapi.bulk.importing import jobs, permitted, references
from fhirapi.bulk.importing.models import (
    ImportInput,
    ImportJob,
    ImportPart,
    ImportReject,
    ImportWaiting,
)
from fhirapi.bulk.importing.rejects import outcome_of
from fhirapi.bulk.importing.watch import Ended, Watch
from fhirapi.bulk.segments import storage
from fhirapi.definitions import registry
from fhirapi.intake.reading import Arrival, Options, Read, read
from fhirapi.intake.rejects import Reject
from fhirapi.intake.sources import Piece
from fhirapi.intake.storing import Settled, settle
from fhirapi.outcomes import Problem
from fhirapi.sql import array
from fhirapi.store import exact, locks

_TRIES = 5
_DANGLING = "It refers to nothing that is stored or in this import, or that the token may refer to."
_BY_SEARCH = "A reference by search is not resolved in an import; refer to Type/id."

Done = TypeVar("Done")
Targeting = tuple[Arrival, set[str]]
"""With what it refers to on this server, ``Type/id``."""
Waiting = tuple[Arrival, dict[str, str]]
"""With what it needs, ``Type/id``; or, under no name, why it cannot be stored without more."""


class _Meanwhile(Exception):
    """What was referred to has just been deleted."""


class AccessEnded(Exception):
    """The approval on which the import stands has ended, or may not write any more."""


@dataclass
class Brought:
    """What became of a part's resources."""

    settled: Settled
    waiting: list[Waiting] = field(default_factory=list)


def store_part(part: ImportPart) -> bool:
    """False if there was nothing to do any more. Raises Ended, AccessEnded."""
    job = part.input.job
    if part.finished_at or job.state != ImportJob.State.RUNNING:
        return False
    with Watch(job.pk, (ImportJob.State.RUNNING,)) as watch:
        found = _read(part)
        watch.require_wanted()
        return _in_transaction(lambda: _store_part(part, found))


def store_waited(
    wanted: ImportInput, ids: Sequence[int], coming: frozenset[str], *, is_last: bool
) -> int:
    """How many of these wait no longer. Raises Ended, AccessEnded.

    ``coming``: what is stored soon, though it is not yet. ``is_last``: what still has to wait is
    rejected.
    """
    with Watch(wanted.job_id, (ImportJob.State.RUNNING,)):
        return _in_transaction(lambda: _store_waited(wanted, ids, coming, is_last=is_last))


def _store_part(part: ImportPart, found: Read) -> bool:
    locked = ImportPart.objects.select_for_update().filter(pk=part.pk, finished_at=None)
    if not locked.exists():
        return False
    brought = _bring(part.input, found.arrivals, frozenset())
    brought.settled.rejects = [*found.rejects, *brought.settled.rejects]
    _wait(part.input, brought)
    _end(part, brought.settled, found.arrivals)
    return True


def _store_waited(
    wanted: ImportInput, ids: Sequence[int], coming: frozenset[str], *, is_last: bool
) -> int:
    rows = list(ImportWaiting.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
    arrivals = [_arrival(each.line, exact.parse(each.content)) for each in rows]
    brought = _bring(wanted, arrivals, coming)
    if is_last:
        brought.settled.rejects += [_left(*each) for each in brought.waiting]
        brought.waiting = []
    ImportWaiting.objects.filter(pk__in=ids).delete()
    _wait(wanted, brought)
    part = ImportPart(input=wanted)
    part.save()
    _end(part, brought.settled, arrivals)
    return len(rows) - len(brought.waiting)


def _read(part: ImportPart) -> Read:
    with storage().open(part.name, "rb") as file:
        payload = file.read()
    kind = part.input.resource_type
    options = Options(ids="given", existing="replace", is_validated=True, resource_type=kind)
    piece = Piece(part.number or 0, "", part.first_line, payload, len(payload))
    found = read(piece, options)
    found.rejects += [
        each.rejected(_BY_SEARCH, Problem("not-supported", _BY_SEARCH, kind))
        for each in found.arrivals
        if each.conditionals
    ]
    found.arrivals = [each for each in found.arrivals if not each.conditionals]
    for each in found.arrivals:
        _say_source(each.resource, part.input.job.source)
    return found


def _say_source(resource: dict[str, Any], source: str) -> None:
    """As the proposal has it: where the data comes from, unless the resource says so itself."""
    meta = resource.get("meta", {})
    if "source" not in meta:
        resource["meta"] = {**meta, "source": source}


def _bring(wanted: ImportInput, arrivals: Sequence[Arrival], coming: frozenset[str]) -> Brought:
    """Stores those whose references lead somewhere, and whose records are the app's to write."""
    job = wanted.job
    if not permitted.may_write(job):
        raise AccessEnded
    declared = registry.find(wanted.resource_type)
    assert declared is not None, "only declared types are asked for"  # noqa: S101
    options = Options(ids="given", existing="replace", resource_type=declared.name)
    gate = permitted.Gate(job, declared)
    ready = _targets(arrivals)
    gone = _missing(job, ready, coming | {each.name for each, _ in ready})
    waiting: list[Waiting] = []
    while True:
        ready, later = _parted(ready, gone)
        waiting += later
        if later:  # and then whatever refers to these
            gone = gone | {arrival.name for arrival, _ in later}
            continue
        with transaction.atomic():
            settled = settle([each for each, _ in ready], options, gate)
            gone = gone | _lost(settled)
            if not any(names & gone for _, names in ready):
                break
            transaction.set_rollback(True)
    _require_targets(job, ready, coming)
    waiting += [(arrival, {"": why}) for arrival, why in settled.waiting]
    settled.waiting = []
    return Brought(settled, waiting)


def _targets(arrivals: Sequence[Arrival]) -> list[Targeting]:
    """With what each refers to, but for itself; nothing where that may lead nowhere."""
    if not settings.REFERENTIAL_INTEGRITY:
        return [(each, set()) for each in arrivals]
    return [(each, references.targets(each.resource) - {each.name}) for each in arrivals]


def _parted(asked: list[Targeting], gone: Collection[str]) -> tuple[list[Targeting], list[Waiting]]:
    """Those that refer to nothing that is gone, and those that have to wait for it."""
    ready = [each for each in asked if each[1].isdisjoint(gone)]
    later = [
        (arrival, dict.fromkeys(names.intersection(gone), ""))
        for arrival, names in asked
        if not names.isdisjoint(gone)
    ]
    return ready, later


def _missing(job: ImportJob, asked: list[Targeting], known: Collection[str]) -> set[str]:
    elsewhere = set().union(*(names for _, names in asked)).difference(known)
    return elsewhere - permitted.open_targets(job, elsewhere)


def _lost(settled: Settled) -> set[str]:
    """What did not come although it was among those that were ready."""
    rejected = {each.resource for each in settled.rejects}
    return rejected | {arrival.name for arrival, _ in settled.waiting}


def _require_targets(job: ImportJob, ready: list[Targeting], coming: frozenset[str]) -> None:
    """From here to the end of the transaction nobody deletes what is referred to."""
    names = {name for _, targets in ready for name in targets}
    locks.hold((kind, id_) for kind, _, id_ in (name.partition("/") for name in names))
    if _missing(job, ready, coming | {each.name for each, _ in ready}):
        raise _Meanwhile


def _left(arrival: Arrival, needs: dict[str, str]) -> Reject:
    """Of what still has to wait at the end."""
    if why := needs.get(""):
        return arrival.rejected(why)
    kind = arrival.resource["resourceType"]
    paths = [references.path_of(arrival.resource, name) for name in sorted(needs)] or [kind]
    return arrival.rejected(_DANGLING, *(Problem("not-found", _DANGLING, each) for each in paths))


def _wait(wanted: ImportInput, brought: Brought) -> None:
    ImportWaiting.objects.bulk_create(
        ImportWaiting(
            input=wanted,
            line=_line(arrival.place),
            name=arrival.name,
            content=exact.write(arrival.resource),
            needs=needs,
        )
        for arrival, needs in brought.waiting
    )


def _end(part: ImportPart, settled: Settled, arrivals: Sequence[Arrival]) -> None:
    """That the part is done, and what it brought. Raises Ended."""
    job = part.input.job
    ImportReject.objects.bulk_create(
        ImportReject(input=part.input, line=_line(each.at), outcome=outcome_of(each))
        for each in settled.rejects
    )
    trail.write_within(_entries(part, settled, arrivals))
    part.stored, part.replaced = settled.stored, settled.replaced
    part.unchanged, part.rejected = settled.skipped, len(settled.rejects)
    part.finished_at = timezone.now()
    part.save()
    if not jobs.is_held(job, ImportJob.State.RUNNING):
        raise Ended


def _entries(part: ImportPart, settled: Settled, arrivals: Sequence[Arrival]) -> list[Entry]:
    """Whose records were written; and that something was refused, if it was."""
    job = part.input.job
    told = Entry(
        "bulk-import",
        "success",
        account_id=job.data_access_grant.account_id,
        client_id=job.client_id,
        resource_type=part.input.resource_type,
        detail=str(job.pk),
        address=job.address,
    )
    entries = []
    if settled.patients:
        entries.append(told._replace(patient_ids=array(sorted(settled.patients))))
    elif settled.stored or settled.replaced:
        entries.append(told)
    forbidden = [
        each for each in settled.rejects if any(p.code == "forbidden" for p in each.problems)
    ]
    if forbidden:
        detail = f"{job.pk}: {len(forbidden)} not the token's to write"
        entries.append(told._replace(outcome="denied", detail=detail))
    return entries


def _line(place: str) -> int:
    """From intake's ``line 5``."""
    return int(place.removeprefix("line "))


def _arrival(line: int, resource: dict[str, Any]) -> Arrival:
    return Arrival("", f"line {line}", resource)


def _in_transaction(store: Callable[[], Done]) -> Done:
    """Again if somebody else held what this one needed, or took it away."""
    for _ in range(_TRIES - 1):
        try:
            return _once(store)
        except (_Meanwhile, psycopg.errors.DeadlockDetected):
            continue
        except OperationalError as error:
            if not isinstance(error.__cause__, psycopg.errors.DeadlockDetected):
                raise
    return _once(store)


def _once(store: Callable[[], Done]) -> Done:
    with transaction.atomic():
        with connection.cursor() as cursor:
            # Everything is looked up by key, but a table that fills has no statistics to say so.
            cursor.execute("SET LOCAL enable_seqscan = off")
        return store()
