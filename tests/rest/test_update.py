"""FHIR update: of a known id, as create, of what a condition means; never over another's change."""

from typing import Any

import pytest

from fhirapi.audit.models import AuditRecord
from fhirapi.store.models import Content
from tests import people
from tests.api import BASE, Api, Session
from tests.people import Person


def pulse(resource_id: str | None = "pulse", patient_id: str = "142859", **members: Any) -> Any:
    made = people.observation(resource_id or "", patient_id) | members
    if resource_id is None:
        del made["id"]
    return made


def issue(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["issue"][0]["code"]


def stored(resource_id: str = "pulse") -> tuple[int, str]:
    row = Content.objects.get(resource_type="Observation", resource_id=resource_id)
    return row.version_id, row.content


@pytest.fixture
def _pulse(api: Api, practice: None) -> None:
    api.has(pulse(), pulse("johns", "142860"), pulse("zoes", "7"))


@pytest.mark.usefixtures("_pulse")
class TestUpdate:
    def test_it_makes_the_next_version(self, grey: Session) -> None:
        response = grey.send("PUT", "Observation/pulse", pulse(status="amended"))
        assert (response.status_code, response["ETag"]) == (200, 'W/"2"')
        assert response.json()["status"] == "amended"
        assert response.json()["meta"]["versionId"] == "2"
        assert "Location" not in response
        assert grey.get("Observation/pulse").content == response.content
        assert grey.get("Observation/pulse/_history/1").json()["status"] == "final"

    def test_the_version_that_was_read_is_replaced(self, grey: Session) -> None:
        tag = grey.get("Observation/pulse")["ETag"]
        assert grey.send("PUT", "Observation/pulse", pulse(), if_match=tag).status_code == 200
        stale = grey.send("PUT", "Observation/pulse", pulse(status="amended"), if_match=tag)
        assert issue(stale) == (412, "conflict")
        assert stored()[0] == 2

    @pytest.mark.parametrize("tag", ['W/"2"', '"7"', 'W/"x"', 'W/"01"', '""'])
    def test_another_version_is_not(self, grey: Session, tag: str) -> None:
        assert issue(grey.send("PUT", "Observation/pulse", pulse(), if_match=tag)) == (
            412, "conflict",
        )  # fmt: skip
        assert stored()[0] == 1

    @pytest.mark.parametrize("tag", ["1", 'W/"1", W/"2"', "W/1", ""])
    def test_what_is_no_etag_is_told_so(self, grey: Session, tag: str) -> None:
        assert issue(grey.send("PUT", "Observation/pulse", pulse(), if_match=tag)) == (
            400, "value",
        )  # fmt: skip

    def test_any_version_can_be_asked_for(self, grey: Session) -> None:
        assert grey.send("PUT", "Observation/pulse", pulse(), if_match="*").status_code == 200
        assert grey.send("PUT", "Observation/new", pulse("new"), if_match="*").status_code == 412

    def test_an_id_that_is_free_is_taken(self, grey: Session) -> None:
        response = grey.send("PUT", "Observation/my-own.1", pulse("my-own.1"))
        assert (response.status_code, response["ETag"]) == (201, 'W/"1"')
        assert response["Location"].endswith(f"{BASE}Observation/my-own.1/_history/1")
        assert response.json()["id"] == "my-own.1"

    def test_only_a_new_one_can_be_asked_for(self, grey: Session) -> None:
        there = grey.send("PUT", "Observation/pulse", pulse(), if_none_match="*")
        assert issue(there) == (412, "conflict")
        assert grey.send("PUT", "Observation/n", pulse("n"), if_none_match="*").status_code == 201
        other = grey.send("PUT", "Observation/pulse", pulse(), if_none_match='W/"1"')
        assert issue(other) == (400, "value")

    @pytest.mark.parametrize(
        ("resource", "expected"),
        [
            (pulse(None), (400, "required")),
            (pulse("other"), (400, "value")),
            (pulse(id=7), (400, "value")),
            ({**pulse(), "resourceType": "Condition"}, (400, "invalid")),
            ({**pulse(), "status": "fine"}, (422, "code-invalid")),
            ({**pulse(), "invented": True}, (422, "structure")),
        ],
    )
    def test_what_is_wrong_changes_nothing(
        self, grey: Session, resource: Any, expected: tuple[int, str]
    ) -> None:
        before = stored()
        assert issue(grey.send("PUT", "Observation/pulse", resource)) == expected
        assert stored() == before

    def test_what_is_not_yours_looks_like_nothing(self, grey: Session) -> None:
        mine: dict[str, Any] = {"subject": {"reference": "Patient/142859"}}
        assert issue(grey.send("PUT", "Observation/zoes", pulse("zoes", **mine))) == (
            404, "not-found",
        )  # fmt: skip
        assert issue(grey.send("PUT", "Observation/pulse", pulse(patient_id="7"))) == (
            403, "forbidden",
        )  # fmt: skip
        assert stored("zoes")[0] == stored()[0] == 1
        assert AuditRecord.objects.filter(action="update", outcome="denied").count() == 2

    def test_a_record_stays_the_patients_whose_it_is(self, grey: Session) -> None:
        moved = grey.send("PUT", "Observation/pulse", pulse(patient_id="142860"))
        assert issue(moved) == (422, "business-rule")
        assert moved.json()["issue"][0]["expression"] == ["Observation.subject"]
        assert stored()[0] == 1

    def test_the_patient_reads_it_and_does_not_write(self, api: Api, rebecca: Person) -> None:
        session = api.as_(rebecca.key)
        assert session.get("Observation/pulse").status_code == 200
        assert issue(session.send("PUT", "Observation/pulse", pulse())) == (403, "forbidden")

    @pytest.mark.parametrize("prefer", ["minimal", "OperationOutcome"])
    def test_it_answers_what_is_preferred(self, grey: Session, prefer: str) -> None:
        response = grey.send("PUT", "Observation/pulse", pulse(), prefer=f"return={prefer}")
        assert (response.status_code, response["ETag"]) == (200, 'W/"2"')
        assert (response.content == b"") == (prefer == "minimal")


@pytest.mark.usefixtures("_pulse")
class TestConditionalUpdate:
    def test_what_meets_the_condition_is_updated(self, grey: Session) -> None:
        response = grey.send(
            "PUT", "Observation?patient=142859&code=8867-4", pulse(None, status="amended")
        )
        assert (response.status_code, response.json()["id"]) == (200, "pulse")
        assert response["ETag"] == 'W/"2"'

    def test_without_any_one_is_made(self, grey: Session) -> None:
        address = "Observation?patient=142859&code=none&_format=json&_pretty=true"
        response = grey.send("PUT", address, pulse(None))
        assert response.status_code == 201
        assert "/_history/1" in response["Location"]
        named = grey.send("PUT", address, pulse("named"))
        assert (named.status_code, named.json()["id"]) == (201, "named")

    def test_of_several_none_is_updated(self, grey: Session) -> None:
        response = grey.send("PUT", "Observation?code=8867-4", pulse(None))
        assert issue(response) == (412, "multiple-matches")

    def test_another_id_is_not_overwritten(self, grey: Session) -> None:
        met = grey.send("PUT", "Observation?patient=142859", pulse("johns"))
        assert issue(met) == (400, "value")
        unmet = grey.send("PUT", "Observation?code=none", pulse("johns", "142860"))
        assert issue(unmet) == (412, "conflict")
        assert stored("johns")[0] == 1

    @pytest.mark.parametrize("query", ["", "?_count=1", "?nonsense=1", "?status:missing"])
    def test_a_condition_selects_something(self, grey: Session, query: str) -> None:
        response = grey.send("PUT", f"Observation{query}", pulse(None))
        assert response.status_code in (400, 412)
        assert stored()[0] == 1

    def test_an_id_has_fhirs_form(self, grey: Session) -> None:
        response = grey.send("PUT", "Observation?code=none", pulse("a/b"))
        assert response.status_code in (400, 422)
