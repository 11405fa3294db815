"""Verifies the trail: each record by its mac, which records there are by the seals, and the seals
by their chain.

Seals are taken some at a time, with all records of their stretch of ids; so the memory that it
takes does not depend on how long the trail is.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain

from fhirapi.audit import archived, reading, seals
from fhirapi.audit.findings import KEPT, Findings, Kind
from fhirapi.audit.keys import NAME, NONE, ring
from fhirapi.audit.reading import Line
from fhirapi.audit.seals import MARK, Seal
from fhirapi.sql import fetch_one

_BATCH = 50_000
"""Records that are looked at together; a seal more at most."""
_PENDING = 1_000_000
"""Records that no seal has claimed yet, of which so many are kept in mind."""
_LAST_ID = "SELECT coalesce(max(id), 0) FROM fhirapi_auditrecord"
_OLDER = timedelta(minutes=10)
"""A record cannot be so much older than the seal before its own: ids are given as times are."""
_SECOND = 19
"""Characters of a line, or of a seal's time, that tell the second."""
_FORGED = "no key of ours made its mac, and no seal holds it"
_BARE = "it has no mac, and no seal holds it"
_COPY = "it is a copy of another record"
_OLD = "it is a copy of an older record: its time is long before that of its neighbours"


@dataclass
class Result:
    since: int
    """The seal behind which it began."""
    until: int
    findings: Findings = field(default_factory=Findings)
    amount: int = 0
    """Of records."""
    seals: int = 0
    late: dict[int, bytes] = field(default_factory=dict)
    """Good records that no seal has, below what was sealed: of transactions that took very long.
    Their macs by id; not more than KEPT."""
    unsealed: int = 0
    """Good records that came since the last seal."""


