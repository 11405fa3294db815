"""The product as `make run` starts it: a process with a folder and a port of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).resolve().parent.parent
_numbers = count()
_SLOWEST_START = 400  # seconds, on a busy machine
_SLOWEST_END = 120
_OURS = ("DATABASE_URL", "DATA_DIR", "PORT", "HOST", "BASE_URL", "DEMO", "DEBUG", "PATIENTS")


class Product:
    def __init__(self, data_dir: Path, **settings: str) -> None:
        self.data_dir = data_dir
        given = settings.get("PORT", "")
        self.port = int(given) if given.isdecimal() else free_port()
        self._settings = {"DATA_DIR": str(data_dir), "PORT": str(self.port), **settings}
        self._output = data_dir.with_name(f"{data_dir.name}-{next(_numbers)}.output")
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def output(self) -> str:
        return self._output.read_text(encoding="utf-8")

    def output_since(self, position: int) -> bytes:
        """What was written after that many bytes."""
        with self._output.open("rb") as output:
            output.seek(position)
            return output.read()

    def start(self, *command: str) -> None:
        """``command`` instead of the one of `make run`'s recipe."""
        inherited = {name: value for name, value in os.environ.items() if name not in _OURS}
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                command or (sys.executable, "-m", "qsmartcare.run"),
                cwd=ROOT,
                env={"PATIENTS": "6", "JOB_WORKERS": "1", **inherited, **self._settings},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # a process group as a terminal makes one
            )

    def wait_until_ready(self, patience: float = _SLOWEST_START) -> dict[str, Any]:
        """The demo's document, once everything serves."""
        document = self.data_dir / "demo.json"
        wait_until(lambda: self._has_ended() or "is running" in self.output, patience)
        assert not self._has_ended(), self.output
        assert requests.get(f"{self.address}/readyz", timeout=30).status_code == 200
        found: dict[str, Any] = json.loads(document.read_text(encoding="utf-8"))
        return found

    def _has_ended(self) -> bool:
        return self.running.poll() is not None

    def interrupt(self, number: int = signal.SIGINT) -> int:
        """What the terminal does on Ctrl-C; returns the exit code."""
        os.killpg(self.running.pid, number)
        return self.running.wait(_SLOWEST_END)

    def wait_for_end(self) -> int:
        return self.running.wait(_SLOWEST_END)

    @property
    def running(self) -> "subprocess.Popen[bytes]":
        assert self.process is not None
        return self.process

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def processes(self) -> list[tuple[int, str]]:
        """Whatever works on this folder: pid and command line of web server, workers, database."""
        folders = Path("/proc").glob("[0-9]*")
        return [
            (int(folder.name), line) for folder in folders if (line := self._line_if_mine(folder))
        ]

    def _line_if_mine(self, folder: Path) -> str:
        try:
            surroundings = (folder / "environ").read_bytes().split(b"\0")
            works_in = Path(os.readlink(folder / "cwd"))
            command_line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:  # gone meanwhile, or somebody else's
            return ""
        is_mine = f"DATA_DIR={self.data_dir}".encode() in surroundings
        return command_line if is_mine or works_in.is_relative_to(self.data_dir) else ""


def wait_until(condition: Callable[[], bool], patience: float = 180) -> None:
    until = time.monotonic() + patience
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
