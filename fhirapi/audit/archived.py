"""What a seal says of the file that the beginning of the trail was moved to."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

import orjson

from fhirapi.audit import seals
from fhirapi.audit.seals import Seal


@dataclass(frozen=True)
class Archived:
    file: str
    """Its name, without the folder."""
    sha256: str
    amount: int
    """Of records."""
    first: int
    """The number of its first seal."""
    last: Seal

    def plain(self) -> dict[str, object]:
        """For JSON."""
        return {**vars(self), "last": {**as_json(self.last), "marks": ""}}


def text_of(files: Iterable[Archived]) -> str:
    """What the seal of the newest says; the older ones too, whose seals it takes away."""
    return orjson.dumps([each.plain() for each in files]).decode()


def seal_of(told: dict[str, object]) -> Seal:
    """A seal from JSON."""
    of_bytes = {name: bytes.fromhex(cast(str, told[name])) for name in ("digest", "marks", "mac")}
    return Seal(**{**told, **of_bytes})  # type: ignore[arg-type]


def as_json(seal: Seal) -> dict[str, object]:
    return {name: _plain(value) for name, value in seal._asdict().items()}


def every() -> list[Archived]:
    """In the order in which the files were written."""
    latest = seals.archived()
    told = orjson.loads(latest.about) if latest else []
    return [Archived(**{**each, "last": seal_of(each["last"])}) for each in told]


def stands_for(number: int) -> Seal | None:
    """The seal of this number, if it was the last one of an archive: what the next one follows."""
    return next((each.last for each in every() if each.last.number == number), None)


def _plain(value: object) -> object:
    return value.hex() if isinstance(value, bytes) else value
