"""An app's developer sees its requests, errors with remedies, and plots; nobody else does."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from fhirapi.requestlog.models import RequestRecord
from fhirapi.smart.models import Client as App
from tests.people import Person
from tests.portal.developers.conftest import page_of
from tests.portal.ui.browser import text
from tests.smart.apps import app


@pytest.fixture
def made(rebecca: Person) -> App:
    return app(rebecca.account)


def asked(made: App, count: int = 1, **changes: Any) -> None:
    told = {"route": "GET Patient/{id}", "status": 200, "ms": 0.5, **changes}
    now = timezone.now()
    RequestRecord.objects.bulk_create(
        RequestRecord(client_id=made.client_id, **{"at": now - timedelta(seconds=each), **told})
        for each in range(count)
    )


def log(browser: Client, made: App, **query: str) -> str:
    return text(browser.get(page_of(made, "requests/"), query))


def test_a_request_is_shown(rebeccas: Client, made: App) -> None:
    asked(made)
    page = log(rebeccas, made)
    assert "GET Patient/{id}" in page
    assert "0.5&nbsp;ms" in page


def test_an_error_comes_with_its_remedy(rebeccas: Client, made: App) -> None:
    asked(made, status=401, error="token_expired")
    assert "Use the refresh token before" in log(rebeccas, made)


def test_an_app_that_has_asked_nothing_has_a_page(rebeccas: Client, made: App) -> None:
    assert "The app has asked nothing in this time." in log(rebeccas, made)


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ({"status": "errors"}, "404", "0.5&nbsp;ms"),
        ({"status": "ok"}, "0.5&nbsp;ms", "not-found"),
        ({"status": "5"}, "No request fits", "not-found"),
        ({"route": "GET Patient/{id}"}, "0.5&nbsp;ms", "not-found"),
        ({"range": "1h"}, "not-found", "No request"),
        ({"range": "for ever", "status": "odd"}, "not-found", "No request"),
    ],
)
def test_filters(
    rebeccas: Client, made: App, query: dict[str, str], shown: str, hidden: str
) -> None:
    asked(made)
    asked(made, status=404, error="not-found", route="GET Observation/{id}", ms=7)
    page = log(rebeccas, made, **query)
    assert shown in page
    assert hidden not in page


def test_older_pages_follow_without_gap_or_double(rebeccas: Client, made: App) -> None:
    asked(made, 120, at=timezone.now())  # all at the same moment
    seen, query = 0, "range=24h"
    while query:
        response = rebeccas.get(f"{page_of(made, 'requests/')}?{query}")
        seen += len(response.context["rows"])
        query = response.context["older"]
    assert seen == 120


@pytest.mark.parametrize("after", ["x", "2024-01-01_1", "_", "2024-01-01T00:00:00Z_" + "9" * 40])
def test_a_made_up_place_leads_to_the_first_page(rebeccas: Client, made: App, after: str) -> None:
    asked(made)
    assert "0.5&nbsp;ms" in log(rebeccas, made, after=after)


def test_watching_live_asks_again_by_itself(rebeccas: Client, made: App) -> None:
    assert "every 5s" in log(rebeccas, made, live="1")
    assert "every 5s" not in log(rebeccas, made)


def test_the_log_as_files(rebeccas: Client, made: App) -> None:
    asked(made, 3, status=404, error="not-found")
    content = {
        form: b"".join(rebeccas.get(page_of(made, f"requests.{form}"))).decode()
        for form in ("csv", "ndjson")
    }
    rows = list(csv.DictReader(io.StringIO(content["csv"])))
    assert [each["error"] for each in rows] == ["not-found"] * 3
    assert [json.loads(each)["status"] for each in content["ndjson"].splitlines()] == [404] * 3


@pytest.mark.parametrize("page", ["requests/", "requests.csv", "usage/"])
def test_somebody_elses_log_does_not_exist(johns: Client, made: App, page: str) -> None:
    assert johns.get(page_of(made, page)).status_code == 404


@pytest.mark.parametrize("name", ["1h", "24h", "7d", "30d", "odd"])
def test_usage_counts_requests_and_errors(rebeccas: Client, made: App, name: str) -> None:
    asked(made, 3)
    asked(made, status=403, error="forbidden", route="GET Goal?patient", ms=40)
    asked(app(None), 5)
    response = rebeccas.get(page_of(made, "usage/"), {"range": name})
    assert (response.context["total"]["requests"], response.context["total"]["errors"]) == (4, 1)
    assert sum(each.value for each in response.context["requests"].bars) == 4
    page = text(response)
    assert "GET Goal?patient" in page
    assert "scopes of the token do not allow this" in page


def test_usage_of_an_app_that_has_asked_nothing(rebeccas: Client, made: App) -> None:
    page = text(rebeccas.get(page_of(made, "usage/")))
    assert "Nothing to plot yet" in page
    assert "300,000 a minute" in page


def test_a_year_is_drawn_in_weeks(rebeccas: Client, made: App) -> None:
    asked(made, 3, at=timezone.now() - timedelta(days=25))
    call_command("clear_expired", verbosity=0)
    RequestRecord.objects.all().delete()
    page = rebeccas.get(page_of(made, "usage/"), {"range": "1y"})
    assert page.context["total"]["requests"] == 3
    bars = page.context["requests"].bars
    assert len(bars) in (53, 54)  # weeks begin on Mondays, and so may the year
    assert sum(each.value for each in bars) == 3
    assert "Times to answer are read from a scale" in text(page)
