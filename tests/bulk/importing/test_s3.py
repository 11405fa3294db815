"""Imports whose files are kept in an S3-compatible store."""

import gzip
from typing import Any

import pytest

from fhirapi.bulk.importing import fetching
from fhirapi.store.models import Content
from tests import people
from tests.bulk.importing.conftest import Importer, counts, ndjson, work
from tests.bulk.s3 import bucket, keys, server

pytestmark = pytest.mark.django_db(transaction=True)

__all__ = ["bucket", "server"]


def observations(count: int) -> list[dict[str, Any]]:
    return [people.observation(f"o{number}", "142859") for number in range(count)]


def test_what_is_fetched_and_what_is_uploaded_goes_there_and_comes_from_there(
    bucket: Any, importer: Importer
) -> None:
    fetched = importer.serve(*observations(2), b"no JSON")
    content = gzip.compress(ndjson(people.observation("u1", "142859")))
    uploaded = importer.session.send("POST", "bulk/uploads", content, "application/fhir+ndjson")
    assert uploaded.status_code == 201
    [kept] = keys(bucket)
    assert kept.startswith("a/folder/uploads/")
    told = importer.import_(("Observation", fetched), ("Observation", uploaded.json()["url"]))
    assert counts(told) == [{"stored": 2, "rejected": 1}, {"stored": 1}]
    assert "line 3" in importer.rejects(told)[0]["issue"][0]["diagnostics"]
    # The upload, and what is told of the reject: nothing of the work is left.
    assert sorted(key.rpartition("/")[2] for key in keys(bucket)) == [
        "OperationOutcome.ndjson", "upload",
    ]  # fmt: skip
    path = uploaded.json()["url"].partition("/R4-patient-api/")[2]
    assert importer.session.send("DELETE", path).status_code == 204
    assert kept not in keys(bucket)


def test_a_file_of_many_parts_is_stored_whole(
    bucket: Any, importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "LINES", 10)
    told = importer.import_(("Observation", importer.serve(*observations(35))))
    assert counts(told) == [{"stored": 35}]
    assert Content.objects.filter(resource_type="Observation").count() == 35
    assert keys(bucket) == []


def test_a_cancelled_import_leaves_nothing_there(bucket: Any, importer: Importer) -> None:
    begun = importer.ask(("Observation", importer.serve(*observations(2))))
    bucket.put_object(Key=f"a/folder/imports/{_id(begun)}/0/0.ndjson", Body=b"{}")
    path = begun["Content-Location"].partition("/R4-patient-api/")[2]
    assert importer.session.send("DELETE", path).status_code == 202
    work()
    assert keys(bucket) == []


def _id(begun: Any) -> str:
    return str(begun["Content-Location"]).rpartition("/")[2]
