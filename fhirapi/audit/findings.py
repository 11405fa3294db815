"""What is wrong with the trail, as a verification tells it."""

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

KEPT = 100_000
"""Of what is found, so much is told one by one; the rest is counted."""


class Kind(StrEnum):
    CHANGED = "changed"
    REMOVED = "removed"
    REORDERED = "reordered"
    ADDED = "added"
    SEAL_BROKEN = "seal broken"
    TRUNCATED = "truncated"


class Finding(NamedTuple):
    kind: Kind
    record_id: int | None
    """None: it is about a seal, or the end of the chain."""
    seal: int | None
    why: str

    def __str__(self) -> str:
        what = "" if self.record_id is None else f" record {self.record_id}"
        return f"{self.kind}{what}: {self.why}"


class Findings:
    def __init__(self) -> None:
        self._told: list[Finding] = []
        self._displaced: list[tuple[int, int, bytes, bytes]] = []
        self._astray: dict[bytes, int] = {}
        self._gone: list[tuple[int, int, bytes]] = []
        self.amount = 0

    def add(self, kind: Kind, why: str, *, record_id: int | None = None, seal: int | None = None,
            ) -> None:  # fmt: skip
        self.amount += 1
        if self.amount <= KEPT:
            self._told.append(Finding(kind, record_id, seal, why))

    def displaced(self, record_id: int, seal: int, sealed: bytes, found: bytes) -> None:
        """A record as the product wrote it, where another was sealed. Both by their marks."""
        self.amount += 1
        if self.amount <= KEPT:
            self._displaced.append((record_id, seal, sealed, found))

    def gone(self, record_id: int, seal: int, sealed: bytes) -> None:
        """No record where one was sealed."""
        self.amount += 1
        if self.amount <= KEPT:
            self._gone.append((record_id, seal, sealed))

    def astray(self, record_id: int, found: bytes) -> None:
        """A record as the product wrote it that no seal knows: it may be one that is gone."""
        if len(self._astray) < KEPT:
            self._astray[found] = record_id

    @property
    def sought(self) -> bool:
        """Whether it matters what no seal knows."""
        return bool(self._gone)

    def told(self) -> Iterator[Finding]:
        yield from self._told
        sealed_at = {sealed: record_id for record_id, _, sealed, _ in self._displaced}
        sealed_at.update({sealed: record_id for record_id, _, sealed in self._gone})
        for record_id, seal, _, found in self._displaced:
            if found in sealed_at:
                why = f"it was sealed as record {sealed_at[found]}"
                yield Finding(Kind.REORDERED, record_id, seal, why)
            else:
                why = f"it is not what seal {seal} holds, but a copy of another"
                yield Finding(Kind.CHANGED, record_id, seal, why)
        moved = {found for *_, found in self._displaced}
        for record_id, seal, sealed in self._gone:
            if sealed in self._astray:
                why = f"it stands as record {self._astray[sealed]} now"
                yield Finding(Kind.REORDERED, record_id, seal, why)
            else:
                also = ", and its content stands elsewhere" if sealed in moved else ""
                yield Finding(Kind.REMOVED, record_id, seal, f"seal {seal} holds it{also}")
