"""From where files come, and what is said of those that do not."""

import gzip
from typing import Any

import pytest
from pytest_django import Settings

from fhirapi.bulk.importing import hosts
from fhirapi.bulk.importing.models import ImportJob
from fhirapi.store.models import Content
from tests import people
from tests.api import diagnostics
from tests.bulk.importing.conftest import Importer, counts, ndjson, work

pytestmark = pytest.mark.django_db(transaction=True)


def one() -> dict[str, Any]:
    return people.observation("o1", "142859")


def failed(importer: Importer, *inputs: tuple[str, str]) -> str:
    """What is told of an import that failed; nothing of it is stored."""
    begun = importer.ask(*inputs)
    assert begun.status_code == 202
    work()
    told = importer.status(begun["Content-Location"])
    assert told.status_code == 500
    assert not Content.objects.filter(resource_type="Observation").exists()
    return diagnostics(told)


def test_a_compressed_file_is_read_as_what_it_holds(importer: Importer) -> None:
    url = importer.files.put("/o.gz", gzip.compress(ndjson(one())))
    assert counts(importer.import_(("Observation", url))) == [{"stored": 1}]


def test_a_damaged_file_stores_nothing_of_any(importer: Importer) -> None:
    whole = importer.serve(one())
    broken = importer.files.put("/o.gz", gzip.compress(ndjson(one()) * 100)[:-20])
    text = failed(importer, ("Observation", whole), ("Observation", broken))
    assert text == "The import failed. Input 2 (Observation): The compressed file is damaged."


def test_a_file_that_is_cut_off_is_not_taken_for_the_whole(importer: Importer) -> None:
    url = importer.files.put("/o", ndjson(one()), Content_Length="100000")
    assert "broke the answer off" in failed(importer, ("Observation", url))


@pytest.mark.parametrize(("status", "text"), [(404, "status 404"), (302, "redirects elsewhere")])
def test_what_is_not_answered_with_a_file_fails_the_import(
    importer: Importer, status: int, text: str
) -> None:
    url = importer.files.put("/o", b"", status, Location="http://127.0.0.1:1/o")
    assert text in failed(importer, ("Observation", url))
    assert importer.files.asked == ["/o"]


def test_a_file_beyond_the_limit_fails_the_import_also_if_it_is_unpacked_to_that(
    importer: Importer, settings: Settings
) -> None:
    settings.IMPORT_FILE_MB = 1
    url = importer.files.put("/o.gz", gzip.compress(ndjson(one()) + b" " * 1_000_000))
    assert "larger than 1 MB" in failed(importer, ("Observation", url))


def test_a_line_beyond_the_limit_fails_the_import(importer: Importer) -> None:
    url = importer.files.put("/o.gz", gzip.compress(b" " * 5_000_001))
    assert "a line of more than 5 MB" in failed(importer, ("Observation", url))


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/o.ndjson",
        "http://files.example/o.ndjson",
        "https://files.example:8443/o.ndjson",
        "https://user@files.example/o.ndjson",
        "https://files.example/o.ndjson#part",
        "https://files.example.elsewhere.example/o.ndjson",
        "ftp://files.example/o.ndjson",
        "file:///etc/passwd",
        "https://[::1/o",
        "http://127.0.0.1:1/o.ndjson",
        "https:///o.ndjson",
    ],
)
def test_only_listed_hosts_are_asked(importer: Importer, settings: Settings, url: str) -> None:
    settings.IMPORT_HOSTS = ["files.example", importer.files.host]
    answer = importer.ask(("Observation", importer.serve()), ("Observation", url))
    assert answer.status_code == 400
    assert diagnostics(answer).startswith("Input 2 cannot be fetched: ")
    assert not ImportJob.objects.exists()


def test_without_a_list_nothing_is_fetched(importer: Importer, settings: Settings) -> None:
    settings.IMPORT_HOSTS = []
    assert importer.ask(("Observation", importer.serve())).status_code == 400


def test_a_listed_name_may_not_lead_into_a_private_network_that_is_not(settings: Settings) -> None:
    settings.IMPORT_HOSTS = ["files.example"]
    assert hosts.may_lead_to("files.example", ["93.184.215.14", "2606:2800:21f::1"])
    for address in (
        "10.1.2.3",
        "127.0.0.1",
        "169.254.169.254",
        "::1",
        "fd00::1",
        "::ffff:10.1.2.3",
    ):
        assert not hosts.may_lead_to("files.example", ["93.184.215.14", address])
    settings.IMPORT_HOSTS = ["files.example", "10.1.0.0/16"]
    assert hosts.may_lead_to("files.example", ["10.1.2.3"])
    assert not hosts.may_lead_to("files.example", ["10.2.0.1"])
