"""Gives the test run its PostgreSQL: `DATABASE_URL`, or an embedded server for this run alone.

Loaded by ``-p`` before Django's settings are read. The process that collects starts the server and
makes the run's folders; xdist's workers inherit their addresses.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

# A test's server may forget everything at a power cut, so it need not wait for the disk.
_FASTER = """
fsync = off
synchronous_commit = off
full_page_writes = off
shared_buffers = '256MB'
"""


def _start() -> None:
    from qsmartcare.embedded import EmbeddedPostgres

    folder = Path(tempfile.mkdtemp(prefix="qsmartcare-test-"))
    server = EmbeddedPostgres(folder / "postgres", configuration=_FASTER)

    def stop() -> None:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(stop)
    os.environ["TEST_TEMPLATE_URL"] = server.ensure_database("template")
    os.environ["DATABASE_URL"] = server.ensure_database("qsmartcare")


if "DATABASE_URL" not in os.environ and "PYTEST_XDIST_WORKER" not in os.environ:
    _start()
for name in ("DATA_DIR", "TEST_FOLDER"):
    if name not in os.environ:
        os.environ[name] = tempfile.mkdtemp(prefix="qsmartcare-data-")
        atexit.register(shutil.rmtree, os.environ[name], ignore_errors=True)
Path(os.environ["DATA_DIR"], "static").mkdir(exist_ok=True)  # WhiteNoise complains without it
