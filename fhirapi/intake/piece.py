"""One piece of a load in one transaction: resources, what has to wait, and that it is done."""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import orjson
import psycopg
from django.db import OperationalError, connection, transaction

from fhirapi.intake.creating import create_where_none
from fhirapi.intake.models import LoadDeferred
from fhirapi.intake.reading import Arrival, Options, read
from fhirapi.intake.references import rewrite
from fhirapi.intake.sources import Piece
from fhirapi.intake.storing import Settled, settle
from fhirapi.sql import fetch
from fhirapi.store import exact

_TRIES = 5
_BEGIN = """
INSERT INTO fhirapi_loadpiece (load_id, number, stored, replaced, skipped, rejects)
VALUES (%s, %s, 0, 0, 0, '[]') ON CONFLICT DO NOTHING RETURNING id
"""
_END = """
UPDATE fhirapi_loadpiece SET stored = %s, replaced = %s, skipped = %s, rejects = %s::jsonb
WHERE id = %s
"""
_TAKE = """
DELETE FROM fhirapi_loaddeferred WHERE id = ANY(%s) RETURNING id, source, place, content
"""


class Result(NamedTuple):
    resources: int
    """Stored or replaced."""
    rejected: int
    waiting: int
    size: int


class Waited(NamedTuple):
    """Some of those that had to wait."""

    ids: list[int]
    is_last: bool
    """What still cannot be stored is rejected."""


Done = TypeVar("Done")


def store_piece(load_id: int, options: Options, piece: Piece) -> Result:
    found = read(piece, options)

    def store() -> Result:
        piece_id = _begin(load_id, piece.number)
        if piece_id is None:  # by a process that an interrupted run left behind
            return Result(0, 0, 0, piece.size)
        settled = Settled(skipped=found.skipped, rejects=list(found.rejects))
        settled += settle(create_where_none(found.arrivals, settled), options)
        _defer(load_id, settled)
        return _end(piece_id, settled, piece.size)

    return _in_transaction(store)


def store_waited(load_id: int, options: Options, waited: Waited) -> Result:
    def store() -> Result:
        piece_id = _begin(load_id, None)
        assert piece_id is not None, "only a number can be there already"  # noqa: S101
        settled = Settled()
        arrivals = create_where_none(_taken(waited.ids), settled, is_late=True)
        settled += settle(arrivals, options)
        if waited.is_last:
            settled.rejects += [arrival.rejected(why) for arrival, why in settled.waiting]
            settled.waiting = []
        _defer(load_id, settled)
        return _end(piece_id, settled, 0)

    return _in_transaction(store)


def _in_transaction(store: Callable[[], Done]) -> Done:
    """Again if another piece held what this one needed, and the other way round."""
    for _ in range(_TRIES - 1):
        try:
            return _once(store)
        except psycopg.errors.DeadlockDetected:
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


def _begin(load_id: int, number: int | None) -> int | None:
    begun = fetch(_BEGIN, [load_id, number])
    return int(begun[0][0]) if begun else None


def _end(piece_id: int, settled: Settled, size: int) -> Result:
    rejects = orjson.dumps([each._asdict() for each in settled.rejects]).decode()
    with connection.cursor() as cursor:
        counts = [settled.stored, settled.replaced, settled.skipped]
        cursor.execute(_END, [*counts, rejects, piece_id])
    resources = settled.stored + settled.replaced
    return Result(resources, len(settled.rejects), len(settled.waiting), size)


def _defer(load_id: int, settled: Settled) -> None:
    LoadDeferred.objects.bulk_create(
        LoadDeferred(
            load_id=load_id,
            source=arrival.source,
            place=arrival.place,
            content=exact.write(_waiting(arrival)),
        )
        for arrival, _ in settled.waiting
    )


def _waiting(arrival: Arrival) -> dict[str, Any]:
    """As an entry of a Bundle would say it."""
    return {"resource": arrival.resource, "ifNoneExist": arrival.if_none_exist}


def _taken(ids: list[int]) -> list[Arrival]:
    arrivals = []
    for _, source, place, content in sorted(fetch(_TAKE, [ids])):
        waiting = exact.parse(content)
        arrival = Arrival(source, place, waiting["resource"])
        arrival.if_none_exist = waiting["ifNoneExist"]
        # Its Bundle's references are rewritten already; conditional ones are asked for again.
        arrival.conditionals = rewrite(arrival.resource, {}, None)
        arrivals.append(arrival)
    return arrivals
