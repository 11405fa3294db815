"""Batch and transaction Bundles."""

import base64
from typing import Any

import psycopg
import pytest

from fhirapi.audit.models import AuditRecord
from fhirapi.rest import bundles
from fhirapi.store.read import TokenRefused
from fhirapi.writing.deeds import settle
from tests import people
from tests.api import Api, Session
from tests.people import Person
from tests.rest.bundled import URN, entry, pulse, send, statuses, stored, visit

AMEND = {
    "resourceType": "Parameters",
    "parameter": [
        {
            "name": "operation",
            "part": [
                {"name": "type", "valueCode": "replace"},
                {"name": "path", "valueString": "Observation.status"},
                {"name": "value", "valueCode": "amended"},
            ],
        }
    ],
}


@pytest.fixture
def writing(api: Api, dr_grey: Person) -> Session:
    return api.as_(people.writing_key(dr_grey))


def test_a_transaction_stores_resources_that_refer_to_each_other(writing: Session) -> None:
    response = send(
        writing,
        "transaction",
        entry("POST", "Observation", pulse(encounter={"reference": URN})),
        entry("POST", "Encounter", visit(), URN),
        Prefer="return=representation",
    )
    assert response.status_code == 200, response.content
    bundle = response.json()
    assert bundle["type"] == "transaction-response"
    observation, encounter = bundle["entry"]
    assert observation["resource"]["encounter"]["reference"] == (
        f"Encounter/{encounter['resource']['id']}"
    )
    assert observation["response"]["status"] == "201 Created"
    assert observation["response"]["location"].endswith(
        f"/Observation/{observation['resource']['id']}/_history/1"
    )
    assert observation["response"]["etag"] == 'W/"1"'


def test_a_transaction_that_fails_stores_nothing_and_names_the_entry(writing: Session) -> None:
    response = send(
        writing,
        "transaction",
        entry("POST", "Observation", pulse()),
        entry("POST", "Observation", pulse(status="nonsense")),
    )
    assert response.status_code == 422
    assert response.json()["issue"][0]["expression"] == ["Bundle.entry[1].resource.status"]
    assert stored() == 0


def test_a_record_of_somebody_elses_patient_undoes_the_transaction(writing: Session) -> None:
    response = send(
        writing,
        "transaction",
        entry("POST", "Observation", pulse()),
        entry("POST", "Observation", pulse("7")),
    )
    assert response.status_code == 403
    assert response.json()["issue"][0]["expression"] == ["Bundle.entry[1]"]
    assert stored() == 0
    assert AuditRecord.objects.filter(action="create", outcome="denied").count() == 1


def test_a_batch_does_each_entry_for_itself(writing: Session) -> None:
    response = send(
        writing,
        "batch",
        entry("POST", "Observation", pulse()),
        entry("POST", "Observation", pulse("7")),
        entry("POST", "Observation", pulse(status="nonsense")),
        entry("GET", "Patient/142859"),
        entry("GET", "Patient/7"),
        entry("GET", "Observation?patient=142859"),
        entry("FETCH", "Observation"),
        "nonsense",
    )
    assert response.status_code == 200
    assert statuses(response) == ["201", "403", "422", "200", "404", "200", "400", "400"]
    entries = response.json()["entry"]
    assert entries[3]["resource"]["id"] == "142859"
    assert entries[5]["resource"]["total"] == 1
    outcome = entries[2]["response"]["outcome"]
    assert outcome["issue"][0]["expression"] == ["Bundle.entry[2].resource.status"]
    assert stored() == 1


@pytest.mark.parametrize("kind", ["batch", "transaction"])
def test_an_outcome_tells_of_a_profile_that_is_claimed_and_not_kept(
    writing: Session, kind: str
) -> None:
    profile = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-heart-rate"
    claiming = pulse(meta={"profile": [profile]})
    sent = entry("POST", "Observation", claiming)
    answer = send(writing, kind, sent, Prefer="return=OperationOutcome").json()
    alone = writing.send("POST", "Observation", claiming, Prefer="return=OperationOutcome").json()
    [told] = answer["entry"]
    assert told["response"]["status"] == "201 Created"
    assert told["response"]["outcome"] == alone
    assert "warning" in {each["severity"] for each in alone["issue"]}


