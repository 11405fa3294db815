"""Files in an S3-compatible store: a real server on loopback, asked by the real client."""

from collections.abc import Iterator
from typing import Any

import boto3  # type: ignore[import-untyped]
import pytest
from moto.server import ThreadedMotoServer
from pytest_django import Settings

from fhirapi.bulk import sending
from fhirapi.bulk.models import ExportFile, ExportJob
from fhirapi.bulk.storing import storage
from tests.bulk.exporting import Exporter, work
from tests.product import free_port

pytestmark = pytest.mark.django_db(transaction=True)
BUCKET = "exports"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    port = free_port()
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    running.start()
    yield f"http://127.0.0.1:{port}"
    running.stop()


@pytest.fixture
def bucket(server: str, settings: Settings, _folder: None) -> Iterator[Any]:
    secrets = {"aws_access_key_id": "made", "aws_secret_access_key": "up"}
    bucket = boto3.resource("s3", endpoint_url=server, region_name="us-east-1", **secrets).Bucket(
        BUCKET
    )
    bucket.create()
    bulk = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": BUCKET, "endpoint_url": server, "region_name": "us-east-1",
            "access_key": "made", "secret_key": "up", "location": "a/folder",
            "file_overwrite": False,
        },
    }  # fmt: skip
    settings.STORAGES = {**settings.STORAGES, "bulk": bulk}
    yield bucket
    bucket.objects.all().delete()
    bucket.delete()


def keys(bucket: Any) -> list[str]:
    return [each.key for each in bucket.objects.all()]


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
