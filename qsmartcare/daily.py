"""What `make run` does again each day it stays up; the first time was when it started."""

import sys
import time
from pathlib import Path
from types import TracebackType

from qsmartcare.processes import Child

_ROOT = Path(__file__).resolve().parent.parent
A_DAY = 24 * 3600.0
_COMMANDS = ("clear_expired", "refresh_groups")


class Daily:
    """Starts each command as a process of its own, once a day; stopped with everything else."""

    def __init__(self, surroundings: dict[str, str], *, every: float = A_DAY) -> None:
        self._surroundings = surroundings
        self._every = every
        self._due = time.monotonic() + every
        self._children: list[Child] = []

    def start_if_due(self) -> None:
        if time.monotonic() < self._due:
            return
        self._due = time.monotonic() + self._every
        self._stop()  # yesterday's, which should have ended long ago
        for name in _COMMANDS:
            command = [sys.executable, "manage.py", name, "--verbosity", "0"]
            self._children.append(Child(command, cwd=_ROOT, env=self._surroundings))

    def _stop(self) -> None:
        while self._children:
            self._children.pop().stop()

    def __enter__(self) -> "Daily":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()
