"""The API's audit records: each is on disk before its answer leaves, many share one commit.

Nobody is answered before the batch with the own record is committed (docs/decisions/0003).
"""

from fhirapi.audit.entry import Entry
from fhirapi.audit.stamp import Stamp, stamps
from fhirapi.sql import Statement, array
from fhirapi.together import Take, Together

__all__ = ["Entry", "Trail", "trail"]

_WRITE = Statement("""
INSERT INTO fhirapi_auditrecord
    (recorded, mac, action, outcome, account_id, client_id, resource_type, resource_id,
     patient_ids, detail, address)
SELECT recorded::timestamptz, decode(mac, 'hex'), action, outcome, account_id, client_id,
       resource_type, resource_id, patient_ids::text[], detail, address::inet
FROM unnest(%(recorded)s::text[], %(mac)s::text[],
            %(action)s::text[], %(outcome)s::text[], %(account_id)s::bigint[],
            %(client_id)s::text[], %(resource_type)s::text[], %(resource_id)s::text[],
            %(patient_ids)s::text[], %(detail)s::text[], %(address)s::text[])
     AS entry(recorded, mac, action, outcome, account_id, client_id, resource_type, resource_id,
              patient_ids, detail, address)
RETURNING id
""")


def _insert(entries: list[Entry]) -> None:
    columns = {
        **dict(zip(Stamp._fields, zip(*stamps(entries), strict=True), strict=True)),
        **dict(zip(Entry._fields, zip(*entries, strict=True), strict=True)),
    }
    _WRITE.fetch_one({name: array(values) for name, values in columns.items()})


def _insert_all(take: Take[Entry]) -> list[None]:
    entries = take()
    _insert(entries)
    return [None] * len(entries)


class Trail:
    """One for the process. Threads may write at the same time."""

    def __init__(self) -> None:
        self._together = Together(_insert_all)

    def write_within(self, entries: list[Entry]) -> None:
        """In the transaction that is open: they are committed, or not, with what they tell of."""
        if entries:
            _insert(entries)

    def write(self, entry: Entry) -> None:
        """Returns when the entry is committed. Raises what kept it from being so."""
        self._together(entry)


trail = Trail()
