"""A backup into an empty database, compared afterwards; see docs/operations/backup.md."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import psycopg
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from qsmartcare.backups import manifest, secrets
from qsmartcare.backups.manifest import Manifest
from qsmartcare.backups.programs import BackupTrouble, database_name, find_program, run
from qsmartcare.management.commands.backup import beside

_THERE = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"


class Command(BaseCommand):
    help = "Brings what backup wrote into the empty database that DATABASE_URL names."
    requires_system_checks: list[str] = []  # there is nothing yet that they could ask
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--jobs",
            type=int,
            default=1,
            help="Restore so many tables at once: faster, but what fails leaves a part behind.",
        )
        parser.add_argument(
            "--with-secrets",
            action="store_true",
            help="Those of FILE.secrets into DATA_DIR/keyring.json; needs BACKUP_PASSPHRASE.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        try:
            self._restore(file, options["jobs"], with_secrets=options["with_secrets"])
        except BackupTrouble as trouble:
            raise CommandError(str(trouble)) from None
        except OSError as error:
            raise CommandError(f"{error.filename or file}: {error.strerror}.") from None

    def _restore(self, file: Path, jobs: int, *, with_secrets: bool) -> None:
        told = manifest.read(beside(file, "json"))
        held = secrets.read(beside(file, "secrets")) if with_secrets else None
        if not file.exists() or manifest.checksum(file) != told.sha256:
            raise BackupTrouble(f"{file} is not what was written: it is incomplete or changed.")
        program = find_program("pg_restore", oldest=told.postgresql)
        with connection.cursor() as cursor:
            _check_target(cursor.connection, told)
        connection.close()
        # All of it or nothing; several at once cannot share a transaction.
        together = f"--jobs={jobs}" if jobs > 1 else "--single-transaction"
        dbname = f"--dbname={database_name()}"
        run(program, "--no-owner", "--exit-on-error", together, dbname, str(file))
        self._compare(told)
        if held is not None and (before := secrets.put_in_place(held)):
            self.stdout.write(f"The secrets that were here are in {before}.")
        self.stdout.write("Next: manage.py migrate, manage.py check, and /readyz of what serves.")

    def _compare(self, told: Manifest) -> None:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
            differing = manifest.differences(told.rows, manifest.rows(cursor.connection))
        if differing:
            raise BackupTrouble("The restored database differs: " + "; ".join(differing) + ".")
        count = sum(told.rows.values())
        self.stdout.write(f"{count} rows of {len(told.rows)} tables are as on {told.made}.")


def _check_target(database: "psycopg.Connection[Any]", told: Manifest) -> None:
    [(there,)] = database.execute(_THERE).fetchall()
    if there:
        raise BackupTrouble(
            "The database that DATABASE_URL names is not empty: nothing was changed. "
            "Make a new one for the restore."
        )
    major = database.info.server_version // 10000
    if major < told.postgresql:
        raise BackupTrouble(
            f"The backup is of PostgreSQL {told.postgresql}, this server is {major}: it is older."
        )
    known = database.execute("SELECT rolname FROM pg_roles").fetchall()
    if missing := [each for each in told.roles if (each,) not in known]:
        raise BackupTrouble(
            f"The backup gives rights to roles that this server lacks: {', '.join(missing)}. "
            f'Make them first, such as: CREATE ROLE "{missing[0]}";'
        )
    ours = MigrationLoader(None).disk_migrations
    apps = {app for app, _ in ours}
    for app, name in told.migrations:
        if app in apps and (app, name) not in ours:
            raise BackupTrouble(
                f"The backup is of a newer version of the product, which has {app}.{name}: "
                "install that version first."
            )
