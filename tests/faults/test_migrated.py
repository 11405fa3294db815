"""A database of an earlier version, with data, while that version's statements still come."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from tests.product import ROOT

pytestmark = pytest.mark.skipif("FAULTS" not in os.environ, reason="make faults: it takes a minute")
_EARLIER = ("fhirapi", "0036")
_NAME = "test_qsmartcare_earlier"
_PATIENTS = 200
_INSERT = """
INSERT INTO fhirapi_content
  (resource_type, resource_id, patient_id, version_id, last_updated, is_deleted, content)
VALUES ('Patient', %(id)s, %(id)s, 1, now(), false, %(content)s)
"""
_READ = "SELECT content FROM fhirapi_content WHERE resource_type = 'Patient' AND resource_id = %s"
# As the web server's statements are bounded: whoever is locked out for longer is an error here.
_LONGEST = "SET statement_timeout = '5s'"


@pytest.fixture
def earlier(django_db_setup: None) -> Iterator[str]:
    """The address of a database as the earlier version left it, with patients."""
    server = os.environ["DATABASE_URL"]
    with psycopg.connect(server, autocommit=True) as database:
        database.execute(f"DROP DATABASE IF EXISTS {_NAME} WITH (FORCE)")
        database.execute(f"CREATE DATABASE {_NAME} TEMPLATE template0 ENCODING 'UTF8'")
        url = psycopg.conninfo.make_conninfo(server, dbname=_NAME)
        manage(url, "migrate", *_EARLIER, "--verbosity=0")
        with psycopg.connect(url) as made:
            for number in range(_PATIENTS):
                made.execute(_INSERT, patient(number))
        yield url
        database.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(_NAME)))


def patient(number: int) -> dict[str, str]:
    name = f"p{number}"
    return {"id": name, "content": f'{{"resourceType":"Patient","id":"{name}"}}'}


def manage(url: str, *command: str) -> None:
    surroundings = {**os.environ, "DATABASE_URL": url}
    subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, env=surroundings, check=True, timeout=300
    )


def test_what_was_stored_is_there_and_the_earlier_version_went_on_meanwhile(earlier: str) -> None:
    is_over, written, failed = threading.Event(), [], []

    def old_version() -> None:
        number = _PATIENTS
        with psycopg.connect(earlier, autocommit=True) as database:
            database.execute(_LONGEST)
            while not is_over.is_set():
                try:
                    database.execute(_READ, ["p0"]).fetchall()
                    database.execute(_INSERT, patient(number))
                    written.append(number)
                except psycopg.Error as failure:
                    failed.append(repr(failure))
                number += 1

    serving = threading.Thread(target=old_version)
    serving.start()
    try:
        manage(earlier, "migrate", "--verbosity=0")
    finally:
        is_over.set()
        serving.join()
    assert failed == []
    assert written, "the earlier version did nothing: the test has shown nothing"
    with psycopg.connect(earlier) as database:
        for number in (0, _PATIENTS - 1, written[-1]):
            found = database.execute(_READ, [f"p{number}"]).fetchall()
            assert found == [(patient(number)["content"],)]
        [(count,)] = database.execute("SELECT count(*) FROM fhirapi_content").fetchall()
    assert count == _PATIENTS + len(written)
