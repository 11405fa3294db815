"""Entries of one Bundle that have to do with each other: conditions, references, the trail."""

import pytest

from fhirapi.audit.models import AuditRecord
from tests import people
from tests.api import Api, Session
from tests.people import Person
from tests.rest.bundled import URN, entry, pulse, send, statuses, stored, visit


@pytest.fixture
def writing(api: Api, dr_grey: Person) -> Session:
    return api.as_(people.writing_key(dr_grey))


def test_two_entries_do_not_make_the_same_under_one_condition(writing: Session) -> None:
    condition = "patient=142859&code=8867-4"
    created = entry("POST", "Observation", pulse(), ifNoneExist=condition)
    put = entry("PUT", f"Observation?{condition}", pulse())
    for twice in ([created, created], [put, put], [created, put]):
        response = send(writing, "transaction", *twice)
        assert response.status_code == 400
        assert response.json()["issue"][0]["expression"] == ["Bundle.entry[1]"]
    assert stored() == 0
    assert statuses(send(writing, "batch", created, created)) == ["201", "200"]


@pytest.mark.parametrize("is_first", [True, False])
def test_what_is_of_two_patients_is_refused_in_any_order(writing: Session, is_first: bool) -> None:
    source = {
        "resourceType": "Provenance",
        "target": [{"reference": "Patient/142859"}, {"reference": URN}],
        "recorded": "2024-03-05T09:00:00Z",
        "agent": [{"who": {"reference": "Practitioner/dr-grey"}}],
    }
    entries = [
        entry("POST", "Provenance", source), entry("POST", "Observation", pulse("142860"), URN),
    ]  # fmt: skip
    response = send(writing, "transaction", *(entries if is_first else reversed(entries)))
    assert response.status_code == 422
    assert response.json()["issue"][0]["code"] == "business-rule"
    assert stored("Provenance") == 0


def test_the_trail_names_the_entry_that_was_refused(writing: Session) -> None:
    wrong = entry("PUT", "Condition/c", {"resourceType": "Condition", "id": "c"})
    response = send(writing, "transaction", entry("POST", "Observation", pulse()), wrong)
    assert response.status_code == 422
    denied = AuditRecord.objects.get(outcome="denied")
    assert (denied.action, denied.resource_type, denied.resource_id) == (
        "update", "Condition", "c",
    )  # fmt: skip


def test_a_full_url_is_replaced_where_a_url_may_stand(writing: Session) -> None:
    identifier = [{"system": "urn:ietf:rfc:3986", "value": URN}]
    extension = [{"url": "urn:visit", "valueUri": URN}, {"url": "urn:text", "valueString": URN}]
    sent = pulse(encounter={"reference": URN}, identifier=identifier, extension=extension)
    response = send(
        writing,
        "transaction",
        entry("POST", "Encounter", visit(), URN),
        entry("POST", "Observation", sent),
        Prefer="return=representation",
    )
    encounter, observation = (each["resource"] for each in response.json()["entry"])
    local = f"Encounter/{encounter['id']}"
    assert observation["encounter"] == {"reference": local}
    assert observation["identifier"] == identifier
    assert [each.get("valueUri") for each in observation["extension"]] == [local, None]
    assert observation["extension"][1]["valueString"] == URN


def test_a_full_url_is_of_one_entry(writing: Session) -> None:
    twice = [entry("POST", "Observation", pulse(), URN), entry("POST", "Encounter", visit(), URN)]
    response = send(writing, "transaction", *twice)
    assert response.status_code == 400
    assert response.json()["issue"][0]["expression"] == ["Bundle.entry[1]"]
    assert stored() == 0