def test_a_transaction_deletes_then_writes_then_reads(writing: Session, api: Api) -> None:
    api.has(people.observation("old", "142859"), people.observation("kept", "142859"))
    response = send(
        writing,
        "transaction",
        entry("GET", "Observation?patient=142859&_summary=count"),
        entry("PUT", "Observation/kept", people.observation("kept", "142859", code="9")),
        entry("DELETE", "Observation/old"),
        entry("POST", "Observation", pulse()),
    )
    assert statuses(response) == ["200", "200", "204", "201"]
    assert response.json()["entry"][0]["resource"]["total"] == 2


def test_a_read_that_fails_undoes_the_transaction(writing: Session) -> None:
    response = send(
        writing,
        "transaction",
        entry("POST", "Observation", pulse()),
        entry("GET", "Patient/7"),
    )
    assert response.status_code == 400
    assert "404" in response.json()["issue"][0]["diagnostics"]
    assert stored() == 0


def test_a_transaction_changes_a_resource_once(writing: Session, api: Api) -> None:
    api.has(people.observation("o", "142859"))
    response = send(
        writing,
        "transaction",
        entry("PUT", "Observation/o", people.observation("o", "142859")),
        entry("DELETE", "Observation/o"),
    )
    assert response.status_code == 400


def test_if_none_exist_and_if_match_work_in_entries(writing: Session) -> None:
    condition = "patient=142859&code=8867-4"
    first = send(
        writing, "transaction", entry("POST", "Observation", pulse(), ifNoneExist=condition)
    )
    again = send(
        writing, "transaction", entry("POST", "Observation", pulse(), ifNoneExist=condition)
    )
    assert (statuses(first), statuses(again)) == (["201"], ["200"])
    location = first.json()["entry"][0]["response"]["location"]
    assert again.json()["entry"][0]["response"]["location"] == location
    name = location.split("/")[-3]
    stale = entry("PUT", f"Observation/{name}", {**pulse(), "id": name}, ifMatch='W/"7"')
    assert send(writing, "transaction", stale).status_code == 412


def test_a_reference_by_search_means_one_resource(writing: Session) -> None:
    by_mrn = {"reference": "Patient?identifier=9999094"}
    found = send(
        writing,
        "transaction",
        entry("POST", "Observation", pulse(subject=by_mrn)),
        Prefer="return=representation",
    )
    assert found.json()["entry"][0]["resource"]["subject"] == {"reference": "Patient/142859"}
    foreign = {"reference": "Patient?identifier=9999100"}
    none = send(writing, "transaction", entry("POST", "Observation", pulse(subject=foreign)))
    assert none.status_code == 412


def test_a_patch_is_an_entry_too(writing: Session, api: Api) -> None:
    api.has(people.observation("o", "142859"))
    response = send(
        writing,
        "transaction",
        entry("PATCH", "Observation/o", AMEND),
        Prefer="return=representation",
    )
    assert response.json()["entry"][0]["resource"]["status"] == "amended"


def test_who_only_reads_may_batch_reads(api: Api, rebecca: Person) -> None:
    session = api.as_(rebecca.key)
    response = send(
        session, "batch", entry("GET", "Patient/142859"), entry("POST", "Observation", pulse())
    )
    assert statuses(response) == ["200", "403"]
    reads = send(session, "transaction", entry("GET", "Patient/142859"))
    assert statuses(reads) == ["200"]


@pytest.mark.parametrize(
    "url", ["oauth2/userinfo", "single/Patient.php?id=142859", "../admin/", "Nothing/1"]
)
def test_an_entry_asks_for_data_only(writing: Session, url: str) -> None:
    assert statuses(send(writing, "batch", entry("GET", url))) == ["404"]


