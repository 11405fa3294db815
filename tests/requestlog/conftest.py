"""The web server's own entry point with a log, as apps meet it."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import RequestFactory

from fhirapi.requestlog.collector import RequestLog
from fhirapi.requestlog.models import RequestRecord
from qsmartcare.wsgi import Application

BASE = "/R4-patient-api/"


class Server:
    """Answers requests, and shows what was logged of them."""

    def __init__(self) -> None:
        self.log = RequestLog()
        self._application = Application(self.log)

    def get(self, path: str, token: str = "", **headers: str) -> Any:
        headers = {"authorization": f"Bearer {token}", **headers} if token else headers
        path = path if path.startswith("/") else BASE + path
        return self._application.get_response(RequestFactory().get(path, headers=headers))

    def post(self, path: str, headers: Any = None, **form: str) -> Any:
        request = RequestFactory().post(
            BASE + path, urlencode(form), "application/x-www-form-urlencoded", headers=headers
        )
        return self._application.get_response(request)

    def records(self) -> list[RequestRecord]:
        self.log.write_out()
        return list(RequestRecord.objects.order_by("at", "id"))

    def one(self) -> RequestRecord:
        [found] = self.records()
        return found


@pytest.fixture
def server(db: None) -> Server:
    return Server()
