"""What has to hold before anything is started; each broken one ends in one clear sentence."""

import errno
import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from qsmartcare.reach import is_reached_from_elsewhere

_OLDEST_POSTGRESQL = 14  # https://docs.djangoproject.com/en/5.2/ref/databases/#postgresql-notes


class Trouble(Exception):
    """Why it cannot go on, in a sentence for the person who started it."""


def check_demo(host: str, base_url: str) -> None:
    """The demo's sign-ins and letters are open to whoever reaches it."""
    if is_reached_from_elsewhere(base_url, host):
        raise Trouble(
            f"The demo is for this machine only, but HOST={host} or BASE_URL={base_url} lets "
            "others reach it: start with DEMO=0, or with HOST=127.0.0.1 and a local BASE_URL."
        )


def check_port(host: str, port: int) -> None:
    if not 0 < port < 65536:
        raise Trouble(f"PORT must be between 1 and 65535, not {port}.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            raise Trouble(_why_not(error, host, port)) from None


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} is in use by another program: stop it, or choose another port with "
            f"PORT={port + 1 if port < 65535 else port - 1} make run."
        )
    if error.errno == errno.EACCES:
        return f"Port {port} needs administrator rights: choose one above 1023 with PORT."
    return f"HOST={host} is not an address of this machine."


@contextmanager
def lock_data_folder(data_dir: Path) -> Iterator[None]:
    """Holds DATA_DIR for this process; refuses if another one runs on it."""
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)  # letters, keys, records
        lock = (data_dir / "run.lock").open("a+", encoding="ascii")
    except OSError as error:
        raise Trouble(f"DATA_DIR={data_dir} cannot be written: {error.strerror}.") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise Trouble(
                f"QSmartCare is already running on {data_dir} (process {lock.read().strip()}): "
                "stop it with Ctrl-C in its window, or set DATA_DIR to another folder."
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def check_database_url(url: str) -> None:
    try:
        with psycopg.connect(url, connect_timeout=3) as connection:
            version = connection.info.server_version // 10000
    except psycopg.ProgrammingError:  # its text may hold the password
        raise Trouble(
            "DATABASE_URL cannot be understood: it should look like "
            "postgresql://user:password@host:5432/name."
        ) from None
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[0].rstrip(".")
        raise Trouble(f"DATABASE_URL leads to no usable database: {reason}.") from None
    if version < _OLDEST_POSTGRESQL:
        raise Trouble(
            f"DATABASE_URL leads to PostgreSQL {version}; {_OLDEST_POSTGRESQL} is the oldest "
            "that can be used."
        )
