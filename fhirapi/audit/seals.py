"""Seals as values: what each says, how they are read, and the mac that chains them."""

from collections.abc import Iterator
from hashlib import sha256
from typing import NamedTuple

from fhirapi.audit.keys import KeyRing
from fhirapi.audit.models import AuditSeal
from fhirapi.sql import fetch, fetch_one

Kind = AuditSeal.Kind
_COLUMNS = """
number, kind, to_char(sealed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), horizon, reached,
amount, ids, digest, marks, about, mac"""
_LAST = f"SELECT {_COLUMNS} FROM fhirapi_auditseal ORDER BY number DESC LIMIT 1"  # noqa: S608 - constants
_FIRST = f"SELECT {_COLUMNS} FROM fhirapi_auditseal ORDER BY number LIMIT 1"  # noqa: S608 - constants
_ONE = f"SELECT {_COLUMNS} FROM fhirapi_auditseal WHERE number = %s"  # noqa: S608 - constants
_SOME = f"""
SELECT {_COLUMNS} FROM fhirapi_auditseal
WHERE number > %(after)s AND number <= %(until)s ORDER BY number LIMIT %(limit)s
"""  # noqa: S608 - constants
_ARCHIVED = f"""
SELECT {_COLUMNS} FROM fhirapi_auditseal WHERE kind = 'archived' ORDER BY number DESC LIMIT 1
"""  # noqa: S608 - constants
_KEEP = """
INSERT INTO fhirapi_auditseal
    (number, kind, sealed_at, horizon, reached, amount, ids, digest, marks, about, mac)
VALUES (%(number)s, %(kind)s, (%(sealed_at)s || '+00')::timestamptz, %(horizon)s, %(reached)s,
        %(amount)s, %(ids)s, %(digest)s, %(marks)s, %(about)s, %(mac)s)
RETURNING number
"""
_AT_ONCE = 100
MARK = 4
"""Bytes."""


class Seal(NamedTuple):
    number: int
    kind: str
    sealed_at: str
    """In UTC, with microseconds."""
    horizon: int
    reached: int
    amount: int
    ids: str
    """``{[1,501),[503,600)}``, as PostgreSQL writes an int8multirange."""
    digest: bytes
    marks: bytes
    about: str
    mac: bytes

    def message(self, previous: bytes) -> bytes:
        """What the mac is made of. Begins as no record's line does."""
        told = [*map(str, self[:7]), self.digest.hex(), sha256(self.marks).hexdigest(), self.about]
        return "\n".join(["seal", previous.hex(), *told]).encode()

    def chained(self, previous: bytes, ring: KeyRing) -> "Seal":
        return self._replace(mac=ring.mac(self.message(previous)))

    def runs(self) -> list[range]:
        return runs(self.ids)

    def tip(self) -> str:
        """How people and other programs note it down."""
        return f"{self.number}-{self.mac.hex()}"


def runs(ids: str) -> list[range]:
    """The ids of a multirange. PostgreSQL writes ranges of whole numbers as ``[from,to)``."""
    pairs = (run.split(",") for run in ids[2:-2].split("),[") if run)
    return [range(int(low), int(high)) for low, high in pairs]


def multirange(ids: list[int]) -> str:
    """As PostgreSQL writes it. ``ids``: in their order."""
    found: list[range] = []
    for each in ids:
        if found and found[-1].stop == each:
            found[-1] = range(found[-1].start, each + 1)
        else:
            found.append(range(each, each + 1))
    return "{" + ",".join(f"[{run.start},{run.stop})" for run in found) + "}"


def digest(macs: list[bytes]) -> bytes:
    return sha256(b"".join(macs)).digest()


def mark(mac: bytes) -> bytes:
    return mac[4 : 4 + MARK]


def last() -> Seal | None:
    return _seal(_LAST)


def first() -> Seal | None:
    return _seal(_FIRST)


def numbered(number: int) -> Seal | None:
    return _seal(_ONE, number)


def between(after: int, until: int) -> Iterator[Seal]:
    """In their order, from the one behind ``after`` on."""
    while found := fetch(_SOME, {"after": after, "until": until, "limit": _AT_ONCE}):
        yield from (Seal(*row) for row in found)
        after = found[-1][0]


def archived() -> Seal | None:
    """The one that stands for what is in files."""
    return _seal(_ARCHIVED)


def keep(seal: Seal) -> None:
    fetch_one(_KEEP, seal._asdict())


def _seal(sql: str, *values: int) -> Seal | None:
    row = fetch_one(sql, values)
    return Seal(*row) if row else None
