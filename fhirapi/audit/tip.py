"""The end of the chain as this machine saw it last, beside the database: DATA_DIR/audit_tip.json.

A chain whose end was cut off is a shorter chain, and nothing in the database can tell. Whoever
seals and verifies keeps the number and the mac of the last seal here.
"""

import json
import logging
import os
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from fhirapi.audit import seals
from fhirapi.audit.seals import Seal

log = logging.getLogger(__name__)


class TrailLost(Exception):
    """The seal that was the last one is not in the database any more, or is another one."""

    def __init__(self, number: int) -> None:
        super().__init__(f"Seal {number} was there and is not any more.")
        self.number = number


class Tip(NamedTuple):
    number: int
    mac: str

    @classmethod
    def of_text(cls, text: str) -> "Tip":
        """As ``Seal.tip`` writes it. Raises ValueError."""
        number, _, mac = text.partition("-")
        bytes.fromhex(mac)
        return cls(int(number), mac)


def remembered() -> Tip | None:
    try:
        told = json.loads(_path().read_text(encoding="utf-8"))
        return Tip(int(told["number"]), str(told["mac"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("%s cannot be read: %s", _path(), type(error).__name__)
        return None


def remember(seal: Seal) -> None:
    """Replaces the file at once: nobody reads half of it. What was sealed stays so without it."""
    path = _path()
    beside = path.with_suffix(f".{os.getpid()}")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump({"number": seal.number, "mac": seal.mac.hex()}, file)
        beside.replace(path)
    except OSError as error:
        log.warning("%s cannot be written: %s", path, error.strerror)


def forget() -> None:
    _path().unlink(missing_ok=True)


def is_there(tip: Tip | None) -> bool:
    """Whether the chain still has it. One so old that it is archived is believed."""
    if tip is None:
        return True
    found, first = seals.numbered(tip.number), seals.first()
    if found is None:
        return first is not None and first.number > tip.number
    return found.mac.hex() == tip.mac


def require(tip: Tip | None) -> None:
    """Raises TrailLost."""
    if tip is not None and not is_there(tip):
        raise TrailLost(tip.number)


def _path() -> Path:
    return Path(settings.DATA_DIR) / "audit_tip.json"
