"""FHIR patch: as JSON Patch or as FHIRPath Patch, of the version that was meant."""

from decimal import Decimal
from typing import Any

import orjson
import pytest

from fhirapi.audit.models import AuditRecord
from fhirapi.store import exact
from fhirapi.store.models import Content
from tests import people
from tests.api import Api, Session
from tests.people import Person

JSON_PATCH = "application/json-patch+json"
AMEND = [{"op": "replace", "path": "/status", "value": "amended"}]


def issue(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["issue"][0]["code"]


def fhirpath(*operations: list[dict[str, Any]]) -> dict[str, Any]:
    made = [{"name": "operation", "part": each} for each in operations]
    return {"resourceType": "Parameters", "parameter": made}


AMEND_BY_PATH = fhirpath(
    [
        {"name": "type", "valueCode": "replace"},
        {"name": "path", "valueString": "Observation.status"},
        {"name": "value", "valueCode": "amended"},
    ]
)


@pytest.fixture(autouse=True)
def _pulses(api: Api, practice: None) -> None:
    api.has(
        people.observation("pulse", "142859"),
        people.observation("johns", "142860", code="1"),
        people.observation("zoes", "7", code="2"),
    )


def version() -> int:
    return Content.objects.get(resource_type="Observation", resource_id="pulse").version_id


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (JSON_PATCH, AMEND),
        (f"{JSON_PATCH}; charset=utf-8", AMEND),
        ("application/fhir+json", AMEND_BY_PATH),
        ("application/json", AMEND_BY_PATH),
    ],
)
def test_it_makes_the_next_version(grey: Session, content_type: str, body: Any) -> None:
    response = grey.send("PATCH", "Observation/pulse", body, content_type)
    assert (response.status_code, response["ETag"]) == (200, 'W/"2"')
    assert response.json()["status"] == "amended"
    assert grey.get("Observation/pulse").content == response.content
    assert AuditRecord.objects.get(action="update").resource_id == "pulse"


def test_what_is_not_patched_stays_as_it_was(grey: Session) -> None:
    text = orjson.dumps(people.observation("pulse", "142859")).decode().replace("72.5", "72.500")
    before = grey.send("PUT", "Observation/pulse", text).content.decode()
    add = [{"op": "add", "path": "/valueQuantity/extension", "value": [
        {"url": "urn:a", "valueDecimal": "?"}
    ]}]  # fmt: skip
    body = orjson.dumps(add).decode().replace('"?"', "0.10")
    after = grey.send("PATCH", "Observation/pulse", body, JSON_PATCH).content.decode()
    assert '"value":72.500,' in after
    assert '"valueDecimal":0.10' in after
    was, now = exact.parse(before), exact.parse(after)
    assert now["valueQuantity"].pop("extension")[0]["valueDecimal"] == Decimal("0.10")
    assert list(now) == list(was)
    assert {**now, "meta": None} == {**was, "meta": None}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ([{"op": "test", "path": "/status", "value": "amended"}], (422, "processing")),
        ([{"op": "remove", "path": "/nothing"}], (422, "processing")),
        ([{"op": "remove", "path": "nothing"}], (400, "structure")),
        ({"status": "amended"}, (400, "structure")),
        ("[", (400, "structure")),
        ([{"op": "replace", "path": "/status", "value": "fine"}], (422, "structure")),
        ([{"op": "remove", "path": "/code"}], (422, "structure")),
        ([{"op": "replace", "path": "/id", "value": "other"}], (400, "value")),
        ([{"op": "remove", "path": "/id"}], (400, "value")),
        ([{"op": "replace", "path": "/resourceType", "value": "Patient"}], (400, "value")),
        ([{"op": "replace", "path": "", "value": 7}], (422, "processing")),
        ([{"op": "replace", "path": "/subject/reference", "value": "Patient/7"}],
         (403, "forbidden")),
    ],
)  # fmt: skip
def test_what_is_wrong_changes_nothing(grey: Session, body: Any, expected: tuple[int, str]) -> None:
    assert issue(grey.send("PATCH", "Observation/pulse", body, JSON_PATCH)) == expected
    assert version() == 1


@pytest.mark.parametrize("body", [{"resourceType": "Observation", "status": "amended"}, {}, []])
def test_a_part_of_a_resource_is_no_patch(grey: Session, body: Any) -> None:
    assert issue(grey.send("PATCH", "Observation/pulse", body)) == (400, "structure")


@pytest.mark.parametrize(
    "content_type",
    ["application/merge-patch+json", "application/fhir+xml", f"{JSON_PATCH}; charset=latin1"],
)
def test_other_patches_are_told_which_there_are(grey: Session, content_type: str) -> None:
    response = grey.send("PATCH", "Observation/pulse", AMEND, content_type)
    assert issue(response) == (415, "not-supported")
    assert response["Accept-Patch"] == f"{JSON_PATCH}, application/fhir+json"


def test_only_the_version_that_was_read(grey: Session) -> None:
    tag = grey.get("Observation/pulse")["ETag"]
    first = grey.send("PATCH", "Observation/pulse", AMEND, JSON_PATCH, if_match=tag)
    stale = grey.send("PATCH", "Observation/pulse", AMEND, JSON_PATCH, if_match=tag)
    assert (first.status_code, stale.status_code) == (200, 412)


def test_what_is_not_there_is_not_patched(grey: Session) -> None:
    foreign = grey.send("PATCH", "Observation/zoes", AMEND, JSON_PATCH)
    unknown = grey.send("PATCH", "Observation/none", AMEND, JSON_PATCH)
    assert issue(foreign) == issue(unknown) == (404, "not-found")
    grey.send("DELETE", "Observation/pulse")
    gone = grey.send("PATCH", "Observation/pulse", AMEND, JSON_PATCH)
    assert issue(gone) == (410, "deleted")


def test_a_condition_says_which(grey: Session) -> None:
    one = grey.send("PATCH", "Observation?patient=142859", AMEND, JSON_PATCH)
    none = grey.send("PATCH", "Observation?code=2", AMEND, JSON_PATCH)
    several = grey.send("PATCH", "Observation?code=8867-4,1", AMEND, JSON_PATCH)
    everything = grey.send("PATCH", "Observation", AMEND, JSON_PATCH)
    assert (one.status_code, one.json()["id"]) == (200, "pulse")
    assert issue(none) == (404, "not-found")
    assert issue(several) == (412, "multiple-matches")
    assert issue(everything) == (412, "incomplete")


def test_it_answers_what_is_preferred(grey: Session) -> None:
    minimal = grey.send("PATCH", "Observation/pulse", AMEND, JSON_PATCH, prefer="return=minimal")
    assert (minimal.status_code, minimal.content, minimal["ETag"]) == (200, b"", 'W/"2"')


def test_a_patient_patches_nothing(api: Api, rebecca: Person) -> None:
    session = api.as_(people.writing_key(rebecca))
    response = session.send("PATCH", "Observation/pulse", AMEND, JSON_PATCH)
    assert issue(response) == (403, "forbidden")
    assert version() == 1
