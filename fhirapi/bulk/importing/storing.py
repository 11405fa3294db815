"""Stores a part, and what had to wait, each in one transaction with what is told of it.

The part's row is locked first and says at the end that it is done: so it counts once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import psycopg
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from fhirapi.audit.trail import Entry, trail
from fhirapi.bulk.importing import jobs, names, permitted, references
from fhirapi.bulk.importing.models import (
    ImportDebt,
    ImportInput,
    ImportJob,
    ImportPart,
    ImportReject,
    ImportWaiting,
)
from fhirapi.bulk.importing.order import unfinished
from fhirapi.bulk.importing.rejects import outcome_of
from fhirapi.bulk.importing.watch import Watch
from fhirapi.bulk.storing import storage
from fhirapi.bulk.watch import Ended
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


class _Meanwhile(Exception):
    """What was referred to has just been deleted."""


class AccessEnded(Exception):
    """The approval on which the import stands has ended, or may not write any more."""


@dataclass
class Brought:
    """What became of a part's resources."""

    settled: Settled
    debts: list[tuple[Arrival, set[str]]]
    """What was stored although it refers to these, which have yet to come."""


def store_next(job: ImportJob) -> bool:
    """The next part of the phase that is on; False if others have all of them. Raises Ended,
    AccessEnded.
    """
    return _in_transaction(lambda: _store_next(job))


def store_waited(wanted: ImportInput, ids: Sequence[int], *, is_last: bool) -> int:
    """How many of these wait no longer. Raises Ended, AccessEnded.

    ``is_last``: what still has to wait is rejected.
    """
    with Watch(wanted.job_id):
        return _in_transaction(lambda: _store_waited(wanted, ids, is_last=is_last))


def _store_next(job: ImportJob) -> bool:
    """Whose transaction has the part's row locked has the part: who dies gives it back."""
    free = unfinished(job).select_for_update(of=("self",), skip_locked=True)
    part = free.select_related("input").first()
    if part is None:
        return False
    part.input.job = job
    found = _read(part)
    brought = _bring(part.input, found.arrivals)
    brought.settled.rejects = [*found.rejects, *brought.settled.rejects]
    _end(part, brought)
    return True


def _store_waited(wanted: ImportInput, ids: Sequence[int], *, is_last: bool) -> int:
    rows = list(ImportWaiting.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
    arrivals = [_arrival(each.line, exact.parse(each.content)) for each in rows]
    brought = _bring(wanted, arrivals)
    settled = brought.settled
    if is_last:
        settled.rejects += [arrival.rejected(why) for arrival, why in settled.waiting]
        settled.waiting = []
    ImportWaiting.objects.filter(pk__in=ids).delete()
    part = ImportPart(input=wanted)
    part.save()
    _end(part, brought)
    return len(rows) - len(settled.waiting)


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


def _bring(wanted: ImportInput, arrivals: Sequence[Arrival]) -> Brought:
    """Stores those whose references lead somewhere, and whose records are the app's to write."""
    job = wanted.job
    if not permitted.may_write(job):
        raise AccessEnded
    declared = registry.find(wanted.resource_type)
    assert declared is not None, "only declared types are asked for"  # noqa: S101
    options = Options(ids="given", existing="replace", resource_type=declared.name)
    asked = _targets(arrivals)
    together = {each.name for each, _ in asked}
    elsewhere = set().union(*(targets for _, targets in asked)) - together
    there = permitted.open_targets(job, elsewhere)
    coming = names.coming(job.pk, elsewhere - there)
    # One that was stored between the two questions is neither: it is asked for again.
    there |= permitted.open_targets(job, elsewhere - there - coming)
    missing = elsewhere - there - coming
    ready = [arrival for arrival, targets in asked if targets.isdisjoint(missing)]
    settled = settle(ready, options, permitted.Gate(job, declared))
    settled.rejects += [
        _dangling(arrival, targets & missing)
        for arrival, targets in asked
        if not targets.isdisjoint(missing)
    ]
    lost = {each.resource for each in settled.rejects}
    lost |= {arrival.name for arrival, _ in settled.waiting}
    stored = [each for each in asked if each[0].name not in lost]
    _require_still(job, there, stored)
    owed = coming | lost
    return Brought(settled, [(a, targets & owed) for a, targets in stored if targets & owed])


def _targets(arrivals: Sequence[Arrival]) -> list[tuple[Arrival, set[str]]]:
    """With what each refers to, but for itself; nothing where that may lead nowhere."""
    if not settings.REFERENTIAL_INTEGRITY:
        return [(each, set()) for each in arrivals]
    return [(each, references.targets(each.resource) - {each.name}) for each in arrivals]


def _require_still(
    job: ImportJob, there: set[str], stored: Sequence[tuple[Arrival, set[str]]]
) -> None:
    """From here to the end of the transaction nobody deletes what is referred to."""
    used = {name for _, targets in stored for name in targets if name in there}
    locks.hold((kind, id_) for kind, _, id_ in (name.partition("/") for name in used))
    if used - permitted.open_targets(job, used):
        raise _Meanwhile


def _dangling(arrival: Arrival, missing: set[str]) -> Reject:
    paths = (references.path_of(arrival.resource, name) for name in sorted(missing))
    return arrival.rejected(_DANGLING, *(Problem("not-found", _DANGLING, each) for each in paths))


def _end(part: ImportPart, brought: Brought) -> None:
    """That the part is done, and what it brought. Raises Ended."""
    job, settled = part.input.job, brought.settled
    _keep(part.input, brought)
    ImportReject.objects.bulk_create(
        ImportReject(input=part.input, line=_line(each.at), outcome=outcome_of(each))
        for each in settled.rejects
    )
    trail.write_within(_entries(part, settled))
    part.stored, part.replaced = settled.stored, settled.replaced
    part.unchanged, part.rejected = settled.skipped, len(settled.rejects)
    part.finished_at = timezone.now()
    part.save()
    if not jobs.is_held(job, ImportJob.State.RUNNING):
        raise Ended


def _keep(wanted: ImportInput, brought: Brought) -> None:
    """What has to be looked at again at the end."""
    ImportWaiting.objects.bulk_create(
        ImportWaiting(
            input=wanted, line=_line(arrival.place), content=exact.write(arrival.resource)
        )
        for arrival, _ in brought.settled.waiting
    )
    ImportDebt.objects.bulk_create(
        ImportDebt(
            input=wanted,
            line=_line(arrival.place),
            name=arrival.name,
            path=references.path_of(arrival.resource, target),
            target=target,
        )
        for arrival, targets in brought.debts
        for target in targets
    )


def _entries(part: ImportPart, settled: Settled) -> list[Entry]:
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
