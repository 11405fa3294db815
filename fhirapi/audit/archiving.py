"""Moves the beginning of the trail to a file: whole seals with their records, verified as they go.

gzip, a JSON object a line: ``{"seal": ...}``, then its records, ``{"record": ...}`` each. The file
carries all macs, so it can be verified for good, by whoever has the keys.
"""

import gzip
import os
from collections.abc import Iterator
from datetime import datetime
from hashlib import file_digest
from itertools import chain
from pathlib import Path
from typing import Any

import orjson
from django.db import connection, transaction

from fhirapi.audit import archived, reading, sealing, seals
from fhirapi.audit.archived import Archived
from fhirapi.audit.entry import Entry
from fhirapi.audit.findings import Findings, Kind
from fhirapi.audit.keys import NAME, NONE, ring
from fhirapi.audit.line import COLUMNS, line
from fhirapi.audit.seals import MARK, Seal
from fhirapi.sql import fetch_one

_UNTIL = "SELECT max(number) FROM fhirapi_auditseal WHERE sealed_at < %s"
# Seals are made in the order of their numbers; the last one stays, or the chain would begin anew.
_NEWEST = "SELECT max(number) - 1 FROM fhirapi_auditseal"
_MAY = "SELECT set_config('qsmartcare.archived', 'yes', true)"
_RUNS = """
SELECT coalesce(range_agg(run), '{}')::text
FROM fhirapi_auditseal seal, unnest(seal.ids::int8multirange) run
WHERE seal.number > %s AND seal.number <= %s
"""
_SEALS_AT_ONCE = 1_000
_FORGET_RECORDS = "DELETE FROM fhirapi_auditrecord WHERE id >= %s AND id < %s"
_FORGET_SEALS = "DELETE FROM fhirapi_auditseal WHERE number <= %s"


class CannotArchive(Exception):
    """What was to be archived is not whole; the file was not kept, and nothing was removed."""


def last_before(moment: datetime) -> int | None:
    """The last seal that may go: made before the moment, and not the newest of all."""
    [(until,), (newest,)] = (fetch_one(_UNTIL, [moment]) or (None,), fetch_one(_NEWEST) or (None,))
    return None if until is None or not newest else min(int(until), int(newest)) or None


def archive(until: int, folder: Path) -> Archived:
    """Everything up to the seal of this number. Raises CannotArchive."""
    first, last = seals.first(), seals.numbered(until)
    if first is None or last is None:
        raise CannotArchive(f"Seal {until} is not there.")
    path = folder / f"audit-{first.number:010d}-{until:010d}.ndjson.gz"
    beside = path.with_suffix(".part")
    try:
        amount = _write(beside, first.number - 1, until)
        findings = check(beside, follows=_before(first))
        if findings.amount:
            raise CannotArchive(str(next(findings.told())))
        with beside.open("rb") as file:
            digest = file_digest(file, "sha256").hexdigest()
        made = Archived(path.name, digest, amount, first.number, last)
        beside.rename(path)
    finally:
        beside.unlink(missing_ok=True)
    _sync(folder)
    _forget(made)
    return made


def check(path: Path, *, follows: Seal | None = None) -> Findings:
    """What is wrong with a file. ``follows``: the seal before its first, where it is known."""
    findings, keys, previous = Findings(), ring(), follows
    for seal, records in _read(path):
        if previous is not None and not keys.made(seal.mac, seal.message(previous.mac)):
            findings.add(Kind.SEAL_BROKEN, f"seal {seal.number} does not fit the one before it")
        if previous is None and seal.number == 1 and not keys.made(seal.mac, seal.message(b"")):
            findings.add(Kind.SEAL_BROKEN, "seal 1 was changed")
        previous = seal
        _check_records(seal, records, findings)
    return findings


