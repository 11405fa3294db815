"""$docref: the documents about a patient, found as US Core's operation asks."""

from typing import Any

import orjson
import pytest

from fhirapi.audit.models import AuditRecord
from tests import people
from tests.api import Api, diagnostics, ids
from tests.people import Person


def document(name: str, patient_id: str, on: str, **elements: Any) -> dict[str, Any]:
    return {
        "resourceType": "DocumentReference",
        "id": name,
        "status": "current",
        "type": {"coding": [{"system": "http://loinc.org", "code": "34133-9"}]},
        "subject": {"reference": f"Patient/{patient_id}"},
        "date": f"{on}T12:00:00Z",
        "context": {"period": {"start": on, "end": on}},
        **elements,
    }


@pytest.fixture(autouse=True)
def documents(api: Api, practice: None) -> None:
    note = {"coding": [{"system": "http://loinc.org", "code": "11506-3"}]}
    api.has(
        document("new", "142859", "2024-03-05"),
        document("note", "142859", "2023-05-01", type=note),
        document("replaced", "142859", "2022-01-01", status="superseded"),
        document("johns", "142860", "2024-03-05"),
    )


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["new", "note"]),
        ({"start": "2022"}, ["new", "note", "replaced"]),
        ({"start": "2023-05-02"}, ["new"]),
        ({"end": "2022-12"}, ["replaced"]),
        ({"start": "2023", "end": "2023-05-01"}, ["note"]),
        ({"type": "http://loinc.org|11506-3"}, ["note"]),
        ({"type": "11506-3,34133-9"}, ["new", "note"]),
        ({"on-demand": "false"}, ["new", "note"]),
        ({"on-demand": "true"}, []),
        ({"_count": "1"}, ["new"]),
    ],
)
def test_it_finds_documents_by_get_and_post(
    api: Api, rebecca: Person, query: dict[str, str], found: list[str]
) -> None:
    session, query = api.as_(rebecca.key), {"patient": "142859", **query}
    assert ids(session.get("DocumentReference/$docref", query)) == found
    assert ids(session.post("DocumentReference/$docref", query)) == found


def test_a_parameters_resource_says_the_same(api: Api, rebecca: Person) -> None:
    coding = {"system": "http://loinc.org", "code": "11506-3"}
    given = [
        {"name": "patient", "valueId": "142859"},
        {"name": "start", "valueDate": "2023-01-01"},
        {"name": "type", "valueCodeableConcept": {"coding": [coding]}},
        {"name": "on-demand", "valueBoolean": False},
    ]
    response = api.http.post(
        "/R4-patient-api/DocumentReference/$docref",
        orjson.dumps({"resourceType": "Parameters", "parameter": given}).decode(),
        content_type="application/fhir+json; charset=utf-8",
        headers={"authorization": f"Bearer {api.as_(rebecca.key).token}"},
    )
    assert ids(response) == ["note"]


def test_its_pages_are_those_of_the_search_that_it_means(api: Api, rebecca: Person) -> None:
    session = api.as_(rebecca.key)
    query = {"patient": "142859", "start": "2020", "_count": "2"}
    first = session.get("DocumentReference/$docref", query)
    links = {link["relation"]: link["url"] for link in first.json()["link"]}
    second = session.get(links["next"].removeprefix("http://localhost:8000"))
    assert ids(first) + ids(second) == ["new", "note", "replaced"]


def test_it_never_finds_anybody_elses(api: Api, rebecca: Person) -> None:
    response = api.as_(rebecca.key).get("DocumentReference/$docref", {"patient": "142860"})
    assert response.json()["total"] == 0
    assert AuditRecord.objects.get(action="search").patient_ids is None


@pytest.mark.parametrize(
    "query",
    [{}, {"patient": ""}, {"patient": ["142859", "142860"]},
     {"patient": "142859", "start": "soon"}, {"patient": "142859", "end": "2024-13"},
     {"patient": "142859", "on-demand": "maybe"}, {"patient": "not one!"},
     {"patient": "142859", "_count": "x"}],
)  # fmt: skip
def test_what_cannot_be_read_is_400(api: Api, rebecca: Person, query: dict[str, Any]) -> None:
    response = api.as_(rebecca.key).get("DocumentReference/$docref", query)
    assert response.status_code == 400
    assert diagnostics(response)


def test_it_needs_a_token_and_the_scope(api: Api, rebecca: Person) -> None:
    people.narrow(rebecca, "patient/Patient.rs")
    address, query = "DocumentReference/$docref", {"patient": "142859"}
    assert api.as_(rebecca.key).get(address, query).status_code == 403
    assert api.http.get(f"/R4-patient-api/{address}", query).status_code == 401
