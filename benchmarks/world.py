"""What a benchmark runs against: a database with patients, and a key that opens some of them."""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import django

from qsmartcare import web_role
from qsmartcare.embedded import EmbeddedPostgres

PATIENTS = int(os.environ.get("PATIENTS", "50"))
_FIRST_DAY, _LAST_DAY = date(2020, 1, 1), date(2099, 1, 1)


@dataclass(frozen=True)
class World:
    patient_ids: list[str]
    access_key_id: str
    secret: str
    access_token: str


@contextmanager
def database() -> Iterator[None]:
    """An embedded server of its own, as durable as the product's: every commit reaches the disk.

    With DATABASE_URL and DATA_DIR: an installation that is there, for sizes that take long to make.
    """
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    os.environ["DJANGO_SETTINGS_MODULE"] = "qsmartcare.settings"
    if "DATABASE_URL" in os.environ:
        django.setup()
        yield
        return
    with tempfile.TemporaryDirectory(prefix="qsmartcare-bench-") as folder:
        os.environ["DATA_DIR"] = folder
        Path(folder, "static").mkdir()
        with EmbeddedPostgres(Path(folder) / "postgres") as postgres:
            os.environ["DATABASE_URL"] = postgres.ensure_database("qsmartcare")
            django.setup()
            yield


@contextmanager
def world(*, may_write: bool = False) -> Iterator[World]:
    """A database with patients, and a key of their doctor that opens fifty of them at most."""
    with database():
        yield _furnish(may_write)


def _furnish(may_write: bool) -> World:
    from django.core.management import call_command
    from django.db import connection

    from fhirapi.smart.people import keys
    from fhirapi.smart.tokens.issue import find, issue
    from fhirapi.store.models import CareRelationship, Content
    from fhirapi.synthetic.generate import generate

    call_command("migrate", verbosity=0)
    call_command("set_up_web_role", stdout=StringIO())
    os.environ["DATABASE_ROLE"] = web_role.NAME  # of the servers that are started now
    if not Content.objects.exists():
        generate(PATIENTS, seed=1)
    patient = CareRelationship.objects.order_by("patient_id").first()
    assert patient
    panel = CareRelationship.objects.filter(practitioner_id=patient.practitioner_id)
    patient_ids = list(panel.order_by("patient_id").values_list("patient_id", flat=True)[:50])
    key = keys.create(
        _doctor(patient.practitioner_id),
        patient_ids=patient_ids,
        valid_from=_FIRST_DAY,
        valid_to=_LAST_DAY,
    )
    if may_write:
        key.may_write = True
        key.save()
        key.data_access_grant.scope = "user/*.cruds"
        key.data_access_grant.save()
    found = find(key.access_key_id)
    assert found
    pair = issue(found, address=None)
    assert pair
    made = World(patient_ids, key.access_key_id, keys.reveal_secret(key), pair.access_token)
    connection.cursor().execute("ANALYZE")
    connection.close()
    return made


def key_of_practice(organization_id: str, patient_id: str) -> Any:
    """A key that writes for everybody who is, or comes to be, a patient of the practice."""
    from fhirapi.smart.people import keys

    made = keys.create(
        _linked("Organization", organization_id),
        patient_ids=[patient_id],
        valid_from=_FIRST_DAY,
        valid_to=_LAST_DAY,
    )
    made.may_write = True
    made.save()
    grant = made.data_access_grant
    grant.scope, grant.patient_ids = "user/*.cruds", None
    grant.save()
    return made


def _doctor(practitioner_id: str) -> Any:
    return _linked("Practitioner", practitioner_id)


def _linked(kind: str, resource_id: str) -> Any:
    from django.utils import timezone

    from fhirapi.smart.models import RecordLink
    from fhirapi.smart.people import links
    from portal.accounts.create import create_account

    account = create_account(
        username=f"bench-{time.time_ns()}", password="-", pin="-", first_name="B", last_name="B",
        wants_provider=True,
    )  # fmt: skip
    account.provider_approved_at = timezone.now()
    account.save()
    links.link(account, kind, resource_id, method=RecordLink.Method.DEMO)
    return account
