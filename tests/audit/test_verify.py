"""Who changes the trail past the product is found, also who owns the database and all of it."""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from fhirapi.audit import sealing, tip
from fhirapi.audit.entry import Entry
from fhirapi.audit.line import COLUMNS
from fhirapi.audit.models import AuditCheck, AuditRecord, AuditSeal
from fhirapi.audit.trail import Trail
from fhirapi.sql import fetch_one

pytestmark = pytest.mark.django_db
Tamper = Callable[..., None]


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Any) -> None:
    settings.DATA_DIR = tmp_path


@pytest.fixture
def tamper() -> Tamper:
    """As a superuser who switches triggers off."""

    def run(sql: str, *values: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(sql, values)
            assert cursor.rowcount != 0
            cursor.execute("SET LOCAL session_replication_role = origin")

    return run


def write(*numbers: int) -> list[int]:
    """A record for each number, as one batch; their ids."""
    Trail().write_within([
        Entry("read", "success", account_id=each, client_id="an app", resource_type="Patient",
              resource_id=str(each), patient_ids=f"{{{each}}}", address="10.0.0.7")
        for each in numbers
    ])  # fmt: skip
    found = AuditRecord.objects.filter(account_id__in=numbers).order_by("id")
    return list(found.values_list("pk", flat=True))


def sealed(*numbers: int) -> list[int]:
    ids = write(*numbers)
    assert sealing.seal_all() == len(ids)
    return ids


def verified(**options: Any) -> str:
    out = StringIO()
    call_command("verify_audit", stdout=out, **options)
    return out.getvalue()


def found(**options: Any) -> list[str]:
    """What is wrong, without why."""
    out = StringIO()
    with pytest.raises(CommandError) as refused:
        call_command("verify_audit", stdout=out, **options)
    assert refused.value.returncode == 1
    *lines, summary = out.getvalue().splitlines()
    assert "verified" in summary
    return [each.partition(":")[0] for each in lines]


def test_an_untouched_trail_is_whole():
    sealed(1, 2, 3)
    write(4, 5)
    assert "5 records and 2 seals verified" in verified()
    assert AuditCheck.objects.get().findings == 0


def test_an_empty_trail_is_whole():
    assert "0 records and 0 seals verified" in verified()


@pytest.mark.parametrize(
    "change",
    ["outcome = 'denied'", "account_id = 7", "patient_ids = '{7}'", "address = NULL",
     "recorded = recorded - interval '1 microsecond'", "detail = ''", "mac = NULL",
     "mac = decode(repeat('00', 36), 'hex')"],
)  # fmt: skip
def test_a_changed_record_is_found(tamper: Tamper, change: str):
    _, second, _ = sealed(1, 2, 3)
    tamper(f"UPDATE fhirapi_auditrecord SET {change} WHERE id = %s", second)  # noqa: S608
    assert found() == [f"changed record {second}"]
    assert AuditCheck.objects.get().findings == 1


def test_a_removed_record_is_found(tamper: Tamper):
    first, _, third = sealed(1, 2, 3)
    tamper("DELETE FROM fhirapi_auditrecord WHERE id IN (%s, %s)", first, third)
    assert found() == [f"removed record {first}", f"removed record {third}"]


def test_records_that_changed_places_are_found(tamper: Tamper):
    first, second, _ = sealed(1, 2, 3)
    columns = "recorded, action, outcome, account_id, resource_id, patient_ids, mac"
    tamper(
        f"UPDATE fhirapi_auditrecord one SET ({columns}) = (SELECT {columns} "  # noqa: S608
        "FROM fhirapi_auditrecord other WHERE other.id = %s + %s - one.id) WHERE id IN (%s, %s)",
        *(first, second, first, second),
    )
    assert found() == [f"reordered record {first}", f"reordered record {second}"]


def test_also_across_seals(tamper: Tamper):
    [first], [second] = sealed(1), sealed(2)
    for one, other in ((first, 0), (second, first), (0, second)):
        tamper("UPDATE fhirapi_auditrecord SET id = %s WHERE id = %s", other, one)
    assert found() == [f"reordered record {first}", f"reordered record {second}"]


def test_a_record_written_past_the_product_is_found(tamper: Tamper):
    sealed(1)
    tamper("INSERT INTO fhirapi_auditrecord (action, outcome) VALUES ('read', 'success')")
    tamper("UPDATE fhirapi_auditseal SET sealed_at = sealed_at - interval '2 days'")
    added = AuditRecord.objects.latest("id").pk
    assert f"added record {added}" in found()


def test_a_copy_of_a_record_is_found(tamper: Tamper):
    [first] = sealed(1)
    columns = ", ".join(("mac", *COLUMNS))
    tamper(
        f"INSERT INTO fhirapi_auditrecord ({columns}) "  # noqa: S608 - constants
        f"SELECT {columns} FROM fhirapi_auditrecord WHERE id = %s",
        first,
    )
    added = AuditRecord.objects.latest("id").pk
    assert found() == [f"added record {added}"]


@pytest.mark.parametrize("change", ["amount = 1", "ids = '{}'", "reached = 0", "mac = '\\x00'"])
def test_a_changed_seal_is_found(tamper: Tamper, change: str):
    sealed(1, 2)
    sealed(3)
    tamper(f"UPDATE fhirapi_auditseal SET {change} WHERE number = 1")  # noqa: S608
    assert "seal broken" in found()


def test_a_removed_seal_is_found(tamper: Tamper):
    sealed(1)
    sealed(2)
    sealed(3)
    tamper("DELETE FROM fhirapi_auditseal WHERE number = 2")
    assert "seal broken" in found()


def test_a_trail_whose_end_was_cut_off_is_found_and_not_sealed_any_further(tamper: Tamper):
    sealed(1)
    [last] = sealed(2)
    tamper("DELETE FROM fhirapi_auditseal WHERE number = 2")
    tamper("DELETE FROM fhirapi_auditrecord WHERE id = %s", last)
    write(3)
    with pytest.raises(tip.TrailLost):
        sealing.seal_new()
    assert found() == ["truncated"]


def test_also_by_whoever_has_only_noted_the_last_seal_down(tamper: Tamper):
    sealed(1)
    sealed(2)
    noted = verified().rpartition("it is ")[2].strip().rstrip(".")
    verified(seal=tip.Tip.of_text(noted))
    tip.forget()
    tamper("DELETE FROM fhirapi_auditseal WHERE number = 2")
    assert found(seal=tip.Tip.of_text(noted)) == ["truncated"]


def test_after_a_backup_was_restored_the_trail_goes_on_where_it_ends(tamper: Tamper):
    sealed(1)
    [last] = sealed(2)
    tamper("DELETE FROM fhirapi_auditseal WHERE number = 2")
    tamper("DELETE FROM fhirapi_auditrecord WHERE id = %s", last)
    write(3)
    assert "2 records and 2 seals" in verified(restored=True)
    verified()


def test_it_can_begin_behind_a_seal(tamper: Tamper):
    [first] = sealed(1)
    sealed(2)
    tamper("UPDATE fhirapi_auditrecord SET outcome = 'denied' WHERE id = %s", first)
    assert "1 records and 1 seals" in verified(since=1)
    assert found() == [f"changed record {first}"]


def test_records_from_before_there_were_macs_are_sealed_as_they_are_found(tamper: Tamper):
    AuditRecord.objects.create(action="read", outcome="success", account_id=1)
    AuditRecord.objects.create(action="read", outcome="denied", account_id=2)
    write(3)
    assert "3 records and 1 seals" in verified()
    assert AuditSeal.objects.get().kind == AuditSeal.Kind.FOUND
    old = AuditRecord.objects.get(account_id=2).pk
    tamper("UPDATE fhirapi_auditrecord SET outcome = 'success' WHERE id = %s", old)
    assert found() == [f"changed record {old}"]


def _with_id(tamper: Tamper, number: int, record_id: int) -> None:
    """A record whose id was given long before it was committed."""
    [written] = write(number)
    tamper("UPDATE fhirapi_auditrecord SET id = %s WHERE id = %s", record_id, written)


def _given_away() -> int:
    row = fetch_one("SELECT nextval('fhirapi_auditrecord_id_seq')")
    assert row is not None
    return int(row[0])


def test_a_record_whose_transaction_took_long_comes_into_a_later_seal(tamper: Tamper):
    sealed(1)
    waited_for = _given_away()
    sealed(2)
    _with_id(tamper, 3, waited_for)
    assert sealing.seal_all() == 1
    assert "3 records and 3 seals" in verified()


def test_one_that_is_not_waited_for_any_more_is_sealed_when_a_verification_finds_it(
    tamper: Tamper, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sealing, "_gaps", lambda reached: "{}")
    sealed(1)
    late = _given_away()
    sealed(2)
    _with_id(tamper, 3, late)
    assert sealing.seal_all() == 0
    verified()
    assert AuditSeal.objects.get(number=3).kind == AuditSeal.Kind.LATE
    assert "3 records and 3 seals" in verified()
    tamper("DELETE FROM fhirapi_auditrecord WHERE id = %s", late)
    assert found() == [f"removed record {late}"]


def test_after_a_rotation_both_keys_verify_until_the_old_one_is_taken_away(settings: Any):
    [first] = sealed(1)
    old = settings.AUDIT_KEYS
    settings.AUDIT_KEYS = ["a new key of thirty-two characters or more", *old]
    sealed(2)
    assert "2 records and 2 seals" in verified()
    settings.AUDIT_KEYS = settings.AUDIT_KEYS[:1]
    assert found() == ["seal broken", f"changed record {first}"]
