"""The web server's own entry point: what comes before Django is met there, and only there."""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import orjson
from django.core.signals import request_started
from django.db import close_old_connections
from django.test import RequestFactory

from qsmartcare.wsgi import Application

FORM = "application/x-www-form-urlencoded"


@dataclass
class Answer:
    status_code: int
    headers: dict[str, str]
    content: bytes

    def json(self) -> Any:
        return orjson.loads(self.content)


class Door:
    """Posts forms to the entry point, as ``django.test.Client`` does to the views."""

    def __init__(self, application: Application | None = None) -> None:
        self._application = application or Application()

    def post(self, path: str, fields: Any, headers: dict[str, str] | None = None) -> Answer:
        """``fields``: a form, or its text as it is to be sent."""
        body = fields if isinstance(fields, str) else urlencode(fields)
        environ = RequestFactory().post(path, body, FORM, headers=headers).environ
        return self.answer({**environ, "wsgi.input": BytesIO(body.encode())})

    def answer(self, environ: dict[str, Any]) -> Answer:
        told: list[tuple[str, list[tuple[str, str]]]] = []

        def start(
            status: str, headers: list[tuple[str, str]], *more: Any
        ) -> Callable[[bytes], object]:
            told.append((status, headers))
            return print

        request_started.disconnect(close_old_connections)  # the test's transaction is on it
        try:
            content = b"".join(self._application(environ, start))
        finally:
            request_started.connect(close_old_connections)
        [(status, headers)] = told
        return Answer(int(status.split()[0]), dict(headers), content)
