"""Files in an S3-compatible store: a real server on loopback, asked by the real client."""

from typing import Any

import pytest

from fhirapi.bulk import sending
from fhirapi.bulk.models import ExportFile, ExportJob
from fhirapi.bulk.storing import storage
from tests.bulk.exporting import Exporter, work
from tests.bulk.s3 import bucket, keys, server

pytestmark = pytest.mark.django_db(transaction=True)


__all__ = ["bucket", "server"]


def test_an_export_goes_there_and_comes_from_there(bucket: Any, exporter: Exporter) -> None:
    found = exporter.export("$export", {"_since": "2000-01-01", "_until": "x"},
                            prefer="respond-async, handling=lenient")  # fmt: skip
    assert found.types()["Observation"] == 4
    assert len(found.warnings()) == 1
    assert len(keys(bucket)) == ExportFile.objects.count()
    assert all(key.startswith("a/folder/") for key in keys(bucket))


def test_a_range_asks_for_no_more_than_that(bucket: Any, exporter: Exporter) -> None:
    [file] = exporter.export("$export", {"_type": "Observation"}).manifest["output"]
    whole = b"".join(exporter.get(file["url"]).streaming_content)
    answer = exporter.get(file["url"], range="bytes=10-19")
    assert answer.status_code == 206
    assert b"".join(answer.streaming_content) == whole[10:20]


def test_a_large_object_is_read_in_pieces(bucket: Any) -> None:
    """Nothing of it is kept on the disk or in memory: each piece is small."""
    bucket.put_object(Key="a/folder/large", Body=b"x" * 3_000_000)
    file = ExportFile(pk=1, name="large", size=3_000_000, resource_type="Patient")
    sizes = [len(each) for each in sending.pieces(file)]
    assert sum(sizes) == 3_000_000
    assert max(sizes) <= 256 * 1024


def test_what_is_deleted_leaves_nothing(bucket: Any, exporter: Exporter) -> None:
    kicked_off = exporter.kick_off()
    exporter.manifest(kicked_off)
    exporter.delete(kicked_off["Content-Location"])
    assert keys(bucket) == []
    assert storage().exists("anything") is False


def test_what_a_dead_attempt_left_goes_with_the_export(bucket: Any, exporter: Exporter) -> None:
    kicked_off = exporter.kick_off()
    job = ExportJob.objects.get()
    bucket.put_object(Key=f"a/folder/{job.pk}/9-dead/Patient.ndjson", Body=b"{}")
    exporter.delete(kicked_off["Content-Location"])
    work()
    assert keys(bucket) == []
