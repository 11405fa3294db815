"""The status page, its JSON and its feed: what was measured, and nothing that was not."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.status import views
from portal.status.components import Component, State
from portal.status.keeping import DAYS, keep
from portal.status.models import ComponentDay, ComponentState, Incident, IncidentUpdate
from portal.status.reading import Minutes
from portal.status.shown import uptime
from tests.portal.accounts.conftest import signed_in

WELL = dict.fromkeys(Component, State.OPERATIONAL)
ATOM = "{http://www.w3.org/2005/Atom}"


def measured(**states: State) -> None:
    """As if a minute had passed since the last time."""
    ComponentState.objects.update(measured_at=datetime.now(UTC) - timedelta(minutes=1))
    keep({**WELL, **{Component(name): state for name, state in states.items()}})


def told(client: Client) -> Any:
    response = client.get("/status.json")
    assert response.status_code == 200
    return response.json()


def states(client: Client) -> dict[str, str]:
    return {each["id"]: each["status"] for each in told(client)["components"]}


def make(title: str = "Tokens fail", **values: Any) -> Incident:
    given = {"title_en": title, "components": ["token"], "impact": "major", **values}
    return Incident.objects.create(**given)


def test_nothing_was_measured(client: Client, db: None) -> None:
    assert set(states(client).values()) == {"unknown"}
    assert told(client)["status"]["indicator"] == "unknown"
    assert told(client)["components"][0]["uptime_90_days_percent"] is None
    assert "Nothing was measured yet" in client.get("/status/").content.decode()


def test_all_is_well(client: Client, db: None) -> None:
    measured()
    assert set(states(client).values()) == {"operational"}
    assert told(client)["status"] == {"indicator": "none", "description": "Everything works"}


def test_one_part_is_down(client: Client, db: None) -> None:
    measured(email=State.DOWN)
    assert states(client)["email"] == "major_outage"
    assert told(client)["status"]["indicator"] == "major"
    page = client.get("/status/").content.decode()
    assert "1 minute not available" in page


def test_what_was_measured_long_ago_is_no_present_state(client: Client, db: None) -> None:
    measured()
    ComponentState.objects.update(measured_at=datetime.now(UTC) - timedelta(minutes=6))
    assert set(states(client).values()) == {"unknown"}


def test_a_minute_is_counted_once(db: None) -> None:
    assert keep(WELL)
    assert not keep(WELL)
    assert set(ComponentDay.objects.values_list("operational", flat=True)) == {1}
    measured(fhir=State.DOWN)
    row = ComponentDay.objects.get(component="fhir")
    assert (row.operational, row.degraded, row.down) == (1, 0, 1)


def test_since_when_it_is_so_is_kept(db: None) -> None:
    measured()
    before = ComponentState.objects.get(component="fhir").since
    ComponentState.objects.update(since=before - timedelta(hours=1))
    measured()
    assert ComponentState.objects.get(component="fhir").since == before - timedelta(hours=1)
    measured(fhir=State.DEGRADED)
    assert ComponentState.objects.get(component="fhir").since > before - timedelta(minutes=1)


def test_days_that_are_not_shown_go(db: None) -> None:
    today = datetime.now(UTC).date()
    for ago in (DAYS, DAYS - 1):
        ComponentDay.objects.create(component="fhir", day=today - timedelta(days=ago))
    measured()
    assert ComponentDay.objects.order_by("day").first().day == today - timedelta(days=DAYS - 1)  # type: ignore[union-attr]


def test_uptime_is_of_the_minutes_that_were_measured_and_rounded_down() -> None:
    days = [Minutes(1439, 0, 1), Minutes(1440, 0, 0), Minutes(0, 0, 0)]
    assert str(uptime(days).percent) == "99.96"
    assert str(uptime([Minutes(99_999, 0, 1)]).percent) == "99.99"
    assert uptime([Minutes(0, 0, 0)]).percent is None
    assert str(uptime([Minutes(0, 10, 0)]).percent) == "100.00"


def test_an_incident_is_told_until_it_is_over(client: Client, db: None) -> None:
    measured()
    made = make()
    IncidentUpdate.objects.create(incident=made, stage="investigating", text_en="We look.")
    [incident] = told(client)["incidents"]
    assert (incident["name"], incident["status"], incident["impact"]) == (
        "Tokens fail", "investigating", "major",
    )  # fmt: skip
    assert incident["incident_updates"][0]["body"] == "We look."
    assert told(client)["status"]["indicator"] == "major"
    Incident.objects.update(resolved_at=datetime.now(UTC))
    assert told(client)["incidents"] == []
    assert told(client)["status"]["indicator"] == "none"
    assert "Tokens fail" in client.get("/status/").content.decode()


def test_maintenance_is_planned_and_then_under_way(client: Client, db: None) -> None:
    measured()
    soon = datetime.now(UTC) + timedelta(hours=1)
    make(kind="maintenance", begins_at=soon, ends_at=soon + timedelta(hours=1))
    [planned] = told(client)["scheduled_maintenances"]
    assert planned["scheduled_for"] == soon.isoformat()
    assert states(client)["token"] == "operational"
    Incident.objects.update(begins_at=datetime.now(UTC) - timedelta(minutes=1))
    assert states(client)["token"] == "under_maintenance"
    assert told(client)["status"]["indicator"] == "maintenance"


def test_the_page_speaks_spanish(client: Client, db: None) -> None:
    made = make(title_es="Los tokens fallan")
    IncidentUpdate.objects.create(incident=made, stage="identified", text_en="A bug.")
    page = client.get("/status/", headers={"accept-language": "es"}).content.decode()
    assert "Los tokens fallan" in page
    assert "A bug." in page
    assert '<html lang="es">' in page


def test_what_people_wrote_is_no_markup(client: Client, db: None) -> None:
    made = make("<script>alert(1)</script>")
    IncidentUpdate.objects.create(incident=made, stage="identified", text_en="<b>x</b>")
    page = client.get("/status/").content.decode()
    assert "<script>alert" not in page
    assert "<b>x</b>" not in page


def test_the_feed_has_each_incident(client: Client, db: None) -> None:
    made = make()
    IncidentUpdate.objects.create(incident=made, stage="investigating", text_en="We look.")
    response = client.get("/status.atom")
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    [entry] = ElementTree.fromstring(response.content).findall(f"{ATOM}entry")  # noqa: S314 - ours
    assert entry.findtext(f"{ATOM}title") == "Tokens fail"
    assert "We look." in (entry.findtext(f"{ATOM}summary") or "")


@pytest.mark.parametrize("address", ["/status/", "/status.json", "/status.atom"])
def test_it_takes_one_statement_and_no_session(client: Client, patient: Any, address: str) -> None:
    browser = signed_in(patient)
    make()
    with CaptureQueriesContext(connection) as asked:
        response = browser.get(address)
    assert len(asked) == 0  # the ORM's; the one statement goes past it (fhirapi/sql.py)
    assert response.status_code == 200
    assert response["Cache-Control"] == "public, max-age=30"
    assert patient.first_name not in response.content.decode()
    assert not response.cookies


@contextmanager
def _away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def read() -> None:
        raise OperationalError

    monkeypatch.setattr(views, "read", read)
    yield


@pytest.mark.parametrize("address", ["/status/", "/status.json", "/status.atom"])
def test_without_a_database_it_says_so(
    client: Client, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    client.cookies["qsmartcare_session"] = "of-somebody"
    with _away(monkeypatch):  # and the suite refuses database access here
        response = client.get(address)
    assert response.status_code == 503
    assert response["Retry-After"] == "30"
    assert response["Cache-Control"] == "no-store"
    if address == "/status/":
        assert "The database is away" in response.content.decode()
    if address == "/status.json":
        assert response.json()["status"]["indicator"] == "critical"


@pytest.mark.parametrize("address", ["/status/", "/status.json", "/status.atom"])
def test_nothing_is_sent_to_it(client: Client, db: None, address: str) -> None:
    assert client.post(address).status_code == 405
