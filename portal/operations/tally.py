"""The audit trail by day: each record is counted once, so that a plot costs the same for ever.

Records younger than a minute are counted when they are looked at, and not yet for good: a
transaction that began before may still add one with a smaller id. For plots that is exact enough.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from fhirapi.sql import fetch
from portal.operations.models import TallyMark

_MANY = 5_000
"""So many not counted for good make a look slow: then it is done."""
_SINCE = """
SELECT day, action, outcome, sum(amount)::bigint, sum(tail)::bigint FROM (
    SELECT day, action, outcome, amount, 0 AS tail FROM portal_activitytally WHERE day >= %(day)s
    UNION ALL
    SELECT (recorded AT TIME ZONE %(zone)s)::date, action, outcome, count(*), count(*)
    FROM fhirapi_auditrecord
    -- The number tells the planner that they are few: else it starts workers for a third of all.
    WHERE id > %(after)s AND id > (SELECT coalesce(max(last_id), 0) FROM portal_tallymark)
    GROUP BY 1, 2, 3
) counted WHERE day >= %(day)s GROUP BY 1, 2, 3
"""
_COUNT = """
WITH settled AS (
    SELECT coalesce(min(id) FILTER (WHERE recorded >= now() - interval '1 minute') - 1, max(id))
           AS last_id
    FROM fhirapi_auditrecord WHERE id > %(after)s
), counted AS (
    INSERT INTO portal_activitytally (day, action, outcome, amount)
    SELECT (recorded AT TIME ZONE %(zone)s)::date, action, outcome, count(*)
    FROM fhirapi_auditrecord, settled WHERE id > %(after)s AND id <= settled.last_id
    GROUP BY 1, 2, 3
    ON CONFLICT (day, action, outcome)
    DO UPDATE SET amount = portal_activitytally.amount + excluded.amount
)
SELECT last_id FROM settled
"""


class Tally(NamedTuple):
    day: date
    action: str
    outcome: str
    amount: int


def since(first: date) -> list[Tally]:
    rows = _rows(first)
    if sum(row[4] for row in rows) > _MANY:
        count_up()
    return [Tally(*row[:4]) for row in rows]


@transaction.atomic
def count_up() -> None:
    """Counts what is new for good."""
    TallyMark.objects.get_or_create(pk=1)
    mark = TallyMark.objects.select_for_update().get(pk=1)
    [(last_id,)] = fetch(_COUNT, {"after": mark.last_id, "zone": settings.TIME_ZONE})
    if last_id is not None and last_id > mark.last_id:
        mark.last_id = last_id
        mark.save(update_fields=["last_id"])


def by_day(tallies: Iterable[Tally], first: date, actions: set[str]) -> list[tuple[date, int, int]]:
    """Each day from the first to today: how often, and how often of that it was denied."""
    found = {day: [0, 0] for day in _days(first)}
    for each in tallies:
        if each.action in actions and each.day in found:
            found[each.day][0] += each.amount
            found[each.day][1] += each.amount if each.outcome == "denied" else 0
    return [(day, total, denied) for day, (total, denied) in found.items()]


def today() -> date:
    """The practice's, whatever the zone of whoever looks."""
    return timezone.localdate(timezone=timezone.get_default_timezone())


def _days(first: date) -> list[date]:
    return [first + timedelta(days=each) for each in range((today() - first).days + 1)]


def _rows(first: date) -> list[tuple[date, str, str, int, int]]:
    after = TallyMark.objects.values_list("last_id", flat=True).first() or 0
    return fetch(_SINCE, {"day": first, "zone": settings.TIME_ZONE, "after": after})
