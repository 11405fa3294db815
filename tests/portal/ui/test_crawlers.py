"""What browsers and crawlers ask of every host: which pages may be indexed, and a picture."""

from urllib.robotparser import RobotFileParser

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def rules(client: Client) -> RobotFileParser:
    response = client.get("/robots.txt")
    assert (response.status_code, response["Content-Type"]) == (200, "text/plain; charset=utf-8")
    lines = response.content.decode().splitlines()
    # Python's reader takes the first rule that fits, RFC 9309 2.2.2 the longest.
    lines[1:] = sorted(lines[1:], key=lambda line: -len(line.partition(": ")[2]))
    parser = RobotFileParser()
    parser.parse(lines)
    return parser


@pytest.mark.parametrize("path", ["/api-documentation.html", "/static/css/base.css"])
def test_documentation_may_be_indexed(rules: RobotFileParser, path: str) -> None:
    assert rules.can_fetch("anybot", path)


@pytest.mark.parametrize(
    "path",
    [
        "/patient/index.html", "/app/registration.html", "/app/confirm/token/", "/portal/",
        "/admin/", "/R4-patient-api/metadata", "/demo/outbox/",
    ],
)  # fmt: skip
def test_pages_of_people_may_not(rules: RobotFileParser, path: str) -> None:
    assert not rules.can_fetch("anybot", path)


def test_the_picture_is_the_one_that_pages_name(client: Client) -> None:
    response = client.get("/favicon.ico")
    assert (response.status_code, response["Content-Type"]) == (200, "image/svg+xml")
    assert response.content.startswith(b'<svg xmlns="http://www.w3.org/2000/svg"')
    assert "max-age=86400" in response["Cache-Control"]


@pytest.mark.parametrize("address", ["/robots.txt", "/favicon.ico"])
def test_they_are_only_asked_for(client: Client, address: str) -> None:
    assert client.post(address).status_code == 405
    assert client.head(address).status_code == 200
