"""A request's changes in one transaction: all of them, or none.

Where two requests write the same at the same time, the one that comes second begins again and sees
what the first has made; after some tries it is told so (409).

What a caller creates by several requests of one moment is one transaction, as if it had come in one
(docs/decisions/0022): who is admitted, what is locked, looked at again and committed is so once for
all of them. If that is refused, each of them is on its own.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple, TypeVar

import psycopg
from django.db import IntegrityError, OperationalError, transaction

from fhirapi.outcomes import Outcome
from fhirapi.store.caller import Caller
from fhirapi.together import Take, TogetherBy
from fhirapi.write_outcomes import written_at_the_same_time
from fhirapi.writing.change import Change, Create, Writer, Written
from fhirapi.writing.conditions import Meanwhile
from fhirapi.writing.refusals import record_refusal
from fhirapi.writing.transaction import admitted, store

_TRIES = 4
_MET = (
    psycopg.errors.UniqueViolation,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.SerializationFailure,
)
"""What PostgreSQL says to the second of two."""

Answer = TypeVar("Answer")


class _Plain(NamedTuple):
    """A create without a condition: nothing that is there has a say in what it makes."""

    writer: Writer
    create: Create


def _create(caller: Caller, take: Take[_Plain]) -> list[Written]:
    def run() -> list[Written]:
        account_id = admitted(caller)
        plain = take()  # those too that have come meanwhile
        return store(plain[0].writer, account_id, [each.create for each in plain])

    return _tried(run)


_creates: TogetherBy[Caller, _Plain, Written] = TogetherBy(
    _create,
    (
        Outcome,
        psycopg.DataError,
        psycopg.errors.QueryCanceled,  # one of them had to wait too long for others
    ),
)


def perform(writer: Writer, changes: Sequence[Change]) -> list[Written]:
    """What became of each change. Raises TokenRefused, or an Outcome that the trail tells of."""
    with _refusal_recorded(writer, changes):
        match changes:
            case [Create(if_none_exist=None) as create]:
                return [_creates(writer.caller, _Plain(writer, create))]
        return _tried(lambda: _admitted_and_stored(writer, changes))


def perform_and(
    writer: Writer, changes: Sequence[Change], then: Callable[[list[Written]], Answer]
) -> Answer:
    """``then`` reads what was written before it is committed; what it raises undoes it."""
    with _refusal_recorded(writer, changes):
        return _tried(lambda: then(_admitted_and_stored(writer, changes)))


def _admitted_and_stored(writer: Writer, changes: Sequence[Change]) -> list[Written]:
    return store(writer, admitted(writer.caller), changes)


@contextmanager
def _refusal_recorded(writer: Writer, changes: Sequence[Change]) -> Iterator[None]:
    try:
        yield
    except Outcome as outcome:
        _record_refusal(writer, changes, outcome)
        raise


def _tried(run: Callable[[], Answer]) -> Answer:
    for _ in range(_TRIES):
        try:
            with transaction.atomic():
                return run()
        except (*_MET, Meanwhile):
            continue
        except (IntegrityError, OperationalError) as error:
            if not isinstance(error.__cause__, _MET):
                raise
    raise written_at_the_same_time()


def _record_refusal(writer: Writer, changes: Sequence[Change], outcome: Outcome) -> None:
    refused: Change | None = outcome.change or next(iter(changes), None)
    record_refusal(
        writer,
        refused.interaction if refused else "update",
        outcome.status,
        refused.resource_type.name if refused else None,
        getattr(refused, "resource_id", None),
    )
