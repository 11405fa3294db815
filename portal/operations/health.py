"""How the installation is: a few figures that one statement answers, however much is stored."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from fhirapi.audit.standing import Standing, standing
from fhirapi.sql import fetch
from portal.operations.models import JobRun

MOST = 1_000
"""Of what has run out, so many are counted; beyond that it only matters that they are many."""
# Each is counted along an index, as far as it is counted at all.
_FIGURES = f"""
SELECT pg_database_size(current_database()),
       (SELECT recorded FROM fhirapi_auditrecord ORDER BY id LIMIT 1),
       (SELECT count(*) FROM
           ((SELECT 1 FROM django_session WHERE expire_date < now() LIMIT {MOST})
            UNION ALL
            (SELECT 1 FROM fhirapi_spentassertion WHERE expires_at < now() LIMIT {MOST})
            UNION ALL
            (SELECT 1 FROM fhirapi_launchcontext WHERE expires_at < now() LIMIT {MOST})) expired),
       (SELECT count(*) FROM
           (SELECT 1 FROM portal_letterfailure
            WHERE failed_at > now() - interval '7 days' LIMIT {MOST}) failed)
"""  # noqa: S608 - a number of ours


class Figures(NamedTuple):
    database_size: int
    oldest_record: datetime | None
    expired: int
    letters_failed: int


@dataclass(frozen=True)
class Health:
    figures: Figures
    last_clear: JobRun | None
    trail: Standing


def health() -> Health:
    [row] = fetch(_FIGURES)
    last = JobRun.objects.filter(job="clear_expired").order_by("-id").first()
    return Health(Figures(*row), last, standing())
