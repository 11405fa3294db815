"""Files that come over https, from a server whose certificate the test's own authority issued."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from fhirapi.smart.clients import fetch
from tests import people
from tests.api import diagnostics
from tests.bulk.importing.conftest import Importer, counts, ndjson, work
from tests.smart.jwks import Publisher, self_signed, serve

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return self_signed(tmp_path)


@pytest.fixture
def secure(certificate: Path, settings: Settings) -> Iterator[Publisher]:
    made, server = serve(certificate)
    made.body = ndjson(people.observation("o1", "142859"))
    port = server.server_address[1]
    settings.IMPORT_HOSTS = [f"localhost:{port}", f"127.0.0.1:{port}"]
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As an operator has it: OpenSSL's own variable."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    fetch._tls.cache_clear()
    yield
    fetch._tls.cache_clear()


def problem(importer: Importer, url: str) -> str:
    begun = importer.ask(("Observation", url))
    work()
    answer = importer.status(begun["Content-Location"])
    assert answer.status_code == 500
    return diagnostics(answer)


def test_a_server_that_the_operator_trusts_is_asked(
    importer: Importer, secure: Publisher, trusted: None
) -> None:
    assert counts(importer.import_(("Observation", secure.url))) == [{"stored": 1}]


def test_one_that_nobody_vouches_for_is_not(importer: Importer, secure: Publisher) -> None:
    assert problem(importer, secure.url) == (
        "The import failed. Input 1 (Observation): The server's TLS certificate was issued by "
        "nobody whom this server trusts."
    )
    assert secure.asked == 0


def test_nor_one_with_the_certificate_of_another(
    importer: Importer, secure: Publisher, trusted: None
) -> None:
    elsewhere = secure.url.replace("localhost", "127.0.0.1")
    assert "is not of this address" in problem(importer, elsewhere)
    assert secure.asked == 0
