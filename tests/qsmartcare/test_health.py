"""The addresses for operations: /healthz, /readyz, /metrics."""

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from portal.status import ready
from tests.api import Api
from tests.people import Person

TOKEN = "a-long-enough-metrics-token"


def test_healthz_answers_without_a_database(client: Client) -> None:
    response = client.get("/healthz")  # the suite refuses database access here
    assert response.json() == {"status": "ok"}
    assert "no-store" in response["Cache-Control"]


def test_neither_opens_a_session(client: Client) -> None:
    assert not client.get("/healthz").cookies


@pytest.mark.django_db
def test_readyz_is_ready_with_database_and_migrations(client: Client) -> None:
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"status": "ready"}


@pytest.mark.django_db
def test_readyz_names_missing_migrations(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ready, "_is_known_migrated", False)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'portal'")
    response = client.get("/readyz")
    assert response.status_code == 503
    assert "lacks migrations" in response.json()["reasons"][0]


@pytest.mark.django_db
def test_metrics_are_true_figures(client: Client, rebecca: Person) -> None:
    assert rebecca.key
    text = client.get("/metrics").content.decode()
    assert 'qsmartcare_accounts{state="active"} 1\n' in text
    assert 'qsmartcare_access_keys{state="active"} 1\n' in text
    assert "# TYPE qsmartcare_database_transactions_total counter\n" in text


@pytest.mark.django_db
def test_every_metric_line_has_the_form_prometheus_reads(client: Client, api: Api) -> None:
    lines = client.get("/metrics").content.decode().splitlines()
    samples = [line for line in lines if not line.startswith("#")]
    assert all(line.rpartition(" ")[2].isdecimal() for line in samples)
    assert len({line.rpartition(" ")[0] for line in samples}) == len(samples)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 403),
        ({"authorization": "Bearer wrong"}, 403),
        ({"authorization": f"Bearer {TOKEN}"}, 200),
        ({"authorization": f"bearer {TOKEN}"}, 200),
    ],
)
def test_metrics_from_elsewhere_need_the_token(
    client: Client, settings: Settings, headers: dict[str, str], status: int
) -> None:
    settings.METRICS_TOKEN = TOKEN
    response = client.get("/metrics", headers=headers, REMOTE_ADDR="203.0.113.9")
    assert response.status_code == status


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded"])
def test_metrics_do_not_take_a_proxy_on_this_machine_for_its_operator(
    client: Client, header: str
) -> None:
    assert client.get("/metrics", headers={header: "203.0.113.9"}).status_code == 403


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_they_only_answer_questions(client: Client, db: None, path: str) -> None:
    assert client.post(path).status_code == 405
