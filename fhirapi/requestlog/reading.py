"""What the log says of one app: pages of rows, newest first, and figures in one statement."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db.models import Q, QuerySet

from fhirapi.requestlog.models import RequestRecord
from fhirapi.sql import fetch_one

PAGE = 50
MOST_DOWNLOADED = 100_000
_LATEST = 1000
_CHUNK = 2000

# Whatever an app asked between two moments, told as the plots need it.
_FIGURES = """
WITH mine AS MATERIALIZED (
    SELECT date_trunc(%(unit)s, at AT TIME ZONE %(zone)s) AS slot, route, ms, error
    FROM fhirapi_requestrecord WHERE client_id = %(client_id)s AND at >= %(since)s
)
SELECT jsonb_build_object(
    'total', (SELECT jsonb_build_object(
        'requests', count(*), 'errors', count(error),
        'p50', percentile_cont(0.5) WITHIN GROUP (ORDER BY ms),
        'p95', percentile_cont(0.95) WITHIN GROUP (ORDER BY ms)) FROM mine),
    'slots', (SELECT coalesce(jsonb_agg(to_jsonb(each) ORDER BY slot), '[]') FROM (
        SELECT slot, count(*) AS requests, count(error) AS errors,
               percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) AS p50,
               percentile_cont(0.95) WITHIN GROUP (ORDER BY ms) AS p95
        FROM mine GROUP BY slot) each),
    'routes', (SELECT coalesce(jsonb_agg(to_jsonb(each)), '[]') FROM (
        SELECT route, count(*) AS requests, count(error) AS errors,
               percentile_cont(0.95) WITHIN GROUP (ORDER BY ms) AS p95
        FROM mine GROUP BY route ORDER BY count(*) DESC, route LIMIT 10) each),
    'errors', (SELECT coalesce(jsonb_agg(to_jsonb(each)), '[]') FROM (
        SELECT error, count(*) AS requests, min(route) AS route
        FROM mine WHERE error IS NOT NULL
        GROUP BY error ORDER BY count(*) DESC, error LIMIT 10) each)
)::text
"""


@dataclass(frozen=True)
class Wanted:
    """What of an app's log is to be shown."""

    client_id: str
    since: datetime
    status_class: str = ""
    """``ok``, ``errors``, ``4`` or ``5``; empty: all."""
    route: str = ""

    def rows(self) -> QuerySet[RequestRecord]:
        found = RequestRecord.objects.filter(client_id=self.client_id, at__gte=self.since)
        if self.status_class == "ok":
            found = found.filter(error=None)
        elif self.status_class == "errors":
            found = found.exclude(error=None)
        elif self.status_class:
            first = int(self.status_class) * 100
            found = found.filter(status__gte=first, status__lt=first + 100)
        if self.route:
            found = found.filter(route=self.route)
        return found.order_by("-at", "-id")


@dataclass(frozen=True)
class Place:
    """The last row of the page before."""

    at: datetime
    id: int


def page(wanted: Wanted, after: Place | None) -> tuple[list[RequestRecord], Place | None]:
    """With the place where the next page goes on, if there is one."""
    rows = wanted.rows()
    if after:
        rows = rows.filter(at__lte=after.at).filter(Q(at__lt=after.at) | Q(id__lt=after.id))
    found = list(rows[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    return found[:PAGE], Place(last.at, last.pk) if last else None


def routes(client_id: str) -> list[str]:
    """Those of the latest requests, for a choice."""
    latest = RequestRecord.objects.filter(client_id=client_id).order_by("-at", "-id")
    return sorted(set(latest.values_list("route", flat=True)[:_LATEST]))


def download(wanted: Wanted) -> Iterator[RequestRecord]:
    return wanted.rows()[:MOST_DOWNLOADED].iterator(chunk_size=_CHUNK)


def figures(client_id: str, since: datetime, *, unit: str, zone: str) -> dict[str, Any]:
    """``unit``: ``minute``, ``hour`` or ``day`` of the time zone."""
    row = fetch_one(_FIGURES, {"client_id": client_id, "since": since, "unit": unit, "zone": zone})
    told: dict[str, Any] = orjson.loads(row[0] if row else b"{}")
    return told