@pytest.mark.parametrize("kind", ["collection", "searchset", ""])
def test_other_bundles_are_refused(writing: Session, kind: str) -> None:
    assert send(writing, kind).status_code == 400


def test_a_bundle_has_a_limit(writing: Session) -> None:
    assert send(writing, "batch", *[{}] * 1001).status_code == 413


def test_what_is_read_in_one_bundle_has_a_limit(
    writing: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundles, "_MOST_BYTES", 1000)
    response = send(writing, "batch", *[entry("GET", "Patient/142859")] * 10)
    assert set(statuses(response)) == {"200", "413"}


def test_who_may_change_and_not_read_is_not_told_the_whole(api: Api, dr_grey: Person) -> None:
    api.has(people.observation("o", "142859"))
    session = api.as_(people.writing_key(dr_grey, "user/Observation.u"))
    response = send(
        session, "batch", entry("PATCH", "Observation/o", AMEND), Prefer="return=representation"
    )
    assert statuses(response) == ["200"]
    assert "resource" not in response.json()["entry"][0]


def test_without_a_token_nothing_is_processed(api: Api, practice: None) -> None:
    response = api.http.post(
        "/R4-patient-api/",
        {"resourceType": "Bundle", "type": "batch"},
        content_type="application/fhir+json",
    )
    assert response.status_code == 401


def patch_in_binary(text: str) -> dict[str, Any]:
    data = base64.b64encode(text.encode()).decode()
    patch = "application/json-patch+json"
    return {"resourceType": "Binary", "contentType": patch, "data": data}


def fhirpath_patch(*parts: Any) -> dict[str, Any]:
    operation = {"name": "operation", "part": list(parts)}
    return {"resourceType": "Parameters", "parameter": [operation]}


DEEP = f'[{{"op": "add", "path": "/x", "value": {"[" * 600}{"]" * 600}}}]'


@pytest.mark.parametrize(
    "wrong",
    [
        {"request": {"method": [], "url": "Observation"}},
        {"request": {"method": {}, "url": "Observation"}},
        entry("PATCH", "Observation/o", patch_in_binary(DEEP)),
        entry("PATCH", "Observation/o", fhirpath_patch({"name": ["a"]})),
    ],
)
def test_what_is_no_request_is_told_so(writing: Session, wrong: Any) -> None:
    assert statuses(send(writing, "batch", wrong)) == ["400"]
    assert send(writing, "transaction", wrong).status_code == 400


def test_what_nobody_foresaw_leaves_the_other_entries_of_a_batch(
    writing: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise next(errors)

    errors = iter([KeyError("secret"), psycopg.errors.QueryCanceled(), TokenRefused()])
    posts = [entry("POST", "Observation", pulse()) for _ in range(2)]
    deletes = [entry("DELETE", f"Observation/{number}") for number in range(3)]
    monkeypatch.setattr("fhirapi.writing.transaction.settle", _failing_for("Delete", fail))
    response = send(writing, "batch", posts[0], *deletes, posts[1])
    assert statuses(response) == ["201", "500", "503", "401", "201"]
    assert "secret" not in response.content.decode()
    issue = response.json()["entry"][1]["response"]["outcome"]["issue"][0]
    assert "Reference for support" in issue["diagnostics"]
    assert stored() == 2


def _failing_for(kind: str, fail: Any) -> Any:
    return lambda deed: fail() if type(deed.change).__name__ == kind else settle(deed)


def test_a_transaction_of_reads_keeps_what_it_recorded(writing: Session) -> None:
    reads = [entry("GET", "Patient/142859"), entry("GET", "Patient/7")]
    assert send(writing, "transaction", *reads).status_code == 400
    read = AuditRecord.objects.filter(action="read", resource_id="142859", outcome="success")
    assert read.count() == 1
