"""What is left of the log once its rows are too old: requests a day, so that a year can be drawn.

A row counts the requests of an app on a day of the practice, by route, error and speed; after some
weeks those of a week are put together under its Monday: a year's plot needs no more. Speeds are
steps of a logarithmic scale: counts of any days can be added, and percentiles read off the sums are
at most a tenth too high or too low.
"""

from datetime import date, datetime, timedelta
from typing import Any

import orjson
from django.conf import settings
from django.db import connection
from django.utils import timezone

from fhirapi.requestlog.models import RequestDay
from fhirapi.sql import fetch_one

KEPT = timedelta(days=400)
_SETTLES = timedelta(hours=1)
"""A day is counted when it has been over for so long: rows are written a little later."""
_STEP = 1.2  # from one speed to the next
_BY_DAY = timedelta(days=35)
"""So long a plot may ask for days."""

_COUNTED = """
SELECT client_id, (at AT TIME ZONE %(zone)s)::date AS day, route, coalesce(error, '') AS error,
       round(ln(greatest(ms, 0.01)) / ln({step}))::smallint AS speed, count(*) AS requests
FROM fhirapi_requestrecord
WHERE {of} at >= %(since)s::date::timestamp AT TIME ZONE %(zone)s {until}
GROUP BY 1, 2, 3, 4, 5
"""
_ROLL_UP = """
INSERT INTO fhirapi_requestday (client_id, day, route, error, speed, requests)
{counted} ON CONFLICT DO NOTHING
""".format(
    counted=_COUNTED.format(
        step=_STEP, of="", until="AND at < %(until)s::date::timestamp AT TIME ZONE %(zone)s"
    )
)
_PUT_TOGETHER = """
WITH days AS (
    DELETE FROM fhirapi_requestday WHERE day < %(until)s AND day <> date_trunc('week', day)::date
    RETURNING client_id, date_trunc('week', day)::date AS day, route, error, speed, requests
)
INSERT INTO fhirapi_requestday (client_id, day, route, error, speed, requests)
SELECT client_id, day, route, error, speed, sum(requests) FROM days GROUP BY 1, 2, 3, 4, 5
ON CONFLICT (client_id, day, route, error, speed)
DO UPDATE SET requests = fhirapi_requestday.requests + excluded.requests
"""
# Percentiles of each group: the first speed up to which so many of its requests were answered.
_GROUPED = """
SELECT {name}, sum(requests)::bigint AS requests, coalesce(sum(errors), 0)::bigint AS errors,
       power({step}, min(speed) FILTER (WHERE up_to >= 0.5 * whole)) AS p50,
       power({step}, min(speed) FILTER (WHERE up_to >= 0.95 * whole)) AS p95
FROM (
    SELECT {name}, speed, sum(requests) AS requests,
           sum(requests) FILTER (WHERE error <> '') AS errors,
           sum(sum(requests)) OVER (PARTITION BY {name} ORDER BY speed) AS up_to,
           sum(sum(requests)) OVER (PARTITION BY {name}) AS whole
    FROM mine GROUP BY {name}, speed
) summed GROUP BY {name}
"""


def _grouped(name: str) -> str:
    return _GROUPED.format(name=name, step=_STEP)


_FIGURES = f"""
WITH mine AS MATERIALIZED (
    SELECT date_trunc(%(unit)s, day::timestamp) AS slot, 1 AS every, route, error, speed, requests
    FROM (
        SELECT client_id, day, route, error, speed, requests FROM fhirapi_requestday
        WHERE client_id = %(client_id)s AND day >= %(first)s AND day < %(since)s
        UNION ALL {_COUNTED.format(step=_STEP, of="client_id = %(client_id)s AND", until="")}
    ) counted
)
SELECT jsonb_build_object(
    'total', (SELECT to_jsonb(each) FROM ({_grouped("every")}) each),
    'slots', (SELECT coalesce(jsonb_agg(to_jsonb(each) ORDER BY slot), '[]')
              FROM ({_grouped("slot")}) each),
    'routes', (SELECT coalesce(jsonb_agg(to_jsonb(each)), '[]') FROM (
        {_grouped("route")} ORDER BY requests DESC, route LIMIT 10) each),
    'errors', (SELECT coalesce(jsonb_agg(to_jsonb(each)), '[]') FROM (
        SELECT error, sum(requests) AS requests, min(route) AS route
        FROM mine WHERE error <> '' GROUP BY error ORDER BY 2 DESC, error LIMIT 10) each)
)::text
"""  # noqa: S608 - our own names and numbers


def roll_up(now: datetime | None = None) -> None:
    """Counts the days that are over and not counted yet. May run twice at once."""
    today = timezone.localdate(
        (now or timezone.now()) - _SETTLES, timezone=timezone.get_default_timezone()
    )
    asked: dict[str, str] = {
        "since": _not_counted_from().isoformat(),
        "until": today.isoformat(),
        "zone": settings.TIME_ZONE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_ROLL_UP, asked)
        cursor.execute(_PUT_TOGETHER, {"until": _monday(today - _BY_DAY)})
    RequestDay.objects.filter(day__lt=today - KEPT).delete()


def figures(client_id: str, first: date, unit: str = "week") -> dict[str, Any]:
    """As ``reading.figures``, from the ``day`` or its ``week`` on; times are about so."""
    first = _monday(first) if unit == "week" else first
    asked = {
        "client_id": client_id,
        "first": first,
        "since": max(first, _not_counted_from()),
        "unit": unit,
        "zone": settings.TIME_ZONE,
    }
    row = fetch_one(_FIGURES, asked)
    told: dict[str, Any] = orjson.loads(row[0] if row else b"{}")
    told["total"] = told["total"] or {"requests": 0, "errors": 0, "p50": None, "p95": None}
    return told


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _not_counted_from() -> date:
    """The first day of which the log itself has to be asked."""
    last = RequestDay.objects.order_by("-day").values_list("day", flat=True).first()
    return last + timedelta(days=1) if last else date(2000, 1, 1)
