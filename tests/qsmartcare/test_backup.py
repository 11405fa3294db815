"""Backup and restore as docs/operations/backup.md says it: no row is lost, the trail is closed."""

import json
import os
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from psycopg import sql
from psycopg.conninfo import make_conninfo

from fhirapi.audit.models import AuditRecord
from fhirapi.audit.record import record
from fhirapi.store.load import load
from qsmartcare.backups import programs
from tests import people

_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "alone")
RESTORED = f"test_qsmartcare_restored_{_WORKER}"
ROLE = f"test_qsmartcare_reader_{_WORKER}"
PASSPHRASE = "a passphrase of the test"
TABLES = """
SELECT relname FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1
"""
# Conditions are written anew from what PostgreSQL understood of them, with other brackets.
DEFINED = """
SELECT 'table', table_name || '.' || column_name || ' ' || data_type || coalesce(column_default, '')
FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT 'index', split_part(indexdef, ' WHERE ', 1) FROM pg_indexes
  WHERE schemaname = 'public'
UNION ALL SELECT 'constraint', conrelid::regclass || pg_get_constraintdef(oid) FROM pg_constraint
  WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'trigger', pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'view', viewname || definition FROM pg_views WHERE schemaname = 'public'
UNION ALL SELECT 'function', pg_get_functiondef(oid) FROM pg_proc
  WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'
UNION ALL SELECT 'policy', concat(polrelid::regclass, polname, polcmd, polroles::regrole[])
  FROM pg_policy
UNION ALL SELECT 'row security', relname FROM pg_class WHERE relrowsecurity
UNION ALL SELECT 'right', table_name || grantee || privilege_type
  FROM information_schema.role_table_grants WHERE table_schema = 'public'
ORDER BY 1, 2
"""


def address(name: str) -> str:
    given = connection.get_connection_params()
    places = {each: given[each] for each in ("host", "port", "user", "password") if each in given}
    return make_conninfo(dbname=name, **places)


def contents(url: str) -> dict[str, tuple[int, str]]:
    """How many rows each table has, and a digest of all of them."""
    query = sql.SQL("SELECT count(*), md5(string_agg(t::text, '' ORDER BY t::text)) FROM {} t")
    with psycopg.connect(url) as database:
        names = [name for (name,) in database.execute(TABLES)]
        asked = {each: database.execute(query.format(sql.Identifier(each))) for each in names}
        return {name: cursor.fetchall()[0] for name, cursor in asked.items()}


def defined(url: str) -> list[tuple[str, str]]:
    with psycopg.connect(url) as database:
        return database.execute(DEFINED).fetchall()


def say(name: str, *arguments: str | Path, **options: object) -> str:
    said = StringIO()
    call_command(name, *arguments, stdout=said, **options)
    return said.getvalue()


@pytest.fixture
def server():
    with psycopg.connect(address("postgres"), autocommit=True) as made:
        yield made


@pytest.fixture
def role(server):
    """Somebody whom rights name, as the web server's role is."""
    server.execute(f"DROP ROLE IF EXISTS {ROLE}")
    server.execute(f"CREATE ROLE {ROLE}")
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT SELECT ON fhirapi_content TO {ROLE}")
    yield ROLE
    with connection.cursor() as cursor:
        cursor.execute(f"REVOKE ALL ON fhirapi_content FROM {ROLE}")
    server.execute(f"DROP ROLE IF EXISTS {ROLE}")


@pytest.fixture
def practice(transactional_db):
    load([people.practitioner("dr-grey", "Grey"),
          people.patient("142859", "Rebecca", "Larson", "9999094", "1978-04-12")])  # fmt: skip
    people.account("kept", "Rebecca", "Larson", wants_patient=True)
    record(AuditRecord.Action.SIGN_IN, detail="before the backup")


@pytest.fixture
def elsewhere(server, monkeypatch):
    """An empty database, and the commands' connection turned to it from ``use`` on."""
    server.execute(f"DROP DATABASE IF EXISTS {RESTORED} WITH (FORCE)")
    server.execute(f"CREATE DATABASE {RESTORED}")
    name = connection.settings_dict["NAME"]

    def use(other: str = RESTORED) -> None:
        connection.close()
        connection.settings_dict["NAME"] = other

    yield use
    use(name)
    server.execute(f"DROP DATABASE {RESTORED} WITH (FORCE)")


@pytest.fixture
def file(tmp_path):
    return tmp_path / "qsmartcare.dump"


def test_everything_is_restored_and_the_trail_stays_closed(practice, role, elsewhere, file):
    here = address(str(connection.settings_dict["NAME"]))
    assert "rows of" in say("backup", file)
    found = contents(here)
    elsewhere()
    assert "are as on" in say("restore", file)

    restored = address(RESTORED)
    assert contents(restored) == found
    assert found["fhirapi_auditrecord"][0] >= 2, "the backup itself is recorded"
    assert defined(restored) == defined(here)
    assert any(kind == "right" and role in what for kind, what in defined(restored))
    refused = psycopg.errors.InsufficientPrivilege
    with psycopg.connect(restored) as database, pytest.raises(refused):
        database.execute("DELETE FROM fhirapi_auditrecord")
    for each in (file, file.with_name("qsmartcare.dump.json")):
        assert each.stat().st_mode & 0o777 == 0o600


