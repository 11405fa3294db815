"""Counts of each day stay when the rows of the log have gone, and say the same."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from fhirapi.requestlog import rollup
from fhirapi.requestlog.models import RequestDay, RequestRecord

ZONE = ZoneInfo(settings.TIME_ZONE)


def asked(day: date, count: int = 1, *, client: str = "app", hour: int = 12, **more: Any) -> None:
    told = {"route": "GET Patient", "status": 200, "ms": 2.0, **more}
    at = datetime(day.year, day.month, day.day, hour, tzinfo=ZONE)
    RequestRecord.objects.bulk_create(
        RequestRecord(client_id=client, at=at, **told) for _ in range(count)
    )


def days_ago(days: int) -> date:
    return timezone.localdate(timezone=ZONE) - timedelta(days=days)


@pytest.mark.django_db
def test_a_year_is_the_same_before_and_after_the_rows_are_rolled_up():
    for days in (0, 1, 3, 20):
        asked(days_ago(days), 5)
        asked(days_ago(days), 2, route="GET Condition", ms=40, error="token_expired", status=401)
    asked(days_ago(2), client="another")
    before = rollup.figures("app", days_ago(365))
    rollup.roll_up()
    assert rollup.figures("app", days_ago(365)) == before
    assert before["total"]["requests"] == 28
    assert before["total"]["errors"] == 8
    assert [each["route"] for each in before["routes"]] == ["GET Patient", "GET Condition"]
    assert before["errors"][0]["error"] == "token_expired"


@pytest.mark.django_db
def test_what_the_log_forgets_stays_in_the_year():
    asked(days_ago(29), 3)
    call_command("clear_expired", verbosity=0)
    RequestRecord.objects.all().delete()
    assert rollup.figures("app", days_ago(365))["total"]["requests"] == 3


@pytest.mark.django_db
def test_a_day_is_counted_once_and_not_before_it_is_over():
    asked(days_ago(1), 4, hour=23)
    asked(days_ago(0), 7, hour=0)
    for _ in range(2):
        rollup.roll_up(
            datetime.combine(days_ago(0), datetime.min.time(), ZONE) + timedelta(hours=2)
        )
    assert [each.requests for each in RequestDay.objects.all()] == [4]
    assert rollup.figures("app", days_ago(10))["total"]["requests"] == 11


@pytest.mark.django_db
@pytest.mark.parametrize("ms", [0.004, 0.3, 1, 7.7, 250, 12_000])
def test_times_are_read_within_a_tenth(ms: float):
    asked(days_ago(1), 10, ms=ms)
    total = rollup.figures("app", days_ago(10))["total"]
    assert total["p50"] == pytest.approx(max(ms, 0.01), rel=0.1)
    assert total["p95"] == pytest.approx(max(ms, 0.01), rel=0.1)


@pytest.mark.django_db
def test_percentiles_are_those_of_all_requests():
    asked(days_ago(1), 94, ms=10)
    asked(days_ago(2), 6, ms=1000)
    total = rollup.figures("app", days_ago(300))["total"]
    assert total["p50"] == pytest.approx(10, rel=0.1)
    assert total["p95"] == pytest.approx(1000, rel=0.1)


@pytest.mark.django_db
def test_an_app_without_requests_has_figures():
    assert rollup.figures("nobody", days_ago(365))["total"]["requests"] == 0


@pytest.mark.django_db
def test_counts_go_after_a_year_and_a_month():
    old = RequestDay(client_id="app", day=days_ago(402), route="", error="", speed=0, requests=1)
    old.save()
    rollup.roll_up()
    assert not RequestDay.objects.exists()


@pytest.mark.django_db
def test_days_of_old_weeks_are_put_together_and_a_year_says_the_same():
    monday = days_ago(60) - timedelta(days=days_ago(60).weekday())
    for each in range(7):
        asked(monday + timedelta(days=each), 2)
    asked(days_ago(20), 1)
    before = rollup.figures("app", days_ago(365))
    for _ in range(2):
        rollup.roll_up()
    RequestRecord.objects.filter(at__lt=timezone.now() - timedelta(days=30)).delete()
    assert rollup.figures("app", days_ago(365)) == before
    kept = RequestDay.objects.order_by("day").values_list("day", "requests")
    assert list(kept) == [(monday, 14), (days_ago(20), 1)]


@pytest.mark.django_db
def test_a_month_is_told_by_its_days():
    for days in (0, 1, 29):
        asked(days_ago(days), days + 1)
    rollup.roll_up()
    slots = rollup.figures("app", days_ago(30), "day")["slots"]
    assert [(each["slot"][:10], each["requests"]) for each in slots] == [
        (days_ago(days).isoformat(), days + 1) for days in (29, 1, 0)
    ]
