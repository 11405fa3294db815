"""Pages of other origins: the registered ones may call the API, all may read what is public."""

import pytest
from django.test import RequestFactory

from fhirapi.smart.clients import clients, origins
from fhirapi.smart.models import Client
from portal.accounts.models import Account
from qsmartcare.wsgi import Application
from tests import people
from tests.smart.apps import app

pytestmark = pytest.mark.django_db

OURS, OTHER = "https://app.example.com", "https://elsewhere.example"
TOKEN, PATIENT = "/R4-patient-api/oauth2/token", "/R4-patient-api/Patient/1"


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(origins, "_KEPT", -1.0)
    return app(None, Client.Kind.PUBLIC, allowed_origins=(OURS, "http://localhost:9876"))


def call(method: str, path: str, origin: str = "", **headers: str) -> tuple[int, dict[str, str]]:
    """As the web server's entry point answers it: status and headers."""
    named = {"origin": origin, **headers} if origin else headers
    request = RequestFactory().generic(method, path, headers=named)
    response = Application().get_response(request)
    return response.status_code, dict(response.headers)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "path", [TOKEN, PATIENT, "/R4-patient-api/oauth2/revoke", "/R4-patient-api/single/Patient.php"]
)
def test_a_registered_origin_may_read_every_answer(method: str, path: str) -> None:
    _, headers = call(method, path, OURS)
    assert headers["Access-Control-Allow-Origin"] == OURS
    assert "ETag" in headers["Access-Control-Expose-Headers"]
    assert "WWW-Authenticate" in headers["Access-Control-Expose-Headers"]
    assert "Origin" in headers["Vary"]
    assert "Access-Control-Allow-Credentials" not in headers


@pytest.mark.parametrize(
    "origin", [OTHER, "null", f"{OURS}.evil.example", "http://app.example.com"]
)
def test_another_origin_may_not(origin: str) -> None:
    for method in ("GET", "OPTIONS"):
        _, headers = call(method, PATIENT, origin)
        assert "Access-Control-Allow-Origin" not in headers
        assert "Origin" in headers["Vary"]


def test_a_preflight_names_methods_and_headers() -> None:
    status, headers = call("OPTIONS", PATIENT, OURS, **{"access-control-request-method": "GET"})
    assert status == 204
    assert headers["Access-Control-Allow-Origin"] == OURS
    assert {"Authorization", "Content-Type", "If-None-Match", "Prefer"} <= set(
        headers["Access-Control-Allow-Headers"].split(", ")
    )
    assert "POST" in headers["Access-Control-Allow-Methods"]


@pytest.mark.parametrize(
    "path",
    [
        "/R4-patient-api/.well-known/smart-configuration",
        "/R4-patient-api/metadata",
        "/R4-patient-api/oauth2/jwks",
        "/.well-known/oauth-authorization-server/R4-patient-api",
    ],
)
@pytest.mark.parametrize("origin", ["", OTHER, OURS])
def test_public_documents_are_for_all(path: str, origin: str) -> None:
    for method, expected in (("GET", 200), ("OPTIONS", 204)):
        status, headers = call(method, path, origin)
        assert status == expected
        assert headers["Access-Control-Allow-Origin"] == "*"


def test_the_page_of_authorization_is_for_no_other_origin() -> None:
    for method in ("GET", "OPTIONS"):
        _, headers = call(method, "/R4-patient-api/oauth2/authorize", OURS)
        assert "Access-Control-Allow-Origin" not in headers


def test_without_an_origin_nothing_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(origins, "fetch", None)
    assert "Access-Control-Allow-Origin" not in call("GET", PATIENT)[1]


def test_a_disabled_apps_origin_is_closed(registered: Client) -> None:
    administrator: Account = people.account("admin", "Ada", "Admin", is_staff=True)
    clients.disable(registered, by=administrator)
    assert "Access-Control-Allow-Origin" not in call("GET", PATIENT, OURS)[1]
