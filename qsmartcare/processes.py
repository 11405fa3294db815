"""A process that is stopped when we leave, and the `make` that may have started us."""

import http.client
import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from types import TracebackType

_PATIENCE = 10  # seconds between asking a process to stop and making it


class Child:
    """A program in a session of its own: the terminal's Ctrl-C does not reach it, we do."""

    def __init__(self, command: list[str], *, cwd: Path, env: dict[str, str]) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own programs
            command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, start_new_session=True
        )

    @property
    def exit_code(self) -> int | None:
        return self._process.poll()

    def is_running(self) -> bool:
        return self.exit_code is None

    def answers(self, host: str, port: int, path: str) -> bool:
        """Whether the web server that this is says 200 at ``path``."""
        reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
        connection = http.client.HTTPConnection(reachable, port, timeout=5)
        try:
            connection.request("GET", path, headers={"Host": "localhost"})
            return self.is_running() and connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def tell(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def stop(self) -> None:
        if self.is_running():
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_PATIENCE)
        self._end_stragglers()
        self._process.wait()

    def _end_stragglers(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)  # it leads its own process group

    def __enter__(self) -> "Child":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


class Parent:
    """The `make` that runs us. It passes SIGTERM on, but not a SIGINT sent to it alone, and
    waits for us then; and a killed one would leave us running unseen."""

    def __init__(self) -> None:
        self._make = os.getppid() if "MAKELEVEL" in os.environ else None
        self._listened = self._listens_for_interrupts()

    def has_given_up(self) -> bool:
        if self._make is None:
            return False
        if os.getppid() != self._make:
            return True
        return self._listened and not self._listens_for_interrupts()

    def _listens_for_interrupts(self) -> bool:
        """`make` puts SIGINT's default back once it has caught one. Only Linux shows it."""
        try:
            status = Path(f"/proc/{self._make}/status").read_text(encoding="ascii")
        except OSError:
            return False
        caught = next(line for line in status.splitlines() if line.startswith("SigCgt:"))
        return bool(int(caught.split()[1], 16) & 1 << (signal.SIGINT - 1))
