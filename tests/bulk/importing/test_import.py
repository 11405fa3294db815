"""Files come in: what is stored, what is told of it, and what is not stored."""

from typing import Any

import pytest

from fhirapi.audit.models import AuditRecord
from fhirapi.store.models import Content, Version
from tests import people
from tests.bulk.importing.conftest import Importer, counts

pytestmark = pytest.mark.django_db(transaction=True)


def stored(kind: str) -> list[str]:
    return sorted(
        Content.objects.filter(resource_type=kind, is_deleted=False).values_list(
            "resource_id", flat=True
        )
    )


def observation(number: int, **changes: Any) -> dict[str, Any]:
    return {**people.observation(f"o{number}", "142859"), **changes}


def test_what_a_file_holds_is_found_like_what_was_written(importer: Importer) -> None:
    manifest = importer.import_resources(observation(1), observation(2))
    assert counts(manifest) == [{"stored": 2}]
    assert manifest["error"] == []
    found = importer.session.get("Observation", {"patient": "142859", "code": "8867-4"})
    assert found.json()["total"] == 2
    assert importer.session.get("Observation/o1").json()["meta"]["versionId"] == "1"


def test_the_digits_of_a_decimal_stay(importer: Importer) -> None:
    line = b'{"resourceType":"Observation","id":"o1","status":"final","code":{"text":"Pulse"},' \
        b'"subject":{"reference":"Patient/142859"},"valueQuantity":{"value":72.50}}'  # fmt: skip
    importer.import_(("Observation", importer.serve(line)))
    assert '"value":72.50' in importer.session.get("Observation/o1").content.decode()


def test_the_same_again_makes_no_new_version(importer: Importer) -> None:
    url = importer.serve(observation(1), observation(2))
    importer.import_(("Observation", url))
    again = importer.import_(("Observation", url))
    assert counts(again) == [{"unchanged": 2}]
    assert not Version.objects.exists()


def test_what_has_changed_replaces_and_its_history_is_kept(importer: Importer) -> None:
    importer.import_resources(observation(1), observation(2))
    manifest = importer.import_resources(observation(1, status="amended"), observation(2))
    assert counts(manifest) == [{"replaced": 1, "unchanged": 1}]
    history = importer.session.get("Observation/o1/_history").json()["entry"]
    assert [each["resource"]["status"] for each in history] == ["amended", "final"]


def test_files_may_come_in_any_order(importer: Importer) -> None:
    """What refers to a patient or an encounter of a later file is stored with it."""
    manifest = importer.import_resources(
        {**people.observation("o1", "new"), "encounter": {"reference": "Encounter/e1"}},
        people.encounter("e1", "new", "2024-03-05", "Visit"),
        people.patient("new", "Ida", "Berg", "9999200", "1980-02-03"),
    )
    assert counts(manifest) == [{"stored": 1}] * 3


def test_what_refers_to_each_other_in_a_circle_is_stored(importer: Importer) -> None:
    visit = people.encounter("e1", "142859", "2024-03-05", "Visit")
    manifest = importer.import_resources(
        {**visit, "diagnosis": [{"condition": {"reference": "Condition/c1"}}]},
        {
            "resourceType": "Condition",
            "id": "c1",
            "subject": {"reference": "Patient/142859"},
            "encounter": {"reference": "Encounter/e1"},
        },
    )
    assert counts(manifest) == [{"stored": 1}] * 2


def test_what_leads_nowhere_is_rejected(importer: Importer) -> None:
    manifest = importer.import_resources(
        {**people.observation("o1", "142859"), "encounter": {"reference": "Encounter/none"}},
        {
            **people.observation("o2", "142859"),
            "encounter": {"reference": "https://other.example/e"},
        },
    )
    assert counts(manifest) == [{"stored": 1, "rejected": 1}]
    [outcome] = importer.rejects(manifest)
    assert outcome["issue"][0]["expression"] == ["Observation.encounter.reference"]
    assert outcome["issue"][0]["code"] == "not-found"
    assert stored("Observation") == ["o2"]


def test_what_refers_to_a_rejected_one_is_stored_and_told_of(importer: Importer) -> None:
    """Whether that comes before it or after it."""
    before, wrong, after = (people.observation(f"o{number}", "142859") for number in (1, 2, 3))
    wrong["status"] = "finished"
    for each in (before, after):
        each["hasMember"] = [{"reference": "Observation/o2"}]
    manifest = importer.import_resources(before, wrong, after)
    assert counts(manifest) == [{"stored": 2, "rejected": 1, "dangling": 2}]
    severities = [each["issue"][0]["severity"] for each in importer.rejects(manifest)]
    assert severities == ["warning", "error", "warning"]
    assert stored("Observation") == ["o1", "o3"]


def test_a_reject_names_line_resource_and_element(importer: Importer) -> None:
    wrong = observation(2, status="finished")
    manifest = importer.import_resources(observation(1), wrong)
    assert manifest["error"][0]["count"] == 1
    assert manifest["error"][0]["type"] == "OperationOutcome"
    [outcome] = importer.rejects(manifest)
    [issue] = outcome["issue"]
    assert issue["expression"] == ["Observation.status"]
    assert issue["code"] == "code-invalid"
    assert issue["extension"][0]["valueInteger"] == 2
    assert issue["diagnostics"].startswith("line 2, Observation/o2: ")
    assert stored("Observation") == ["o1"]


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (b"{", "Not JSON"),
        (b"[]", "Not a JSON object."),
        (b"\xff", "Not UTF-8."),
        (b'{"resourceType":"Patient","id":"p"}', "A Observation is expected here."),
        (b'{"resourceType":"Observation"}', "It has no id."),
    ],
)
def test_lines_that_are_no_resources_of_the_type_are_rejected_alone(
    importer: Importer, line: bytes, text: str
) -> None:
    manifest = importer.import_(
        ("Observation", importer.serve(observation(1), line, b"", observation(2)))
    )
    assert counts(manifest) == [{"stored": 2, "rejected": 1}]
    [outcome] = importer.rejects(manifest)
    assert outcome["issue"][0]["diagnostics"].startswith("line 2")
    assert text in outcome["issue"][0]["diagnostics"]


def test_the_source_is_told_where_a_resource_has_none(importer: Importer) -> None:
    own = observation(2, meta={"source": "urn:own"})
    importer.import_resources(observation(1), own)
    sources = [
        importer.session.get(f"Observation/o{number}").json()["meta"]["source"] for number in (1, 2)
    ]
    assert sources == ["https://practice.example/fhir", "urn:own"]


def test_the_trail_tells_whose_records_were_written(importer: Importer) -> None:
    importer.import_resources(
        people.observation("o1", "142859"), people.observation("o2", "142860")
    )
    [told] = AuditRecord.objects.filter(action="bulk-import")
    assert sorted(told.patient_ids or []) == ["142859", "142860"]
    assert told.outcome == "success"
    assert told.client_id


def test_the_change_feed_tells_of_it(importer: Importer) -> None:
    importer.import_resources(observation(1))
    content = Content.objects.get(resource_type="Observation")
    assert content.written_in is not None