def test_a_database_that_holds_something_is_not_touched(practice, file):
    say("backup", file)
    before = contents(address(str(connection.settings_dict["NAME"])))
    with pytest.raises(CommandError, match="is not empty: nothing was changed"):
        say("restore", file)
    assert contents(address(str(connection.settings_dict["NAME"]))) == before


def test_an_altered_file_is_refused(practice, elsewhere, file):
    say("backup", file)
    file.write_bytes(file.read_bytes()[:-1])
    elsewhere()
    with pytest.raises(CommandError, match="incomplete or changed"):
        say("restore", file)
    assert contents(address(RESTORED)) == {}


def test_what_differs_after_the_restore_is_named(practice, elsewhere, file):
    say("backup", file)
    told = file.with_name("qsmartcare.dump.json")
    listed = json.loads(told.read_text())
    listed["rows"]["fhirapi_content"] += 1
    told.write_text(json.dumps(listed))
    elsewhere()
    with pytest.raises(CommandError, match="fhirapi_content: 2 rows instead of 3"):
        say("restore", file)


def test_a_role_that_is_missing_is_named_before_anything_is_done(
    practice, role, elsewhere, server, file
):
    say("backup", file)
    told = file.with_name("qsmartcare.dump.json")
    assert role in json.loads(told.read_text())["roles"]
    told.write_text(told.read_text().replace(role, "nobody_has_made_it"))
    elsewhere()
    with pytest.raises(CommandError, match="nobody_has_made_it"):
        say("restore", file)
    assert contents(address(RESTORED)) == {}


def test_a_backup_of_a_newer_version_is_refused(practice, elsewhere, file):
    say("backup", file)
    told = file.with_name("qsmartcare.dump.json")
    listed = json.loads(told.read_text())
    listed["migrations"].append(["fhirapi", "9999_of_tomorrow"])
    told.write_text(json.dumps(listed))
    elsewhere()
    with pytest.raises(CommandError, match="newer version of the product"):
        say("restore", file)


def test_nothing_is_overwritten(practice, file):
    file.write_text("another backup")
    with pytest.raises(CommandError, match="is there already"):
        say("backup", file)
    assert file.read_text() == "another backup"


def test_what_fails_leaves_nothing_behind(practice, file, monkeypatch):
    monkeypatch.setattr(programs, "_surroundings", lambda: {"PGHOST": str(file.parent)})
    with pytest.raises(CommandError, match="pg_dump failed"):
        say("backup", file)
    assert list(file.parent.iterdir()) == []


def test_programs_that_are_too_old_are_refused(practice):
    with pytest.raises(programs.BackupTrouble, match="older than PostgreSQL 99"):
        programs.find_program("pg_dump", oldest=99)


def test_the_secrets_are_sealed_and_come_back(practice, elsewhere, file, settings, monkeypatch):
    monkeypatch.setenv("BACKUP_PASSPHRASE", PASSPHRASE)
    settings.DATA_DIR = file.parent / "data"
    settings.DIGEST_KEYS = ["the digest key of the first machine", "one before"]
    say("backup", file, with_secrets=True)
    sealed = file.with_name("qsmartcare.dump.secrets")
    assert settings.DIGEST_KEYS[0] not in sealed.read_text()
    assert sealed.stat().st_mode & 0o777 == 0o600
    keyring = settings.DATA_DIR / "keyring.json"
    keyring.parent.mkdir()
    keyring.write_text('{"digest_keys": "of the second machine"}')
    elsewhere()
    assert "keyring.before-restore.json" in say("restore", file, with_secrets=True)
    assert json.loads(keyring.read_text())["digest_keys"] == ",".join(settings.DIGEST_KEYS)
    assert keyring.stat().st_mode & 0o777 == 0o600


def test_a_wrong_passphrase_opens_nothing(practice, elsewhere, file, monkeypatch):
    monkeypatch.setenv("BACKUP_PASSPHRASE", PASSPHRASE)
    say("backup", file, with_secrets=True)
    monkeypatch.setenv("BACKUP_PASSPHRASE", "another of the same length")
    elsewhere()
    with pytest.raises(CommandError, match="does not open"):
        say("restore", file, with_secrets=True)
    assert contents(address(RESTORED)) == {}


def test_without_a_passphrase_secrets_are_not_written(practice, file, monkeypatch):
    monkeypatch.delenv("BACKUP_PASSPHRASE", raising=False)
    with pytest.raises(CommandError, match="Set BACKUP_PASSPHRASE"):
        say("backup", file, with_secrets=True)
    assert list(file.parent.iterdir()) == []
