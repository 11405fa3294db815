"""What is archived is whole, can be verified for good, and the trail goes on without it."""

import gzip
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from fhirapi.audit import sealing
from fhirapi.audit.entry import Entry
from fhirapi.audit.models import AuditRecord, AuditSeal
from fhirapi.audit.trail import Trail
from fhirapi.management.commands.archive_audit import years_ago
from fhirapi.sql import array

pytestmark = pytest.mark.django_db
TOMORROW = timezone.localdate() + timedelta(days=1)
AWKWARD = 'a "b"\t\\N {c}\n'


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path / "data"
    settings.DATA_DIR.mkdir()
    settings.AUDIT_YEARS = 0


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Path]:
    """Archives everything but what the last seal holds."""
    monkeypatch.setattr("fhirapi.management.commands.archive_audit.years_ago",
                        lambda day, years: TOMORROW)  # fmt: skip

    def run() -> Path:
        call_command("archive_audit", to=tmp_path, stdout=StringIO())
        return max(tmp_path.glob("audit-*.ndjson.gz"))

    return run


def sealed(number: int) -> int:
    Trail().write(Entry("read", "success", account_id=number, client_id="an app",
                        resource_id=AWKWARD, patient_ids=array([str(number), AWKWARD]),
                        address="2001:DB8::1"))  # fmt: skip
    sealing.seal_all()
    return AuditRecord.objects.latest("id").pk


def verified(**options: Any) -> str:
    out = StringIO()
    call_command("verify_audit", stdout=out, **options)
    return out.getvalue()


def test_records_leave_the_table_and_the_trail_is_whole_without_them(archive: Callable[[], Path]):
    sealed(1)
    sealed(2)
    last = sealed(3)
    archive()
    assert list(AuditRecord.objects.exclude(action="operation").values_list("pk", flat=True)) == [
        last
    ]
    assert AuditSeal.objects.filter(kind="archived").count() == 1
    assert "2 records and 3 seals" in verified()


def test_the_file_is_verified_as_well(archive: Callable[[], Path]):
    AuditRecord.objects.create(action="read", outcome="success", detail="before there were macs")
    sealed(1)
    sealed(2)
    path = archive()
    assert path.stat().st_mode & 0o777 == 0o600
    assert "is whole" in verified(archive=path)


@pytest.mark.parametrize(
    ("old", "new"),
    [('"action":"read"', '"action":"search"'), ('{"record":', '{"seal":'), ('"id":', '"id":1')],
)
def test_a_file_that_was_changed_is_found(archive: Callable[[], Path], old: str, new: str):
    sealed(1)
    sealed(2)
    path = archive()
    text = gzip.decompress(path.read_bytes()).decode()
    assert old in text
    path.write_bytes(gzip.compress(text.replace(old, new, 1).encode()))
    with pytest.raises(CommandError):
        verified(archive=path)


def test_also_if_it_is_a_whole_file_of_another_name(archive: Callable[[], Path], tmp_path: Path):
    sealed(1)
    sealed(2)
    first = archive()
    sealed(3)
    second = archive()
    first.write_bytes(second.read_bytes())
    with pytest.raises(CommandError):
        verified(archive=first)


def test_archives_follow_each_other(archive: Callable[[], Path]):
    sealed(1)
    sealed(2)
    first = archive()
    sealed(3)
    second = archive()
    assert first != second
    assert "is whole" in verified(archive=second)
    assert "3 records" in verified()


def test_without_the_seal_that_tells_of_it_the_beginning_is_missed(archive: Callable[[], Path]):
    sealed(1)
    sealed(2)
    archive()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM fhirapi_auditseal WHERE kind = 'archived'")
        cursor.execute("SET LOCAL session_replication_role = origin")
    with pytest.raises(CommandError):
        verified()


def test_what_is_not_whole_is_not_archived(archive: Callable[[], Path], tmp_path: Path):
    first = sealed(1)
    sealed(2)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE fhirapi_auditrecord SET outcome = 'denied' WHERE id = %s", [first])
        cursor.execute("SET LOCAL session_replication_role = origin")
    with pytest.raises(CommandError, match=f"changed record {first}"):
        archive()
    assert not list(tmp_path.glob("audit-*"))
    assert AuditRecord.objects.filter(pk=first).exists()


def test_nothing_goes_before_its_time(tmp_path: Path, settings: Any):
    settings.AUDIT_YEARS = 6
    sealed(1)
    sealed(2)
    out = StringIO()
    call_command("archive_audit", to=tmp_path, stdout=out)
    assert "Nothing was sealed before" in out.getvalue()
    with pytest.raises(CommandError, match="AUDIT_YEARS=6"):
        call_command("archive_audit", to=tmp_path, before=TOMORROW)


def test_six_years_before_a_leap_day_is_the_day_before():
    assert years_ago(timezone.datetime(2028, 2, 29).date(), 6).isoformat() == "2022-02-28"


@pytest.mark.parametrize("table", ["auditrecord", "auditseal"])
def test_who_does_not_own_the_trail_cannot_remove_from_it_whatever_they_say(table: str):
    sealed(1)
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("CREATE ROLE stranger")
        cursor.execute(f"GRANT ALL ON fhirapi_{table} TO stranger")
        cursor.execute("SET LOCAL ROLE stranger")
        cursor.execute("SELECT set_config('qsmartcare.archived', 'yes', true)")
        with pytest.raises(ProgrammingError, match="append-only"):
            cursor.execute(f"DELETE FROM fhirapi_{table}")  # noqa: S608
        transaction.set_rollback(True)
