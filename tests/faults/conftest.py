"""One product for all faults: its database lies on a disk of its own, behind a proxy of ours."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import pytest
import requests

from qsmartcare.embedded import EmbeddedPostgres
from tests.faults.load import Load, writer
from tests.faults.proxy import Proxy
from tests.plan import product_folder
from tests.product import Product, wait_until

_SETTINGS = {"LONGEST_WAIT_MS": "2000"}
_DISK = "size=1500m"
_LITTLE_LOG = "max_wal_size = '128MB'\nmin_wal_size = '32MB'\n"


class Installation:
    def __init__(self, folder: Path, *, has_own_disk: bool) -> None:
        self.has_own_disk = has_own_disk
        self.disk = folder / "disk"
        self.server = EmbeddedPostgres(self.disk / "postgres", configuration=_LITTLE_LOG)
        self.database_url = self.server.ensure_database("qsmartcare")
        self.proxy = Proxy(folder / "proxy", self.disk / "postgres")
        host = quote(str(folder / "proxy"), safe="")
        url = f"postgresql://postgres@/qsmartcare?host={host}&port=5432"
        self.product = Product(folder / "data", DATABASE_URL=url, **_SETTINGS)
        self.product.start()
        self.demo = self.product.wait_until_ready()

    def stop(self) -> None:
        self.product.interrupt()
        self.server.stop()

    def load(self, name: str) -> Load:
        return Load(writer(self.demo), name)

    def status(self, path: str) -> int:
        """0: no answer."""
        with suppress(requests.RequestException):
            return requests.get(self.product.address + path, timeout=30).status_code
        return 0

    def wait_until_ready(self) -> None:
        wait_until(lambda: self.status("/readyz") == 200, 120)

    def web(self) -> list[int]:
        """The one that starts others first."""
        return self._pids("-m qsmartcare.web")

    def workers(self) -> list[int]:
        return self._pids("manage.py work")

    def backends(self) -> list[int]:
        lines = ["postgres: postgres qsmartcare"]
        found = Path("/proc").glob("[0-9]*/cmdline")
        return sorted(int(each.parent.name) for each in found if _begins(each, lines[0]))

    def postmaster(self) -> int:
        return int((self.disk / "postgres" / "postmaster.pid").read_text().split()[0])

    def _pids(self, words: str) -> list[int]:
        return sorted(pid for pid, line in self.product.processes() if words in line)


def _begins(path: Path, words: str) -> bool:
    with suppress(OSError):
        return path.read_bytes().startswith(words.encode())
    return False


def kill(*pids: int) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@contextmanager
def _disk(folder: Path) -> Iterator[bool]:
    """A small disk at ``folder``, where the system lets us have one: root on Linux."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", _DISK, "tmpfs", str(folder)]
    try:
        is_mounted = subprocess.run(mount, check=False, capture_output=True).returncode == 0
    except FileNotFoundError:
        is_mounted = False
    yield is_mounted
    if is_mounted:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture(scope="session")
def installed() -> Iterator[Installation]:
    with product_folder() as folder, _disk(folder / "disk") as has_own_disk:
        made = Installation(folder, has_own_disk=has_own_disk)
        try:
            yield made
        finally:
            made.stop()


@pytest.fixture
def installation(installed: Installation) -> Installation:
    installed.wait_until_ready()
    return installed
