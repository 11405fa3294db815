"""FHIR delete: what was deleted is gone, its history stays, and it can come back."""

from typing import Any, ClassVar

import pytest

from fhirapi.audit.models import AuditRecord
from tests import people
from tests.api import Api, Session
from tests.people import Person


def issue(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["issue"][0]["code"]


def told(response: Any) -> list[tuple[str, str, str]]:
    """Method, address and status of each entry."""
    entries = response.json()["entry"]
    return [
        (each["request"]["method"], each["request"]["url"], each["response"]["status"])
        for each in entries
    ]


@pytest.fixture
def _pulses(api: Api, practice: None) -> None:
    api.has(
        people.observation("pulse", "142859"),
        people.observation("johns", "142860", code="1"),
        people.observation("zoes", "7", code="2"),
    )


@pytest.mark.usefixtures("_pulses")
class TestDelete:
    def test_it_is_gone_and_its_history_stays(self, grey: Session) -> None:
        response = grey.send("DELETE", "Observation/pulse")
        assert (response.status_code, response.content) == (204, b"")
        assert response["ETag"] == 'W/"2"'
        assert issue(grey.get("Observation/pulse")) == (410, "deleted")
        assert issue(grey.get("Observation/pulse/_history/2")) == (410, "deleted")
        assert grey.get("Observation/pulse/_history/1").status_code == 200
        assert grey.get("Observation", {"patient": "142859"}).json()["total"] == 0

    def test_a_second_time_does_no_more(self, grey: Session) -> None:
        grey.send("DELETE", "Observation/pulse")
        assert grey.send("DELETE", "Observation/pulse").status_code == 204
        assert grey.get("Observation/pulse/_history").json()["total"] == 2

    def test_it_can_come_back_and_the_history_tells_how_it_was(self, grey: Session) -> None:
        resource = people.observation("pulse", "142859")
        grey.send("DELETE", "Observation/pulse")
        back = grey.send("PUT", "Observation/pulse", resource)
        assert (back.status_code, back["ETag"]) == (201, 'W/"3"')
        replace = [{"op": "replace", "path": "/status", "value": "amended"}]
        grey.send("PATCH", "Observation/pulse", replace, "application/json-patch+json")
        assert told(grey.get("Observation/pulse/_history")) == [
            ("PATCH", "Observation/pulse", "200"),
            ("PUT", "Observation/pulse", "201"),
            ("DELETE", "Observation/pulse", "204"),
            ("POST", "Observation", "201"),
        ]

    def test_the_history_tells_an_id_of_the_clients_from_the_servers(self, grey: Session) -> None:
        grey.send("PUT", "Observation/mine", people.observation("mine", "142859"))
        assert told(grey.get("Observation/mine/_history")) == [("PUT", "Observation/mine", "201")]
        made = grey.send("POST", "Observation", people.observation("x", "142859")).json()["id"]
        assert told(grey.get(f"Observation/{made}/_history")) == [("POST", "Observation", "201")]

    def test_only_the_version_that_was_read(self, grey: Session) -> None:
        stale = grey.send("DELETE", "Observation/pulse", if_match='W/"9"')
        assert issue(stale) == (412, "conflict")
        assert grey.send("DELETE", "Observation/pulse", if_match='W/"1"').status_code == 204

    def test_what_is_not_yours_looks_like_nothing(self, grey: Session) -> None:
        foreign = grey.send("DELETE", "Observation/zoes")
        unknown = grey.send("DELETE", "Observation/none")
        assert issue(foreign) == issue(unknown) == (404, "not-found")
        assert AuditRecord.objects.filter(action="delete", outcome="denied").count() == 2

    def test_what_is_referred_to_stays(self, api: Api, grey: Session) -> None:
        assert issue(grey.send("DELETE", "Patient/142859")) == (409, "conflict")
        assert grey.get("Patient/142859").status_code == 200

    def test_an_outcome_can_be_asked_for(self, grey: Session) -> None:
        response = grey.send("DELETE", "Observation/pulse", prefer="return=OperationOutcome")
        assert issue(response) == (200, "informational")

    def test_a_patient_deletes_nothing(self, api: Api, rebecca: Person) -> None:
        session = api.as_(people.writing_key(rebecca))
        assert issue(session.send("DELETE", "Observation/pulse")) == (403, "forbidden")
        assert session.get("Observation/pulse").status_code == 200


@pytest.mark.usefixtures("_pulses")
class TestConditionalDelete:
    def test_the_one_that_meets_the_condition_is_deleted(self, grey: Session) -> None:
        response = grey.send("DELETE", "Observation?patient=142859")
        assert (response.status_code, response["ETag"]) == (204, 'W/"2"')
        assert grey.get("Observation/pulse").status_code == 410

    def test_none_is_no_failure(self, grey: Session) -> None:
        assert grey.send("DELETE", "Observation?code=none").status_code == 204
        assert grey.send("DELETE", "Observation?code=2").status_code == 204
        assert AuditRecord.objects.filter(action="delete").count() == 0

    def test_of_several_none_is_deleted(self, grey: Session) -> None:
        response = grey.send("DELETE", "Observation?status=final")
        assert issue(response) == (412, "multiple-matches")
        assert grey.get("Observation/pulse").status_code == 200

    @pytest.mark.parametrize("query", ["", "?", "?_count=1", "?_format=json", "?nonsense=1"])
    def test_a_condition_selects_something(self, grey: Session, query: str) -> None:
        assert grey.send("DELETE", f"Observation{query}").status_code in (400, 412)


class TestPatient:
    """Who cares for a patient is derived from the Patient: it must not get lost with it."""

    def test_the_practitioner_sees_that_the_record_is_gone_and_brings_it_back(
        self, grey: Session
    ) -> None:
        assert grey.send("DELETE", "Patient/142860").status_code == 204
        assert issue(grey.get("Patient/142860")) == (410, "deleted")
        resource = people.patient("142860", "John", "Wright", "9999097", "1965-09-30")
        back = grey.send("PUT", "Patient/142860", resource)
        assert (back.status_code, back["ETag"]) == (201, 'W/"3"')
        assert grey.get("Patient/142860").status_code == 200
        made = grey.send("POST", "Observation", people.observation("x", "142860"))
        assert made.status_code == 201

    def test_nobody_else_does(self, api: Api, grey: Session, dr_strange: Person) -> None:
        strange = api.as_(people.writing_key(dr_strange, patient_ids=["7"]))
        grey.send("DELETE", "Patient/142860")
        resource = people.patient("142860", "A", "B", "9", "1965-09-30", doctor="dr-strange")
        assert issue(strange.send("PUT", "Patient/142860", resource)) == (404, "not-found")

    @pytest.mark.parametrize("is_strict", [True, False])
    def test_nothing_is_written_into_a_record_that_is_gone(
        self, grey: Session, settings: Any, is_strict: bool
    ) -> None:
        settings.REFERENTIAL_INTEGRITY = is_strict
        grey.send("DELETE", "Patient/142860")
        response = grey.send("POST", "Observation", people.observation("x", "142860"))
        assert issue(response) == (403, "forbidden")

    def test_it_is_not_found_any_more(self, grey: Session) -> None:
        grey.send("DELETE", "Patient/142860")
        found = grey.get("Patient").json()
        assert [each["resource"]["id"] for each in found["entry"]] == ["142859"]


class TestGroup:
    """A list is its members' to see; what was deleted has none, so its last version is asked."""

    GROUP: ClassVar[dict[str, Any]] = {
        "resourceType": "Group",
        "id": "both",
        "type": "person",
        "actual": True,
        "member": [{"entity": {"reference": f"Patient/{each}"}} for each in ("142859", "142860")],
    }

    def test_it_is_gone_and_comes_back(self, grey: Session) -> None:
        assert grey.send("PUT", "Group/both", self.GROUP).status_code == 201
        assert grey.send("DELETE", "Group/both").status_code == 204
        assert issue(grey.get("Group/both")) == (410, "deleted")
        assert grey.send("DELETE", "Group/both").status_code == 204
        back = grey.send("PUT", "Group/both", self.GROUP)
        assert (back.status_code, back["ETag"]) == (201, 'W/"3"')
        assert grey.get("Group/both").status_code == 200

    def test_not_for_who_does_not_see_all_its_members(
        self, api: Api, grey: Session, dr_grey: Person, dr_strange: Person
    ) -> None:
        grey.send("PUT", "Group/both", self.GROUP)
        grey.send("DELETE", "Group/both")
        of_one = {**self.GROUP, "member": self.GROUP["member"][:1]}
        for person, patient_id in ((dr_grey, "142859"), (dr_strange, "7")):
            session = api.as_(people.writing_key(person, patient_ids=[patient_id]))
            assert issue(session.send("PUT", "Group/both", of_one)) == (404, "not-found")
            assert session.get("Group/both").status_code == 404
