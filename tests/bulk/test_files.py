"""How files are fetched. https://hl7.org/fhir/uv/bulkdata/STU2/export.html#bulk-data-output-file-request"""

import gzip
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.storage import storages

from fhirapi.bulk.models import ExportFile
from tests.bulk.exporting import Exporter

pytestmark = pytest.mark.django_db(transaction=True)


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


class TestAFile:
    """One export for all that is asked of its file: tests that fetch change nothing."""

    @pytest.fixture
    def url(self, exporter: Exporter) -> str:
        [file] = exporter.export("$export", {"_type": "Observation"}).manifest["output"]
        return str(file["url"])

    @pytest.fixture
    def whole(self, exporter: Exporter, url: str) -> bytes:
        return body(exporter.get(url))

    def test_it_is_ndjson_of_a_known_length(self, exporter: Exporter, url: str) -> None:
        answer = exporter.get(url)
        content = body(answer)
        assert answer["Content-Type"] == "application/fhir+ndjson"
        assert int(answer["Content-Length"]) == len(content)
        assert content.count(b"\n") == 4
        assert content.endswith(b"}\n")
        assert answer["Cache-Control"] == "private, no-store"

    def test_head_tells_the_same_without_it(self, exporter: Exporter, url: str) -> None:
        told = exporter.get(url)
        answer = exporter.http.head(url.removeprefix("http://localhost:8000"),
                                    headers=exporter.headers())  # fmt: skip
        assert answer.content == b""
        for name in ("Content-Type", "Content-Length", "ETag", "Accept-Ranges"):
            assert answer[name] == told[name]

    def test_gzip_for_those_who_can_read_it(
        self, exporter: Exporter, url: str, whole: bytes
    ) -> None:
        answer = exporter.get(url, accept_encoding="br, gzip")
        assert answer["Content-Encoding"] == "gzip"
        assert answer["Vary"] == "Accept-Encoding"
        assert "Content-Length" not in answer
        assert gzip.decompress(body(answer)) == whole
        refused = exporter.get(url, accept_encoding="gzip;q=0, br")
        assert "Content-Encoding" not in refused
        assert body(refused) == whole

    @pytest.mark.parametrize(
        ("asked", "first", "last"),
        [
            ("bytes=0-9", 0, 9),
            ("bytes=10-", 10, None),
            ("bytes=-5", -5, None),
            ("bytes=0-9999999", 0, None),
        ],
    )
    def test_a_range_of_it(
        self, exporter: Exporter, url: str, whole: bytes, asked: str, first: int, last: int | None
    ) -> None:
        answer = exporter.get(url, range=asked, accept_encoding="gzip")
        expected = whole[first : None if last is None else last + 1]
        begin = len(whole) - len(expected) if first < 0 else first
        assert answer.status_code == 206
        assert body(answer) == expected
        assert answer["Content-Length"] == str(len(expected))
        span = f"bytes {begin}-{begin + len(expected) - 1}/{len(whole)}"
        assert answer["Content-Range"] == span

    def test_what_was_cut_off_is_resumed(self, exporter: Exporter, url: str, whole: bytes) -> None:
        tag = exporter.get(url)["ETag"]
        rest = exporter.get(url, range="bytes=100-", if_range=tag)
        assert rest.status_code == 206
        assert whole[:100] + body(rest) == whole

    def test_of_another_file_the_whole_comes(
        self, exporter: Exporter, url: str, whole: bytes
    ) -> None:
        answer = exporter.get(url, range="bytes=100-", if_range='"other"')
        assert answer.status_code == 200
        assert body(answer) == whole

    @pytest.mark.parametrize("asked", ["bytes=9-1", "lines=0-9", "bytes=0-1,5-6", "bytes=-", "x"])
    def test_what_is_no_single_range_is_answered_whole(
        self, exporter: Exporter, url: str, whole: bytes, asked: str
    ) -> None:
        answer = exporter.get(url, range=asked)
        assert answer.status_code == 200
        assert body(answer) == whole

    @pytest.mark.parametrize("asked", ["bytes=9999999-", "bytes=-0"])
    def test_a_range_that_is_not_there(
        self, exporter: Exporter, url: str, whole: bytes, asked: str
    ) -> None:
        answer = exporter.get(url, range=asked)
        assert answer.status_code == 416
        assert answer["Content-Range"] == f"bytes */{len(whole)}"

    def test_fetches_are_counted(self, exporter: Exporter, url: str) -> None:
        before = ExportFile.objects.get().downloads
        exporter.get(url)
        assert ExportFile.objects.get().downloads == before + 1


def test_a_large_file_is_never_held_at_once(exporter: Exporter) -> None:
    [told] = exporter.export("$export", {"_type": "Observation"}).manifest["output"]
    file = ExportFile.objects.get()
    with storages["bulk"].open(file.name, "wb") as stream:
        for _ in range(40):
            stream.write(b"x" * 1024 * 1024)
    ExportFile.objects.update(size=40 * 1024 * 1024)
    for encoding in ("identity", "gzip"):
        answer = exporter.get(told["url"], accept_encoding=encoding)
        assert _peak(answer.streaming_content) < 4 * 1024 * 1024


def _peak(pieces: Iterator[bytes]) -> int:
    tracemalloc.start()
    try:
        for _ in pieces:
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
