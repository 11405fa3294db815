"""The log names routes, never the addresses that people and apps asked for."""

import io
import logging
from collections.abc import Callable, Iterator

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client, RequestFactory

from portal.accounts import recovery
from qsmartcare.wsgi import Application

SECRET = "Rebecca-142859"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the configured handler writes."""
    handler = next(each for each in logging.getLogger().handlers if each.name == "stderr")
    assert isinstance(handler, logging.StreamHandler)
    written = io.StringIO()
    before = handler.setStream(written)
    yield written
    handler.setStream(before)


def break_(*args: object, **kwargs: object) -> None:
    raise RuntimeError("broken on purpose")


def test_a_dead_link_of_a_letter_is_logged_without_its_token(
    client: Client, db: None, log: io.StringIO
) -> None:
    assert client.get(f"/recover/{SECRET}/?next={SECRET}").status_code == 410
    assert "Gone: /recover/<str:token>/" in log.getvalue()
    assert SECRET not in log.getvalue()


def test_an_unknown_address_is_not_repeated(client: Client, db: None, log: io.StringIO) -> None:
    assert client.get(f"/{SECRET}\n/?name={SECRET}").status_code == 404
    assert "Not Found: unknown address" in log.getvalue()
    assert SECRET not in log.getvalue()


def test_a_patients_id_in_an_apps_address_is_not_repeated(
    client: Client, db: None, log: io.StringIO
) -> None:
    assert client.get(f"/R4-patient-api/Patient/{SECRET}").status_code == 401
    assert "/R4-patient-api/<fhirtype:resource_type>/<fhirid:resource_id>" in log.getvalue()
    assert SECRET not in log.getvalue()


def test_the_rest_of_a_line_stays(client: Client, db: None, log: io.StringIO) -> None:
    assert client.get("/portal/api/patients/").status_code == 405
    assert "Method Not Allowed (GET): /portal/api/patients/" in log.getvalue()


def test_an_error_keeps_its_traceback_but_not_the_token(
    db: None, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery, "recovery_for", break_)
    browser = Client(raise_request_exception=False)
    assert browser.get(f"/recover/{SECRET}/").status_code == 500
    written = log.getvalue()
    assert "Internal Server Error: /recover/<str:token>/" in written
    assert "Traceback" in written
    assert "broken on purpose" in written
    assert SECRET not in written


@pytest.mark.parametrize(
    "address",
    [f"/R4-patient-api/Patient/{SECRET}", f"/R4-patient-api/single/Patient.php?id={SECRET}"],
)
def test_a_refused_request_of_an_app_leaves_no_line(
    db: None, log: io.StringIO, address: str
) -> None:
    request = RequestFactory().get(address)
    environ = {**request.environ, "HTTP_HOST": "localhost", "HTTP_AUTHORIZATION": "Bearer none"}
    statuses: list[str] = []

    def start(status: str, headers: object, *more: object) -> Callable[[bytes], object]:
        statuses.append(status)
        return print

    Application()(environ, start)
    assert statuses[0].startswith("40")
    assert log.getvalue() == ""


@pytest.mark.parametrize(("level", "is_told"), [(logging.WARNING, False), (logging.ERROR, True)])
def test_a_refusal_is_no_traceback_and_what_broke_is(
    log: io.StringIO, level: int, is_told: bool
) -> None:
    """As Django logs PermissionDenied, and what nobody foresaw."""
    request = RequestFactory().get("/portal/")
    logging.getLogger("django.request").log(
        level,
        "Forbidden: %s",
        request.path,
        exc_info=PermissionDenied(),
        extra={"request": request},
    )
    assert "Forbidden: " in log.getvalue()
    assert ("PermissionDenied" in log.getvalue()) is is_told
