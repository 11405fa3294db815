"""Nobody buys seconds of the database with one search: it is refused, or stopped, and says so."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import connection
from pytest_django import Settings

from fhirapi.audit.models import AuditRecord
from fhirapi.rest import bundles
from fhirapi.rest.view import told_by_database
from fhirapi.search import cost, plan
from tests import people
from tests.api import Api, Session, diagnostics, ids
from tests.people import Person
from tests.rest.bundled import entry, send


@pytest.fixture
def everybodys(api: Api, dr_grey: Person) -> Session:
    """A search that names no patient goes through the records of everybody whom it opens."""
    return api.as_(people.make_key(dr_grey, ["142859", "142860"]))


def refused(response: Any) -> str:
    assert response.status_code == 400, response.content
    assert response.json()["issue"][0]["code"] == "too-costly"
    return diagnostics(response)


def test_a_chain_through_every_type_says_that_the_types_should_be_named(
    everybodys: Session,
) -> None:
    told = refused(everybodys.get("Provenance?target.subject.name=a"))
    assert "name the type" in told
    named = everybodys.get("Provenance?target:Observation.subject:Patient.name=a")
    assert named.status_code == 200


def test_links_of_all_chains_and_has_count_together(everybodys: Session) -> None:
    chain = "subject.name=a"  # Observation.subject: Patient, Group, Device, Location
    assert everybodys.get(f"Observation?{chain}").status_code == 200
    refused(everybodys.get("Observation?" + "&".join([chain] * 30)))


@pytest.mark.parametrize("name", ["date", "value-quantity", "code-value-quantity"])
def test_alternatives_that_are_compared_one_by_one_are_few(everybodys: Session, name: str) -> None:
    value = {"date": "2024", "value-quantity": "5"}.get(name, "8867-4$5")
    listed = [value] * (cost.MAX_COMPARISONS // 2 + 1)
    once = f"{name}={','.join(listed)}"
    assert everybodys.get(f"Observation?{once}").status_code == 200
    assert "alternatives" in refused(everybodys.get(f"Observation?{once}&{once}"))


def test_alternatives_that_an_index_finds_together_may_be_many(everybodys: Session) -> None:
    codes = ",".join(str(number) for number in range(cost.MAX_ALTERNATIVES))
    asked = {"code": codes, "encounter": codes}
    assert everybodys.send(
        "POST", "Observation/_search", "&".join(f"{name}={each}" for name, each in asked.items()),
        "application/x-www-form-urlencoded",
    ).status_code == 200  # fmt: skip


@pytest.mark.usefixtures("visit")
class TestRowsThatAreLookedInto:
    @pytest.fixture(autouse=True)
    def _one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(plan, "MAX_LOOKS", cost.LOOK_INTO_CONTENT)  # one row, in these tests

    @pytest.mark.parametrize(
        "query", ["code:text=heart", "value-quantity:missing=false", "subject.gender:missing=true"]
    )
    def test_no_index_answers_and_there_are_too_many(self, everybodys: Session, query: str) -> None:
        told = refused(everybodys.get(f"Observation?{query}"))
        assert "more than 1 resources of the type Observation" in told

    def test_whatever_leaves_few_enough_makes_it_possible(self, everybodys: Session) -> None:
        for few in (
            "patient=142859",
            "_id=r-pulse",
            "encounter.class=AMB",
            "patient.family=larson",
        ):
            found = everybodys.get(f"Observation?value-quantity:missing=false&{few}")
            assert ids(found) == ["r-pulse"], few

    def test_what_is_put_in_order_by_a_look_at_each_is_limited_too(
        self, everybodys: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(plan, "MAX_LOOKS", cost.LOOK_FOR_ORDER)
        refused(everybodys.get("Observation?_sort=value-quantity"))
        assert len(ids(everybodys.get("Observation?_sort=-date"))) == 2
        assert len(ids(everybodys.get("Observation?_sort=value-quantity&patient=142859"))) == 1

    def test_a_refused_search_tells_nothing_of_what_it_met(self, everybodys: Session) -> None:
        response = everybodys.get("Observation?code:text=heart")
        assert "r-pulse" not in response.content.decode()
        assert "142859" not in response.content.decode()


@contextmanager
def _nobody_reads() -> Iterator[None]:
    """Searches wait, however fast the machine is."""
    with psycopg.connect(connection.connection.info.dsn) as other:
        other.execute("LOCK TABLE fhirapi_searchrow IN ACCESS EXCLUSIVE MODE")
        yield
        other.rollback()


@pytest.mark.django_db(transaction=True)
def test_a_search_of_everybody_is_stopped_and_written_down_and_the_next_one_works(
    everybodys: Session, dr_grey: Person, settings: Settings
) -> None:
    settings.SEARCH_TIMEOUT = 0.05
    with _nobody_reads():
        response = everybodys.get("Observation?code=8867-4")
    assert response.status_code == 503
    assert response.json()["issue"][0]["code"] == "too-costly"
    written = AuditRecord.objects.get(detail="took too long")
    assert (written.action, written.outcome) == ("search", "denied")
    assert written.account_id == dr_grey.account.pk
    assert written.resource_type == "Observation"
    assert everybodys.get("Observation?code=8867-4").status_code == 200
    with connection.cursor() as cursor:  # the limit was of that statement alone
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


def test_who_waits_for_another_change_too_long_is_told_when_to_come_back() -> None:
    told = told_by_database(psycopg.errors.LockNotAvailable())
    assert (told.status, told.code) == (503, "lock-error")
    assert told.headers["Retry-After"] == "5"


def test_a_batch_that_has_searched_for_too_long_searches_no_more(
    api: Api, dr_grey: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundles, "MOST_SECONDS", 1e-9)
    writer = api.as_(people.writing_key(dr_grey))
    reads = [entry("GET", "Patient/142859"), entry("GET", "Patient/142859")]
    answered = send(writer, "batch", *reads).json()["entry"]
    assert [each["response"]["status"][:3] for each in answered] == ["200", "503"]
    assert answered[1]["response"]["outcome"]["issue"][0]["code"] == "too-costly"
