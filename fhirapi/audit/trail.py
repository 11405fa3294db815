"""The API's audit records: each is on disk before its answer leaves, many share one commit.

A commit waits for the disk, so requests that run at the same time write together: the first of
them gathers the others' records while the batch before is being written, then writes them all.
Nobody is answered before the batch with the own record is committed (docs/decisions/0003).
"""

from dataclasses import dataclass, field
from threading import Event, Lock
from typing import NamedTuple

from fhirapi.sql import Statement, array, database

_WRITE = Statement("""
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
""")


class Entry(NamedTuple):
    """A record to be; the columns of AuditRecord as PostgreSQL writes them."""

    action: str
    outcome: str
    account_id: int | None
    client_id: str | None
    resource_type: str | None = None
    resource_id: str | None = None
    patient_ids: str | None = None
    """An array literal: ``{142859,142860}``."""
    detail: str | None = None
    address: str | None = None


@dataclass(slots=True)
class _Batch:
    entries: list[Entry] = field(default_factory=list)
    is_written: Event = field(default_factory=Event)
    failure: BaseException | None = None


class Trail:
    """One for the process. Threads may write at the same time."""

    def __init__(self) -> None:
        self._gathering = Lock()
        self._writing = Lock()
        self._batch = _Batch()

    def write_within(self, entries: list[Entry]) -> None:
        """In the transaction that is open: they are committed, or not, with what they tell of."""
        if entries:
            _insert(entries)

    def write(self, entry: Entry) -> None:
        """Returns when the entry is committed. Raises what kept it from being so."""
        if database().in_atomic_block:  # then it is committed, or not, with its transaction
            _insert([entry])
            return
        with self._gathering:
            batch = self._batch
            is_first = not batch.entries
            batch.entries.append(entry)
        if is_first:
            self._write(batch)
        else:
            batch.is_written.wait()
        if batch.failure:
            raise batch.failure

    def _write(self, batch: _Batch) -> None:
        with self._writing:  # the batch before; until it is done others join this one
            with self._gathering:
                self._batch = _Batch()
            try:
                _insert(batch.entries)
            except BaseException as failure:  # everybody in the batch must hear of it
                batch.failure = failure
            finally:
                batch.is_written.set()


def _insert(entries: list[Entry]) -> None:
    columns = zip(Entry._fields, zip(*entries, strict=True), strict=True)
    _WRITE.fetch_one({name: array(values) for name, values in columns})


trail = Trail()
