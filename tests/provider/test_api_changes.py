"""The change feed: everything once, in the order of commits, whoever commits later."""

import threading
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import RequestFactory

from fhirapi.audit.models import AuditRecord
from fhirapi.definitions import registry as definitions
from fhirapi.rest.view import authenticated
from fhirapi.store import changes as store
from fhirapi.writing.change import Update, Writer
from fhirapi.writing.perform import perform
from tests.api import Api
from tests.people import Person, observation
from tests.provider.client import Partner, fields, partner, problem, problem_of
from tests.provider.settled import settle

CATEGORY = "http://terminology.hl7.org/CodeSystem/condition-category"


class Follower:
    """Somebody who asks for changes since the last time."""

    def __init__(self, partner: Partner, **query: str) -> None:
        self.partner, self.query = partner, query
        settle()
        self.cursor = self._ask({})["next_cursor"]

    def _ask(self, query: dict[str, str]) -> Any:
        response = self.partner.get("changes", {**self.query, **query})
        assert response.status_code == 200, response.content
        return response.json()

    def page(self) -> Any:
        told = self._ask({"since": self.cursor})
        self.cursor = told["next_cursor"]
        return told

    def news(self) -> list[tuple[str, str, str]]:
        """Kind, id and what happened, of all pages."""
        told, has_more = [], True
        while has_more:
            page = self.page()
            told += [(each["kind"], each["id"], each["change"]) for each in page["data"]]
            has_more = page["has_more"]
        return told


# Only what is committed, by transactions of which none runs any more, is told: so these commit.
pytestmark = pytest.mark.django_db(transaction=True)


def test_what_happens_is_told_once(grey: Partner) -> None:
    before = grey.post("problems", problem_of()).json()["id"]
    follower = Follower(grey)
    settle()
    assert follower.news() == []
    made = grey.post("problems", problem_of()).json()["id"]
    settle()
    assert follower.news() == [("problems", made, "created")]
    settle()
    assert follower.news() == []
    grey.patch(f"problems/{before}", {"onset_date": "2019"}, "1")
    grey.delete(f"problems/{made}")
    settle()
    assert follower.news() == [
        ("problems", before, "updated"), ("problems", made, "deleted"),
    ]  # fmt: skip


def test_a_change_comes_with_the_record_as_it_is_read(grey: Partner) -> None:
    follower = Follower(grey)
    made = grey.post("problems", problem_of()).json()
    settle()
    [told] = follower.page()["data"]
    assert told["record"] == made
    assert (told["version"], told["deleted"], told["kind"]) == ("1", False, "problems")
    grey.delete(f"problems/{made['id']}")
    settle()
    [told] = follower.page()["data"]
    assert (told["deleted"], "record" in told) == (True, False)
    told = AuditRecord.objects.filter(detail="changes", patient_ids__isnull=False)
    trail = told.order_by("id")
    assert [each.patient_ids for each in trail] == [["142859"], ["142859"]]


def test_what_comes_in_through_fhir_or_a_file_is_told_too(api: Api, grey: Partner) -> None:
    follower = Follower(grey, kinds="observations")
    api.has(observation("hr", "142859"))
    settle()
    assert follower.news() == [("observations", "hr", "created")]


def test_pages_go_on_where_the_last_one_ended(grey: Partner) -> None:
    follower = Follower(grey, limit="2")
    made = [grey.post("problems", problem_of()).json()["id"] for _ in range(5)]
    settle()
    first = follower.page()
    assert (len(first["data"]), first["has_more"]) == (2, True)
    settle()
    rest = [each for _, each, _ in follower.news()]
    assert [each["id"] for each in first["data"]] + rest == made


def test_only_the_named_kinds_are_told(grey: Partner) -> None:
    follower = Follower(grey, kinds="diagnoses,problems")
    made = grey.post("problems", problem_of()).json()["id"]
    grey.post("messages", {"patient_id": "142859"})
    settle()
    assert follower.news() == [("problems", made, "created")]
    unknown = grey.get("changes", {"kinds": "problems,nothing"})
    assert fields(unknown) == ["kinds"]


