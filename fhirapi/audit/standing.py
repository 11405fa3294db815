"""How the trail stands, in figures that cost no more than a look at an index."""

from dataclasses import dataclass
from datetime import datetime

from fhirapi.sql import fetch_one

MOST = 10_000
"""So many records that are not sealed are counted; more are many."""
_STANDING = f"""
SELECT (SELECT sealed_at FROM fhirapi_auditseal ORDER BY number DESC LIMIT 1),
       (SELECT count(*) FROM (
           SELECT FROM fhirapi_auditrecord WHERE id > coalesce(
               (SELECT reached FROM fhirapi_auditseal ORDER BY number DESC LIMIT 1), 0)
           ORDER BY id LIMIT {MOST}) newer),
       checked.finished_at, checked.findings
FROM (SELECT) one LEFT JOIN (
    SELECT finished_at, findings FROM fhirapi_auditcheck ORDER BY id DESC LIMIT 1) checked ON true
"""  # noqa: S608 - a number of ours


@dataclass(frozen=True)
class Standing:
    sealed_at: datetime | None
    unsealed: int
    """Records since then, as far as MOST."""
    verified_at: datetime | None
    findings: int | None
    """Of the last verification."""


def standing() -> Standing:
    row = fetch_one(_STANDING)
    assert row is not None, "it always has one row"  # noqa: S101
    return Standing(*row)
