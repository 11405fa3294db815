"""Seals what is new in the trail: which records there are, and that nothing is between them.

``manage.py work`` does it every second, a verification before it begins. No request does, and no
lock is held while records are written: a seal takes whatever is committed and not sealed yet. A
record whose transaction took long comes into a later seal than its neighbours; its id is waited
for as long as such a transaction may still be running (docs/decisions/0032).
"""

import logging
from typing import NamedTuple

from django.db import transaction

from fhirapi.audit import reading, seals, tip
from fhirapi.audit.keys import ring
from fhirapi.audit.seals import Kind, Seal, multirange
from fhirapi.sql import fetch_one

MOST = 50_000
"""Records of one seal."""
_LOCK = 0x5EA1
_TRY = "SELECT pg_try_advisory_xact_lock(%s)"
_WAIT = "SELECT pg_advisory_xact_lock(%s)"
# Below what the newest seal reached that no running transaction can be older than: nothing comes.
# A transaction takes an id, and then its number: a minute is left for what is between the two. A
# seal from the future of this server was made on another one, whose transactions are all over.
_GAPS = """
WITH settled AS (
    SELECT number, reached FROM fhirapi_auditseal, pg_current_snapshot() snapshot
    WHERE sealed_at < now() - interval '1 minute'
      AND (horizon <= pg_snapshot_xmin(snapshot)::text::bigint
           OR horizon > pg_snapshot_xmax(snapshot)::text::bigint)
    ORDER BY number DESC LIMIT 1
)
SELECT (int8multirange(int8range(coalesce((SELECT reached FROM settled), 0), %(reached)s, '(]'))
        - coalesce((SELECT range_agg(run)
                    FROM fhirapi_auditseal seal, unnest(seal.ids::int8multirange) run
                    WHERE seal.number > coalesce((SELECT number FROM settled), 0)),
                   '{}'))::text
"""
# LIMIT in the gaps: so that the planner takes the index for each of them.
_FRESH = """
SELECT count(*), count(*) FILTER (WHERE mac IS NULL), range_agg(int8range(id, id, '[]'))::text,
       max(id), sha256(string_agg(mac, ''::bytea ORDER BY id)),
       string_agg(substring(mac FROM 5 FOR 4), ''::bytea ORDER BY id),
       pg_snapshot_xmax(pg_current_snapshot())::text::bigint
FROM (
    SELECT late.id, late.mac FROM unnest(%(gaps)s::int8multirange) gap CROSS JOIN LATERAL (
        SELECT id, mac FROM fhirapi_auditrecord
        WHERE id >= lower(gap) AND id < upper(gap) AND (mac IS NOT NULL OR %(finds)s)
        ORDER BY id LIMIT %(most)s) late
    UNION ALL
    (SELECT id, mac FROM fhirapi_auditrecord
     WHERE id > %(reached)s AND (mac IS NOT NULL OR %(finds)s) ORDER BY id LIMIT %(most)s)
) fresh
"""
# Servers of the version before may go on for a while after the tables were changed.
_FINDS = """
SELECT coalesce(now() < min(sealed_at) + interval '1 day', true) FROM fhirapi_auditseal
"""
_NOW = "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"
log = logging.getLogger(__name__)


class _Fresh(NamedTuple):
    amount: int
    without_mac: int
    ids: str
    highest: int
    digest: bytes
    marks: bytes
    horizon: int


def seal_new(*, waits: bool = False) -> Seal | None:
    """One seal over what is new, at most MOST records; None: nothing is, or another is at it.

    Raises TrailLost where the chain has lost the end that this machine knows: then nobody goes on
    as if nothing had been.
    """
    with transaction.atomic():
        if not _is_mine(waits=waits):
            return None
        tip.require(tip.remembered())
        made = _made(seals.last())
        if made:
            seals.keep(made)
    if made:
        tip.remember(made)
    return made


def seal_all() -> int:
    """Everything that is new, as records. Waits for whoever is at it. Raises TrailLost."""
    sealed = 0
    while made := seal_new(waits=True):
        sealed += made.amount
    return sealed


def seal_late(found: dict[int, bytes], after: int) -> None:
    """Over good records that came too late for any seal; ``found``: their macs by id.

    ``after``: the number of the last seal that was looked at; newer ones may have them.
    """
    seal_all()
    with transaction.atomic():
        _is_mine(waits=True)
        last = seals.last()
        left = dict(found)
        for seal in seals.between(after, last.number if last else 0):
            for each in list(left):
                if any(each in run for run in seal.runs()):
                    del left[each]
        ids = sorted(left)
        made = left and chain(Kind.LATE, ids=multirange(ids), macs=[left[each] for each in ids])
    if made:
        tip.remember(made)


def chain(kind: Kind, *, ids: str, macs: list[bytes], about: str = "") -> Seal:
    """A seal over just these, at the end of the chain; within a transaction."""
    _is_mine(waits=True)
    tip.require(tip.remembered())
    last = seals.last()
    made = Seal(
        number=last.number + 1 if last else 1,
        kind=kind.value,
        sealed_at=_now(),
        horizon=last.horizon if last else 0,
        reached=last.reached if last else 0,
        amount=len(macs),
        ids=ids,
        digest=seals.digest(macs),
        marks=b"".join(map(seals.mark, macs)),
        about=about,
        mac=b"",
    ).chained(last.mac if last else b"", ring())
    seals.keep(made)
    return made


def _made(last: Seal | None) -> Seal | None:
    reached = last.reached if last else 0
    finds = fetch_one(_FINDS)
    row = fetch_one(_FRESH, {
        "gaps": _gaps(reached), "reached": reached, "most": MOST, "finds": bool(finds and finds[0]),
    })  # fmt: skip
    if row is None or not row[0]:
        return None
    fresh = _Fresh(*row)
    kind, digest, marks = Kind.RECORDS, fresh.digest, fresh.marks
    if fresh.without_mac:
        macs = [mac for _, mac, _ in reading.of(fresh.ids)]
        kind, digest = Kind.FOUND, seals.digest(macs)
        marks = b"".join(map(seals.mark, macs))
    return Seal(
        number=last.number + 1 if last else 1,
        kind=kind.value,
        sealed_at=_now(),
        horizon=fresh.horizon,
        reached=max(reached, fresh.highest),
        amount=fresh.amount,
        ids=fresh.ids,
        digest=digest,
        marks=marks,
        about="",
        mac=b"",
    ).chained(last.mac if last else b"", ring())


def _gaps(reached: int) -> str:
    row = fetch_one(_GAPS, {"reached": reached})
    return str(row[0]) if row else "{}"


def _now() -> str:
    row = fetch_one(_NOW)
    return str(row[0]) if row else ""


def _is_mine(*, waits: bool) -> bool:
    row = fetch_one(_WAIT if waits else _TRY, [_LOCK])
    return row is not None and (waits or bool(row[0]))
