"""Secrets made once and kept in a file that only its owner may read."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any


def write_private(path: Path, content: str) -> None:
    """Replaces the file at once, mode 0600: nobody sees half of it, nobody else sees any."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(content)
    beside.replace(path)


class Kept:
    """The file of generated secrets; a value is made only when it is first asked for."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._values: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def get(self, name: str, make: Callable[[], Any]) -> Any:
        if name not in self._values:
            self.set(name, make())
        return self._values[name]

    def set(self, name: str, value: Any) -> None:
        self.change({name: value})

    def change(self, values: dict[str, Any], *, without: str = "") -> None:
        """At once: no reader finds half of it."""
        self._values |= values
        self._values.pop(without, None)
        write_private(self._path, json.dumps(self._values, indent=1))
