"""Maintenance: while the file lies there, every address says so."""

import io
import json
from typing import Any

import pytest

from qsmartcare.wsgi import application

pytestmark = pytest.mark.django_db


@pytest.fixture
def flag(settings, tmp_path):
    settings.MAINTENANCE_FILE = tmp_path / "maintenance"
    settings.MAINTENANCE_FILE.write_text("25\n")
    return settings.MAINTENANCE_FILE


def get(path: str, method: str = "GET") -> tuple[int, dict[str, str], str]:
    told: list[tuple[str, list[tuple[str, str]]]] = []

    def start(status: str, headers: list[tuple[str, str]], _: object = None) -> Any:
        told.append((status, headers))

    environ = {
        "REQUEST_METHOD": method, "PATH_INFO": path, "SERVER_NAME": "localhost",
        "SERVER_PORT": "80", "HTTP_HOST": "localhost", "wsgi.input": io.BytesIO(),
        "wsgi.url_scheme": "http", "REMOTE_ADDR": "127.0.0.1", "QUERY_STRING": "",
    }  # fmt: skip
    body = b"".join(application(environ, start)).decode()
    [(status, headers)] = told
    return int(status.split()[0]), dict(headers), body


@pytest.mark.parametrize("path", ["/", "/patient/index.html", "/portal/", "/admin/", "/none"])
def test_a_page_says_so_and_how_long(flag, path):
    status, headers, body = get(path)
    assert (status, headers["Retry-After"]) == (503, "1500")
    assert "back in about 25 minutes" in body
    assert "style=" not in body


def test_the_api_answers_an_operation_outcome(flag):
    status, headers, body = get("/R4-patient-api/Patient/1")
    assert (status, headers["Retry-After"]) == (503, "1500")
    assert json.loads(body)["issue"][0]["code"] == "transient"


def test_the_provider_api_answers_a_problem(flag):
    status, headers, body = get("/provider-api/v1/problems/1")
    assert (status, headers["Content-Type"]) == (503, "application/problem+json")
    assert json.loads(body)["type"].endswith("#unavailable")


def test_tokens_are_refused_as_oauth_says(flag):
    _, _, body = get("/R4-patient-api/oauth2/token", "POST")
    assert json.loads(body) == {"error": "temporarily_unavailable"}


def test_the_process_lives_but_is_not_ready(flag):
    assert get("/healthz")[0] == 200
    assert get("/readyz")[0] == 503


@pytest.mark.parametrize("text", ["", "soon", "-3", "0"])
def test_without_a_number_ten_minutes_are_told(flag, text):
    flag.write_text(text)
    assert get("/")[1]["Retry-After"] == "600"


def test_without_the_file_everything_is_back(flag):
    flag.unlink()
    assert get("/")[0] == 200


def test_head_has_no_body(flag):
    assert get("/", "HEAD")[2] == ""