def _check_records(seal: Seal, records: dict[int, tuple[bytes, bytes]], findings: Findings) -> None:
    keys, macs = ring(), []
    for place, record_id in enumerate(chain.from_iterable(seal.runs())):
        mac, told = records.pop(record_id, (b"", b""))
        sealed = seal.marks[place * MARK : (place + 1) * MARK]
        macs.append(mac)
        if not mac:
            findings.gone(record_id, seal.number, sealed)
        elif mac[:NAME] != NONE and not keys.made(mac, told):
            findings.add(Kind.CHANGED, "it is not what its mac was made of", record_id=record_id)
        elif seals.mark(mac) != sealed:
            findings.displaced(record_id, seal.number, sealed, seals.mark(mac))
    for record_id in records:
        findings.add(Kind.ADDED, f"seal {seal.number} does not hold it", record_id=record_id)
    if seals.digest(macs) != seal.digest and not findings.amount:
        findings.add(Kind.SEAL_BROKEN, f"seal {seal.number} holds other records")


def _before(first: Seal) -> Seal | None:
    return archived.stands_for(first.number - 1)


def _write(path: Path, after: int, until: int) -> int:
    amount = 0
    with path.open("xb") as raw, gzip.open(raw, "wb", compresslevel=6) as file:
        os.fchmod(raw.fileno(), 0o600)
        for seal in seals.between(after, until):
            file.write(orjson.dumps({"seal": archived.as_json(seal)}) + b"\n")
            if seal.amount:
                for each in _records(seal):
                    amount += 1
                    file.write(orjson.dumps({"record": each}) + b"\n")
        file.close()
        raw.flush()
        os.fsync(raw.fileno())
    return amount


def _records(seal: Seal) -> Iterator[dict[str, Any]]:
    for record_id, mac, told in reading.of(seal.ids):
        cells = reading.cells(told)
        mac_text = None if mac[:NAME] == NONE else mac.hex()
        yield {"id": record_id, **dict(zip(COLUMNS, cells, strict=True)), "mac": mac_text}


def _read(path: Path) -> Iterator[tuple[Seal, dict[int, tuple[bytes, bytes]]]]:
    """Each seal with its records: mac and line, by id."""
    seal: Seal | None = None
    records: dict[int, tuple[bytes, bytes]] = {}
    with gzip.open(path, "rb") as file:
        for text in file:
            told = orjson.loads(text)
            if "seal" in told:
                if seal:
                    yield seal, records
                seal, records = archived.seal_of(told["seal"]), {}
            else:
                record_id, mac, whole = _record(told["record"])
                records[record_id] = mac, whole
    if seal:
        yield seal, records


def _record(told: dict[str, Any]) -> tuple[int, bytes, bytes]:
    account_id = told["account_id"]
    values = {name: told[name] for name in Entry._fields}
    entry = Entry(**{**values, "account_id": None if account_id is None else int(account_id)})
    whole = line(told["recorded"], entry)
    mac = bytes.fromhex(told["mac"]) if told["mac"] else reading.unkeyed(whole)
    return int(told["id"]), mac, whole


@transaction.atomic
def _forget(made: Archived) -> None:
    """The seal that tells of the file, and only with it the removal of what the file holds."""
    sealing.chain(
        seals.Kind.ARCHIVED, ids="{}", macs=[], about=archived.text_of([*archived.every(), made])
    )
    with connection.cursor() as cursor:
        cursor.execute(_MAY)
        amount = 0
        for run in _runs(made):
            cursor.execute(_FORGET_RECORDS, [run.start, run.stop])
            amount += cursor.rowcount
        if amount != made.amount:
            raise CannotArchive("The trail has changed while it was archived.")
        cursor.execute(_FORGET_SEALS, [made.last.number])
        cursor.execute("SELECT set_config('qsmartcare.archived', '', true)")


def _runs(made: Archived) -> Iterator[range]:
    """Of all its records' ids."""
    for after in range(made.first - 1, made.last.number, _SEALS_AT_ONCE):
        row = fetch_one(_RUNS, [after, min(after + _SEALS_AT_ONCE, made.last.number)])
        yield from seals.runs(str(row[0]) if row else "{}")


def _sync(folder: Path) -> None:
    """So that the name of the file is on the disk too, before anything is removed."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
