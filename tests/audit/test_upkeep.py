"""Workers seal the trail by themselves, its keys can be exchanged, and it is told how it stands."""

import asyncio
import json
import logging
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from fhirapi.audit import sealing, seals, tip
from fhirapi.audit.entry import Entry
from fhirapi.audit.models import AuditRecord, AuditSeal
from fhirapi.audit.sealer import Sealer
from fhirapi.audit.seals import Seal
from fhirapi.audit.standing import standing
from fhirapi.audit.trail import Trail
from qsmartcare import keyring


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


def write(number: int) -> None:
    Trail().write(Entry("read", "success", number, "an app"))


def is_sealed() -> bool:
    try:
        return AuditSeal.objects.exists()
    finally:
        connection.close()


async def seal_until_there_is_one() -> None:
    task = asyncio.create_task(Sealer().run())
    while not await asyncio.to_thread(is_sealed):
        assert not task.done()
        await asyncio.sleep(0.05)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.django_db(transaction=True)
def test_a_worker_seals_what_is_new_and_notes_the_end_down(tmp_path: Path):
    write(1)
    asyncio.run(seal_until_there_is_one())
    noted = json.loads((tmp_path / "audit_tip.json").read_text())
    seal = AuditSeal.objects.get()
    assert noted == {"number": 1, "mac": bytes(seal.mac).hex()}
    assert (tmp_path / "audit_tip.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.django_db
def test_a_worker_that_misses_the_end_says_so_once_and_seals_nothing(caplog: Any):
    write(1)
    sealing.seal_all()
    tip.remember(one_further())
    write(2)
    sealer = Sealer()
    with caplog.at_level(logging.ERROR):
        sealer._seal()
        sealer._seal()
    assert ["verify_audit" in each.getMessage() for each in caplog.records] == [True]
    assert AuditSeal.objects.count() == 1


def one_further() -> Seal:
    last = seals.last()
    assert last is not None
    return last._replace(number=2)


@pytest.mark.django_db
def test_it_is_told_how_the_trail_stands():
    assert (standing().sealed_at, standing().verified_at) == (None, None)
    write(1)
    assert standing().unsealed == 1
    call_command("verify_audit", stdout=StringIO())
    assert (standing().unsealed, standing().findings) == (0, 0)
    assert standing().verified_at is not None


@pytest.mark.django_db
def test_a_new_key_comes_in_front_and_who_made_it_is_in_the_trail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("AUDIT_KEYS", raising=False)
    [old] = keyring.load(tmp_path).audit_keys
    call_command("rotate_audit_key", stdout=StringIO())
    newest, *older = keyring.load(tmp_path).audit_keys
    assert older == [old]
    assert len(newest) >= 32
    assert AuditRecord.objects.get().action == "operation"


@pytest.mark.django_db
def test_keys_that_are_kept_elsewhere_are_exchanged_there(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AUDIT_KEYS", "from a vault")
    with pytest.raises(CommandError, match="AUDIT_KEYS"):
        call_command("rotate_audit_key")
