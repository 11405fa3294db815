"""What the audit trail costs: the macs on the way of a request, seals, and a verification.

    python -m benchmarks.audit [records]

Times of processors, ours and PostgreSQL's backend's, so that it matters little what else the
machine does. Bare: the same INSERT without time and mac, as it was before there were any.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.world import database

RECORDS, AT_ONCE, ROUNDS = 300_000, 4, 10
"""AT_ONCE: records that requests of one moment write together, as a busy worker does."""
_TICKS = os.sysconf("SC_CLK_TCK")
_BARE = """
INSERT INTO fhirapi_auditrecord
    (action, outcome, account_id, client_id, resource_type, resource_id, patient_ids, detail,
     address)
SELECT action, outcome, account_id, client_id, resource_type, resource_id, patient_ids::text[],
       detail, address::inet
FROM unnest(%(action)s::text[], %(outcome)s::text[], %(account_id)s::bigint[],
            %(client_id)s::text[], %(resource_type)s::text[], %(resource_id)s::text[],
            %(patient_ids)s::text[], %(detail)s::text[], %(address)s::text[])
     AS entry(action, outcome, account_id, client_id, resource_type, resource_id, patient_ids,
              detail, address)
RETURNING id
"""


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else RECORDS
    with database(), tempfile.TemporaryDirectory() as folder:
        from django.conf import settings
        from django.core.management import call_command
        from django.db import connection

        call_command("migrate", verbosity=0)
        settings.DATA_DIR = Path(folder)
        with connection.cursor() as cursor:
            cursor.execute("SET synchronous_commit = off")
        _writing()
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE fhirapi_auditrecord")
        _verifying(count)


def _entry(number: int) -> Any:
    from fhirapi.audit.entry import Entry

    return Entry(
        "read", "success", 7, "QSC1234567890", "Observation", f"obs-{number}", "{142859}", None,
        "10.0.0.7",
    )  # fmt: skip


def _writing() -> None:
    """The least of many rounds, in turn."""
    from fhirapi.audit.entry import Entry
    from fhirapi.audit.trail import _insert
    from fhirapi.sql import Statement, array

    bare, entries = Statement(_BARE), [_entry(number) for number in range(AT_ONCE)]

    def without() -> None:
        columns = zip(Entry._fields, zip(*entries, strict=True), strict=True)
        bare.fetch_one({name: array(values) for name, values in columns})

    def with_macs() -> None:
        _insert(entries)

    least = {without: (9.0, 9.0), with_macs: (9.0, 9.0)}
    for _ in range(ROUNDS):
        for write in least:
            least[write] = min(least[write], _cost(partial(_many, write, 1_000)), key=sum)
    for write, (ours, theirs) in least.items():
        each = 1_000 * AT_ONCE / 1e6
        print(f"{write.__name__:9} {ours / each:5.1f} + {theirs / each:5.1f} µs a record")


def _verifying(count: int) -> None:
    from fhirapi.audit import sealing, seals
    from fhirapi.audit.trail import _insert
    from fhirapi.audit.verifying import Verification

    _many(lambda: _insert([_entry(number) for number in range(1_000)]), count // 1_000)
    ours, theirs = _cost(sealing.seal_all)
    print(f"sealing   {ours / count * 1e6:5.2f} + {theirs / count * 1e6:5.2f} µs a record")
    ours, theirs = _cost(partial(_many, sealing.seal_new, 100))
    print(f"a look when nothing is new: {ours * 10:.2f} + {theirs * 10:.2f} ms")
    last = seals.last()
    began = time.monotonic()
    check = Verification(0, last.number if last else 0)
    ours, theirs = _cost(check.run)
    seconds = time.monotonic() - began
    assert check.result.amount == count // 1_000 * 1_000
    assert not check.result.findings.amount
    each = f"{ours / count * 1e6:5.2f} + {theirs / count * 1e6:5.2f} µs a record"
    print(f"verifying {each}: {count / (ours + theirs):,.0f}/s of one processor, "
          f"{count / seconds:,.0f}/s here")  # fmt: skip


def _many(run: Callable[[], object], times: int) -> None:
    for _ in range(times):
        run()


def _cost(run: Callable[[], object]) -> tuple[float, float]:
    """Seconds of processor: ours, and the backend's."""
    mine, backend = time.process_time(), _backend()
    run()
    return time.process_time() - mine, _backend() - backend


def _backend() -> float:
    from django.db import connection

    pid = connection.connection.info.backend_pid
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


if __name__ == "__main__":
    main()
