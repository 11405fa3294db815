"""What takes long and is always the same, made once a run and copied: a database without rows for
each worker, and a folder that `make run` has started in for each product.
"""

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.product import ROOT, Product


def folder() -> Path:
    """The run's own; every worker sees the same (tests/database.py)."""
    return Path(os.environ["TEST_FOLDER"])


def migrated_database() -> str | None:
    """The name of a database to be copied; None where the server is not the run's own."""
    if "TEST_TEMPLATE_URL" not in os.environ:
        return None
    _once("migrated", _migrate)
    return "template"


def put_started_product_into(data_dir: Path) -> None:
    """As if a product with six patients had been started there and stopped."""
    started = folder() / "started"
    _once("started", lambda: _start(started))
    subprocess.run(["cp", "-a", str(started), str(data_dir)], check=True)


def _once(what: str, make: Callable[[], None]) -> None:
    """The first worker that asks makes it, others wait for that."""
    done = folder() / f"{what}.done"
    with (folder() / f"{what}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            make()
            done.touch()


def _migrate() -> None:
    command = [sys.executable, "manage.py", "migrate", "--no-input", "--verbosity=0"]
    surroundings = {**os.environ, "DATABASE_URL": os.environ["TEST_TEMPLATE_URL"]}
    subprocess.run(command, cwd=ROOT, env=surroundings, check=True)


def _start(data_dir: Path) -> None:
    product = Product(data_dir)
    product.start()
    try:
        product.wait_until_ready()
    finally:
        exit_code = product.interrupt()
    assert exit_code == 0
    assert product.processes() == []
