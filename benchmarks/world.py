"""What a benchmark runs against: a database with patients, and a key that opens one of them."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import django

from qsmartcare.embedded import EmbeddedPostgres

PATIENTS = int(os.environ.get("PATIENTS", "50"))


@dataclass(frozen=True)
class World:
    patient_id: str
    access_key_id: str
    secret: str
    access_token: str


@contextmanager
def database() -> Iterator[None]:
    """An embedded server of its own, as durable as the product's: every commit reaches the disk."""
    with tempfile.TemporaryDirectory(prefix="qsmartcare-bench-") as folder:
        os.environ["DATA_DIR"] = folder
        os.environ["LOG_LEVEL"] = "ERROR"
        os.environ["DJANGO_SETTINGS_MODULE"] = "qsmartcare.settings"
        with EmbeddedPostgres(Path(folder) / "postgres") as postgres:
            os.environ["DATABASE_URL"] = postgres.ensure_database("qsmartcare")
            django.setup()
            yield


@contextmanager
def world() -> Iterator[World]:
    """A database with patients, one of whom has a key."""
    with database():
        yield _furnish()


def _furnish() -> World:
    from django.core.management import call_command
    from django.db import connection

    from fhirapi.smart import keys, links
    from fhirapi.smart.issue import find, issue
    from fhirapi.smart.models import RecordLink
    from fhirapi.synthetic.generate import generate
    from portal.accounts.create import create_account

    call_command("migrate", verbosity=0)
    generate(PATIENTS, seed=1, processes=1)
    account = create_account(
        username="bench", password="-", pin="-", first_name="B", last_name="B", wants_patient=True
    )
    links.link(account, "Patient", "142859", method=RecordLink.Method.DEMO)
    key = keys.create(
        account,
        patient_ids=["142859"],
        valid_from=date(2020, 1, 1),
        valid_to=date(2099, 1, 1),
    )
    found = find(key.access_key_id)
    assert found
    pair = issue(found, address=None)
    assert pair
    made = World("142859", key.access_key_id, keys.reveal_secret(key), pair.access_token)
    connection.cursor().execute("ANALYZE")
    connection.close()
    return made
