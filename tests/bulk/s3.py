"""An S3-compatible store: a real server on loopback, asked by the real client."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer
from pytest_django import Settings

from tests.product import free_port

BUCKET = "files"


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
