"""A request's changes in one transaction: all of them, or none.

Where two requests write the same at the same time, the one that comes second begins again and sees
what the first has made; after some tries it is told so (409).
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

import psycopg
from django.db import IntegrityError, OperationalError, transaction

from fhirapi.outcomes import Outcome
from fhirapi.write_outcomes import written_at_the_same_time
from fhirapi.writing.change import Change, Writer, Written
from fhirapi.writing.conditions import Meanwhile
from fhirapi.writing.refusals import record_refusal
from fhirapi.writing.transaction import store

_TRIES = 4
_MET = (
    psycopg.errors.UniqueViolation,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.SerializationFailure,
)
"""What PostgreSQL says to the second of two."""

Answer = TypeVar("Answer")


def perform(writer: Writer, changes: Sequence[Change]) -> list[Written]:
    """What became of each change. Raises TokenRefused, or an Outcome that the trail tells of."""
    return perform_and(writer, changes, lambda written: written)


def perform_and(
    writer: Writer, changes: Sequence[Change], then: Callable[[list[Written]], Answer]
) -> Answer:
    """``then`` reads what was written before it is committed; what it raises undoes it."""
    try:
        return _tried(lambda: then(store(writer, changes)))
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