class Verification:
    """Of what is sealed behind ``since`` and up to ``until``, and of what is not sealed yet."""

    def __init__(self, since: int, until: int) -> None:
        self.result = Result(since, until)
        self._findings = self.result.findings
        self._ring = ring()
        self._pending: dict[int, bytes] = {}
        """Macs of good records that no seal has claimed yet."""
        self._bad: set[int] = set()
        """Ids of records whose mac is wrong, and that no seal has claimed yet."""
        self._seen: set[bytes] = set()
        """Macs of the stretch before."""
        self._number: int | None = 0
        """Of the seal before; None: it is gone, so the next one is taken as it is."""
        self._previous = b""
        """Its mac."""
        self._reached, self._sealed_at = 0, ""
        self._oldest = b""

    def run(self) -> Result:
        self._begin()
        for batch in _batches(seals.between(self.result.since, self.result.until)):
            for seal in batch:
                self._chain(seal)
            self._oldest = _floor(self._sealed_at, batch)
            self._take(reading.between(self._reached, batch[-1].reached))
            self._reached, self._sealed_at = batch[-1].reached, batch[-1].sealed_at
            for seal in batch:
                self._check(seal)
            self._let_go(_PENDING)
        self._end()
        return self.result

    def _begin(self) -> None:
        """Where the chain begins: at its first seal, at an archive, or where we were told."""
        first = seals.first()
        before: Seal | None = None
        if self.result.since == 0 and first and first.number > 1:
            self.result.since = first.number - 1
            before = archived.stands_for(first.number - 1)
            if before is None:
                self._broken(f"seals 1 to {first.number - 1} are gone, and no archive has them")
                self._number = None
        elif self.result.since:
            before = seals.numbered(self.result.since)
        if before:
            self._previous, self._reached = before.mac, before.reached
            self._sealed_at = before.sealed_at
        if self._number is not None:
            self._number = self.result.since

    def _chain(self, seal: Seal) -> None:
        """Whether the seal itself is one of ours, and none is missing before it."""
        self.result.seals += 1
        if self._number is not None and seal.number != self._number + 1:
            self._broken(f"seals {self._number + 1} to {seal.number - 1} are gone", seal.number)
            self._number = None
        if self._number is not None:
            if not self._ring.knows(seal.mac):
                key = seal.mac[:NAME].hex()
                self._broken(f"seal {seal.number} is of key {key}, not in AUDIT_KEYS", seal.number)
            elif not self._ring.made(seal.mac, seal.message(self._previous)):
                why = f"seal {seal.number} was changed, or does not fit the one before it"
                self._broken(why, seal.number)
        self._number, self._previous = seal.number, seal.mac

    def _take(self, lines: Iterable[Line]) -> None:
        """Each record by itself."""
        made, pending, oldest = self._ring.made, self._pending, self._oldest
        before, seen = self._seen, set[bytes]()
        amount = 0
        for record_id, mac, line in lines:
            amount += 1
            pending[record_id] = mac
            if mac[:NAME] == NONE:
                continue
            if not made(mac, line):
                self._bad.add(record_id)
            elif mac in seen or mac in before:
                self._findings.add(Kind.ADDED, _COPY, record_id=record_id)
            elif line[:_SECOND] < oldest:
                self._findings.add(Kind.ADDED, _OLD, record_id=record_id)
            seen.add(mac)
        self._seen = seen
        self.result.amount += amount

    def _check(self, seal: Seal) -> None:
        pending, runs = self._pending, seal.runs()
        ids = chain.from_iterable(runs)
        macs = [pending.pop(each, b"") for each in ids]
        is_bad = any(each in run for each in self._bad for run in runs)
        if is_bad or seals.digest(macs) != seal.digest:
            self._tell_apart(seal, [each for run in runs for each in run], macs)

    def _tell_apart(self, seal: Seal, ids: list[int], macs: list[bytes]) -> None:
        found = dict(zip(ids, macs, strict=True))
        missing = [each for each, mac in found.items() if not mac]
        if missing:  # it may stand in a stretch that was not read
            self._take(reading.of(seals.multirange(missing)))
            found.update({each: self._pending.pop(each, b"") for each in missing})
        for place, (record_id, mac) in enumerate(found.items()):
            sealed = seal.marks[place * MARK : (place + 1) * MARK]
            if not mac:
                self._findings.gone(record_id, seal.number, sealed)
            elif record_id in self._bad:
                self._bad.discard(record_id)
                self._findings.add(Kind.CHANGED, self._why(mac), record_id=record_id,
                                   seal=seal.number)  # fmt: skip
            elif mac[:NAME] == NONE and seal.kind != seals.Kind.FOUND:
                self._findings.add(Kind.CHANGED, "its mac was taken away", record_id=record_id,
                                   seal=seal.number)  # fmt: skip
            elif seals.mark(mac) != sealed:
                self._misplaced(record_id, seal, sealed, mac)

    def _misplaced(self, record_id: int, seal: Seal, sealed: bytes, mac: bytes) -> None:
        if mac[:NAME] == NONE:
            self._findings.add(Kind.CHANGED, f"it is not what seal {seal.number} found",
                               record_id=record_id, seal=seal.number)  # fmt: skip
        else:
            self._findings.displaced(record_id, seal.number, sealed, seals.mark(mac))

    def _end(self) -> None:
        """What no seal has."""
        self._let_go(0)
        self._oldest = b""
        for after in range(self._reached, last_id := _last_id(), _BATCH):
            self._take(reading.between(after, min(after + _BATCH, last_id)))
            self._let_go(0)

    def _let_go(self, most: int) -> None:
        """Of what no seal has claimed, the oldest are not waited for any longer."""
        for record_id in list(self._pending)[: max(0, len(self._pending) - most)]:
            mac = self._pending.pop(record_id)
            if record_id in self._bad:
                self._bad.discard(record_id)
                why = _FORGED if self._ring.knows(mac) else self._why(mac)
                self._findings.add(Kind.ADDED, why, record_id=record_id)
            elif mac[:NAME] == NONE:
                self._findings.add(Kind.ADDED, _BARE, record_id=record_id)
            elif record_id > self._reached:
                self.result.unsealed += 1
            else:
                if len(self.result.late) < KEPT:
                    self.result.late[record_id] = mac
                self._findings.astray(record_id, seals.mark(mac))

    def _why(self, mac: bytes) -> str:
        if self._ring.knows(mac):
            return "it is not what its mac was made of"
        return f"its mac is of key {mac[:NAME].hex()}, which is not in AUDIT_KEYS"

    def _broken(self, why: str, seal: int | None = None) -> None:
        self._findings.add(Kind.SEAL_BROKEN, why, seal=seal)


def _batches(found: Iterator[Seal]) -> Iterator[list[Seal]]:
    batch: list[Seal] = []
    amount = 0
    for seal in found:
        batch.append(seal)
        amount += seal.amount
        if amount >= _BATCH:
            yield batch
            batch, amount = [], 0
    if batch:
        yield batch


def _floor(sealed_at: str, batch: list[Seal]) -> bytes:
    """The oldest that a record of the batch can be, as its line begins."""
    if not sealed_at:
        return b""
    earliest = min([sealed_at, *(each.sealed_at for each in batch)])[:_SECOND]
    return str(datetime.fromisoformat(earliest) - _OLDER).encode()


def _last_id() -> int:
    row = fetch_one(_LAST_ID)
    return int(row[0]) if row else 0
