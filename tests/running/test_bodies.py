"""A body that comes in chunks is read like any other. RFC 9112 section 7.1"""

import json
from collections.abc import Iterator
from typing import Any

import requests

_METADATA = {
    "client_name": "Chunked", "redirect_uris": ["https://app.example/callback"],
    "token_endpoint_auth_method": "none", "scope": "launch/patient patient/*.rs",
}  # fmt: skip


def in_chunks(body: bytes) -> Iterator[bytes]:
    """What requests sends without Content-Length."""
    for begin in range(0, len(body), 50):
        yield body[begin : begin + 50]


def test_an_app_registers_itself_in_chunks(running: dict[str, Any]) -> None:
    body = json.dumps(_METADATA).encode()
    address = f"{running['fhir_base_url']}/oauth2/register"
    response = requests.post(address, in_chunks(body), timeout=10)
    assert response.status_code == 201, response.text
    assert response.json()["client_name"] == "Chunked"


def test_a_form_comes_in_chunks(running: dict[str, Any]) -> None:
    response = requests.post(
        f"{running['fhir_base_url']}/oauth2/token",
        in_chunks(b"grant_type=nonsense"),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        timeout=10,
    )
    assert response.json()["error"] == "unsupported_grant_type"


def test_what_is_too_large_is_not_read_to_its_end(running: dict[str, Any]) -> None:
    address = f"{running['fhir_base_url']}/oauth2/register"
    response = requests.post(address, in_chunks(b" " * 100_000), timeout=10)
    assert response.status_code == 413
