"""A consistent copy of the database while the product runs; see docs/operations/backup.md."""

import os
import shutil
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from qsmartcare.backups import manifest, secrets
from qsmartcare.backups.programs import BackupTrouble, database_name, find_program, run

# Without indexes, which a dump has none of.
_SIZE = """
SELECT coalesce(sum(pg_table_size(oid)), 0)::bigint FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""


class Command(BaseCommand):
    help = "Copies the database into FILE, and what a restore has to find into FILE.json."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--with-secrets",
            action="store_true",
            help="The secrets as well, into FILE.secrets, sealed with BACKUP_PASSPHRASE.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        try:
            self._back_up(file, with_secrets=options["with_secrets"])
        except BackupTrouble as trouble:
            raise CommandError(str(trouble)) from None
        except OSError as error:
            raise CommandError(f"{error.filename or file}: {error.strerror}.") from None

    def _back_up(self, file: Path, *, with_secrets: bool) -> None:
        told, sealed = beside(file, "json"), beside(file, "secrets")
        for each in (file, told, sealed):
            if each.exists():
                raise BackupTrouble(f"{each} is there already: choose another name.")
        if with_secrets:
            secrets.passphrase()
        # Before the copy, so that it is part of it.
        record(AuditRecord.Action.OPERATION, detail="backup")
        unfinished = beside(file, "unfinished")
        try:
            made = self._dump(unfinished)
            made.write(told)
            if with_secrets:
                secrets.write(sealed)
            unfinished.replace(file)
        except BaseException:
            for each in (unfinished, told, sealed):
                each.unlink(missing_ok=True)
            raise
        count = sum(made.rows.values())
        self.stdout.write(f"{count} rows of {len(made.rows)} tables, {made.bytes} bytes in {file}.")

    def _dump(self, path: Path) -> manifest.Manifest:
        """Dump and counts of one moment."""
        parameters = connection.get_connection_params()
        for name in ("cursor_factory", "prepare_threshold", "context"):
            parameters.pop(name, None)
        with psycopg.connect(**parameters) as database:
            database.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            major = database.info.server_version // 10000
            program = find_program("pg_dump", oldest=major)
            self._check_space(database, path)
            [(snapshot,)] = database.execute("SELECT pg_export_snapshot()").fetchall()
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
            run(
                program, "--format=custom", "--no-owner", f"--snapshot={snapshot}",
                f"--file={path}", f"--dbname={database_name()}",
            )  # fmt: skip
            return manifest.Manifest(
                made=datetime.now(UTC).isoformat(timespec="seconds"),
                postgresql=major,
                bytes=path.stat().st_size,
                sha256=manifest.checksum(path),
                rows=manifest.rows(database),
                roles=manifest.roles(database),
                migrations=manifest.migrations(database),
            )

    def _check_space(self, database: "psycopg.Connection[Any]", path: Path) -> None:
        """A dump is compressed, as large values are in their tables: it rarely gets larger."""
        [(size,)] = database.execute(_SIZE).fetchall()
        free = shutil.disk_usage(path.parent).free
        if free < size:
            raise BackupTrouble(
                f"{path.parent} has {free // 10**6} MB left, the tables have {size // 10**6} MB."
            )


def beside(file: Path, ending: str) -> Path:
    return file.with_name(f"{file.name}.{ending}")
