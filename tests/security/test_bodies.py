"""Bodies that are too large, too deep, too many or never come: refused, at little cost."""

import gzip
import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from tests.security.attacker import DOOR, TOKEN, Attacker

FHIR = "/R4-patient-api/"
LARGE = 6_000_000
FORM = "application/x-www-form-urlencoded"
RESOURCE = "application/fhir+json"


@pytest.mark.parametrize(
    ("path", "sent_as", "answered_as"),
    [
        (TOKEN, FORM, "application/json"),
        (f"{TOKEN}.php", FORM, "application/json"),
        (f"{FHIR}oauth2/introspect", FORM, "application/json"),
        (f"{FHIR}oauth2/register", "application/json", "application/json"),
        (f"{FHIR}Patient/_search", FORM, RESOURCE),
        (f"{FHIR}Patient", RESOURCE, RESOURCE),
        ("/provider-api/v1/patients", "application/json", "application/problem+json"),
        (DOOR, FORM, "text/plain"),
    ],
)
@pytest.mark.parametrize("in_chunks", [False, True])
def test_what_is_too_large_is_a_413_in_the_kind_of_the_address(
    attacker: Attacker, path: str, sent_as: str, answered_as: str, in_chunks: bool
) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(LARGE // 10_000):
            yield b"a" * 10_000

    body = chunks() if in_chunks else b"a" * LARGE
    headers = {**attacker.token("Demo: reads and writes"), "Content-Type": sent_as}
    answer = attacker.ask("POST", path, data=body, headers=headers)
    assert answer.status_code == 413
    assert answer.headers["Content-Type"].startswith(answered_as)


@pytest.mark.parametrize("address", [f"{FHIR}Patient", f"{FHIR}Patient/$validate", FHIR])
@pytest.mark.parametrize(
    "bomb",
    [
        "[" * 200_000,
        '{"a":' * 100_000,
        '{"resourceType":"Patient","a":' + "[" * 900 + "]" * 900 + "}",
    ],
)
def test_json_that_is_too_deep_is_an_error_of_the_sender(
    attacker: Attacker, address: str, bomb: str
) -> None:
    headers = {**attacker.token("Demo: reads and writes"), "Content-Type": RESOURCE}
    answer = attacker.ask("POST", address, data=bomb, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["resourceType"] == "OperationOutcome"


def test_a_patch_cannot_double_itself(attacker: Attacker) -> None:
    first = {"op": "add", "path": "/contained", "value": [{"resourceType": "Basic", "id": "a"}]}
    again = {"op": "copy", "from": "/contained", "path": "/contained/-"}
    answer = attacker.ask(
        "PATCH",
        f"{FHIR}Patient/142859",
        data=json.dumps([first, *[again] * 40]),
        headers={
            **attacker.token("Demo: reads and writes"),
            "Content-Type": "application/json-patch+json",
        },
    )
    assert answer.status_code == 422


@pytest.mark.parametrize("path", [f"{FHIR}Patient", TOKEN])
def test_nothing_that_is_sent_is_unpacked(attacker: Attacker, path: str) -> None:
    headers = {
        **attacker.token("Demo: reads and writes"),
        "Content-Type": RESOURCE if path != TOKEN else FORM,
        "Content-Encoding": "gzip",
    }
    packed = gzip.compress(b" " * 1_000_000)
    assert attacker.ask("POST", path, data=packed, headers=headers).status_code in (400, 415)


def test_xml_is_not_read(attacker: Attacker) -> None:
    entities = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><Patient>&b;</Patient>'
    headers = {
        **attacker.token("Demo: reads and writes"),
        "Content-Type": "application/fhir+xml",
    }
    answer = attacker.ask("POST", f"{FHIR}Patient", data=entities, headers=headers)
    assert answer.status_code == 415


@pytest.mark.parametrize("path", [TOKEN, f"{TOKEN}.php"])
@pytest.mark.parametrize("as_files", [True, False])
def test_a_form_has_so_many_fields_and_files(attacker: Attacker, path: str, as_files: bool) -> None:
    parts = {f"f{each}": (f"f{each}" if as_files else None, "x") for each in range(1_100)}
    answer = attacker.ask("POST", path, files=parts)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize(
    "query",
    [
        "code=" + ",".join(f"c{each}" for each in range(1_001)),
        "&".join(f"code=c{each}" for each in range(31)),
        "&".join(f"a{each}=b" for each in range(1_100)),
        "_revinclude=*" + "&_revinclude=*" * 40,
    ],
)
def test_a_query_has_its_limits(attacker: Attacker, query: str) -> None:
    answer = attacker.get(f"{FHIR}Observation?{query}", headers=attacker.token())
    assert answer.status_code == 400
    assert answer.json()["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", b"414"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nA: " + b"a" * 600_000 + b"\r\n\r\n", b"431"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"A: b\r\n" * 500 + b"\r\n", b"431"),
    ],
)  # fmt: skip
def test_addresses_and_headers_have_their_limits(
    attacker: Attacker, request_: bytes, status: bytes
) -> None:
    assert attacker.raw(request_).split(b" ")[1] == status


@contextmanager
def unfinished(attacker: Attacker, address: str, number: int) -> Iterator[None]:
    """Connections that send one byte of a form and then nothing."""
    with ExitStack() as stack:
        for _ in range(number):
            connection = stack.enter_context(
                socket.create_connection(("127.0.0.1", attacker.target.port))
            )
            connection.sendall(
                f"POST {TOKEN} HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: {address}\r\n"
                f"Content-Type: {FORM}\r\nContent-Length: 1000\r\n\r\na".encode()
            )
        yield


def test_senders_who_never_finish_stop_neither_reads_nor_what_others_send(
    attacker: Attacker, other: Attacker
) -> None:
    """Forty from one address; two processes of eight threads each."""
    token = attacker.token()
    with unfinished(attacker, attacker.address, 40):
        for _ in range(10):
            assert other.get(f"{FHIR}Patient/142859", headers=token).status_code == 200
            assert other.token()


def test_however_many_they_are_reads_go_on(attacker: Attacker, other: Attacker) -> None:
    token = attacker.token()
    with ExitStack() as stack:
        for number in range(20):
            stack.enter_context(unfinished(attacker, f"192.0.2.{100 + number}", 3))
        for _ in range(10):
            assert other.get(f"{FHIR}Patient/142859", headers=token).status_code == 200


def test_half_a_body_is_not_acted_on(attacker: Attacker) -> None:
    key = attacker.demo["access_keys"][0]
    form = (
        "grant_type=authorization_code"
        f"&client_id={key['access_key_id']}&client_secret={key['secret_access_key']}"
    )
    request = (
        f"POST {TOKEN} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {FORM}\r\n"
        f"Content-Length: {len(form) + 10}\r\n\r\n{form}"
    ).encode()
    with socket.create_connection(("127.0.0.1", attacker.target.port), timeout=30) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        assert b"access_token" not in connection.recv(65536)


@pytest.mark.parametrize(
    ("before", "media_type"),
    [
        ("/admin/r/", "text/plain"),
        (FHIR, RESOURCE),
        (f"{FHIR}oauth2/", "application/json"),
        ("/provider-api/v1/", "application/problem+json"),
    ],
)
def test_a_path_is_not_looked_through_if_it_is_longer_than_any(
    attacker: Attacker, before: str, media_type: str
) -> None:
    """Of Django's own routes one takes seconds for sixty thousand characters."""
    answer = attacker.get(before + "r/" * 25_000 + "%01")
    assert answer.status_code == 414
    assert answer.headers["Content-Type"].startswith(media_type)
