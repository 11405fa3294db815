"""What a kick-off asks for, and what it is told."""

from typing import Any

import pytest
from pytest_django import Settings

from fhirapi.bulk.importing.models import ImportJob
from tests import people
from tests.api import diagnostics
from tests.bulk.importing.conftest import SOURCE, Importer, counts, work

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_parameters_resource_asks_the_same(importer: Importer) -> None:
    url = importer.serve(people.observation("o1", "142859"))
    given: list[dict[str, Any]] = [
        {"name": "inputFormat", "valueCode": "application/fhir+ndjson"},
        {"name": "inputSource", "valueUri": SOURCE},
        {
            "name": "storageDetail",
            "part": [
                {"name": "type", "valueCode": "https"},
                {"name": "contentEncoding", "valueCode": "gzip"},
            ],
        },
        {
            "name": "input",
            "part": [
                {"name": "type", "valueCode": "Observation"},
                {"name": "url", "valueUrl": url},
            ],
        },
    ]
    begun = importer.send({"resourceType": "Parameters", "parameter": given})
    assert begun.status_code == 202
    work()
    assert counts(importer.status(begun["Content-Location"]).json()) == [{"stored": 1}]


@pytest.mark.parametrize(
    "changes",
    [
        {"inputFormat": "text/csv"},
        {"inputFormat": None},
        {"inputSource": None},
        {"inputSource": "no uri"},
        {"storageDetail": {"type": "aws-s3"}},
        {"storageDetail": {"type": "https", "contentEncoding": ["br"]}},
        {"input": []},
        {"input": {}},
        {"input": ["Patient"]},
        {"input": [{"type": "Rocket", "url": "https://files.example/r"}]},
        {"input": [{"type": "Patient"}]},
        {"input": [{"type": "Patient", "url": 7}]},
    ],
)
def test_what_is_no_manifest_is_refused(importer: Importer, changes: dict[str, Any]) -> None:
    answer = importer.ask(("Observation", importer.serve()), **changes)
    assert answer.status_code == 400
    assert diagnostics(answer).startswith("This is no manifest of an import: ")
    assert not ImportJob.objects.exists()


@pytest.mark.parametrize("body", [[], {"resourceType": "Parameters"}, {"resourceType": "Bundle"}])
def test_a_body_of_another_shape_is_refused(importer: Importer, body: Any) -> None:
    assert importer.send(body).status_code == 400


def test_it_is_answered_later_or_not_at_all(importer: Importer) -> None:
    answer = importer.send({}, Prefer="return=minimal")
    assert answer.status_code == 400
    assert "respond-async" in diagnostics(answer)


def test_a_client_has_so_many_imports_at_a_time(importer: Importer, settings: Settings) -> None:
    settings.IMPORTS_AT_ONCE = 1
    url = importer.serve(people.observation("o1", "142859"))
    assert importer.ask(("Observation", url)).status_code == 202
    refused = importer.ask(("Observation", url))
    assert refused.status_code == 429
    assert refused["Retry-After"]
    work()
    assert importer.ask(("Observation", url)).status_code == 202


def test_how_far_it_is_is_told_until_it_is_done(importer: Importer) -> None:
    address = importer.ask(("Observation", importer.serve()))["Content-Location"]
    waiting = importer.status(address)
    assert (waiting.status_code, waiting["X-Progress"]) == (202, "0 %")
    assert waiting["Retry-After"]
    work()
    done = importer.status(address)
    assert done.status_code == 200
    assert done["Content-Type"] == "application/json"
    assert done["Expires"]
    assert done.json()["requiresAccessToken"] is True
    assert done.json()["request"].endswith("/R4-patient-api/$import")


def test_what_is_deleted_is_not_begun(importer: Importer) -> None:
    url = importer.serve(people.observation("o1", "142859"))
    address = importer.ask(("Observation", url))["Content-Location"]
    path = address.partition("/R4-patient-api/")[2]
    assert importer.session.send("DELETE", path).status_code == 202
    work()
    assert importer.status(address).status_code == 404
    assert importer.session.get("Observation/o1").status_code == 404
    assert importer.files.asked == []