def test_a_record_that_leaves_a_kind_is_deleted_there(api: Api, grey: Partner) -> None:
    follower = Follower(grey, kinds="problems,diagnoses")
    made = grey.post("problems", problem_of()).json()["id"]
    settle()
    assert follower.news() == [("problems", made, "created")]
    headers = {"authorization": f"Bearer {grey.token}"}
    resource = api.http.get(f"/R4-patient-api/Condition/{made}", headers=headers).json()
    resource["category"] = [{"coding": [{"system": CATEGORY, "code": "encounter-diagnosis"}]}]
    _store(grey, resource)
    settle()
    assert sorted(follower.news()) == [
        ("diagnoses", made, "updated"), ("problems", made, "deleted"),
    ]  # fmt: skip


def test_nobody_hears_of_somebody_elses_patients(
    api: Api, grey: Partner, dr_strange: Person
) -> None:
    strange = partner(api, dr_strange, patient_ids=["7"])
    follower = Follower(strange)
    grey.post("problems", problem_of())
    settle()
    assert follower.news() == []
    grey.post("problems", problem_of())
    made = strange.post("problems", problem_of("7")).json()["id"]
    settle()
    assert follower.news() == [("problems", made, "created")]


def test_scopes_say_which_kinds_are_told(api: Api, dr_grey: Person, grey: Partner) -> None:
    constraint = "user/Observation.rs?category=laboratory"
    reader = partner(api, dr_grey, scope=f"user/Condition.rs {constraint}")
    follower = Follower(reader)
    made = grey.post("problems", problem_of()).json()["id"]
    api.has(observation("hr", "142859"))
    settle()
    assert follower.news() == [("problems", made, "created")]
    assert problem(reader.get("changes", {"kinds": "vitals"})) == (403, "forbidden")


def test_wrong_parameters_are_refused(grey: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    assert fields(grey.get("changes", {"since": "x"})) == ["since"]
    assert fields(grey.get("changes", {"limit": "0"})) == ["limit"]
    assert fields(grey.get("changes", {"colour": "0"})) == ["colour"]
    cursor = grey.get("changes").json()["next_cursor"]
    place = store.now()[0]
    monkeypatch.setattr(store, "now", lambda: (place, "another cluster"))
    assert problem(grey.get("changes", {"since": cursor})) == (410, "gone")


def test_who_commits_later_is_not_left_out(api: Api, grey: Partner) -> None:
    """A transaction that began first commits last: what the other wrote waits for it."""
    follower = Follower(grey, kinds="observations")
    has_written, may_commit = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            api.has(observation("slow", "142859"))
            has_written.set()
            may_commit.wait(20)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert has_written.wait(20)
    api.has(observation("quick", "142859"))  # begun later, committed first
    early = follower.news()
    may_commit.set()
    thread.join()
    settle()
    late = follower.news()
    assert early == []
    assert [record_id for _, record_id, _ in late] == ["slow", "quick"]


def test_many_writers_and_a_reader_at_the_same_time_lose_nothing(api: Api, grey: Partner) -> None:
    follower = Follower(grey, kinds="observations", limit="3")

    def write(writer: int) -> None:
        for number in range(8):
            with transaction.atomic():
                api.has(observation(f"o-{writer}-{number}", "142859"))
        connection.close()

    threads = [threading.Thread(target=write, args=(each,)) for each in range(4)]
    for each in threads:
        each.start()
    seen: list[str] = []
    while any(each.is_alive() for each in threads):
        seen += [record_id for _, record_id, _ in follower.news()]
    settle()
    seen += [record_id for _, record_id, _ in follower.news()]
    assert len(seen) == len(set(seen))
    assert set(seen) == {f"o-{writer}-{number}" for writer in range(4) for number in range(8)}


def _store(grey: Partner, resource: dict[str, Any]) -> None:
    """As FHIR's update does it."""
    request = RequestFactory().get("/", headers={"authorization": f"Bearer {grey.token}"})
    caller, claims = authenticated(request)
    resource_type = definitions.find(resource["resourceType"])
    assert resource_type
    change = Update(resource_type=resource_type, resource=resource, resource_id=resource["id"])
    perform(Writer(caller, claims.access), [change])
