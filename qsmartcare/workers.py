"""Processes that are to be there as long as we are: one that ends by itself is begun again.

What a worker had begun, another begins again; what the web server had, its clients.
"""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

from qsmartcare.processes import Child
from qsmartcare.progress import complain

_PAUSE = 5.0  # seconds between two starts in one place: some end as soon as they have begun


class Workers:
    """So many of one command; stopped with everything else."""

    def __init__(
        self,
        count: int,
        command: Sequence[str],
        *,
        cwd: Path,
        env: Mapping[str, str],
        name: str = "A worker",
    ) -> None:
        self._command, self._cwd, self._env, self._name = list(command), cwd, dict(env), name
        self._running = [self._start() for _ in range(count)]

    def replace_ended(self) -> None:
        for place, (child, started) in enumerate(self._running):
            if not child.is_running() and time.monotonic() - started > _PAUSE:
                complain(
                    f"{self._name} ended by itself (exit code {child.exit_code}): another begins."
                )
                child.stop()  # what it may have left
                self._running[place] = self._start()

    def exchange(self) -> None:
        """New ones, one after the other, with the code there is now."""
        for place, (child, _) in enumerate(self._running):
            child.stop()
            self._running[place] = self._start()

    @property
    def children(self) -> list[Child]:
        return [child for child, _ in self._running]

    def _start(self) -> tuple[Child, float]:
        return Child(self._command, cwd=self._cwd, env=self._env), time.monotonic()

    def __enter__(self) -> "Workers":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for child, _ in self._running:
            child.stop()
