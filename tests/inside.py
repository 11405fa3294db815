"""Requests of clients that speak HTTP, answered by the product without a server."""

from io import BytesIO
from typing import Any

import requests
from django.test import Client
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse


class Inside(HTTPAdapter):
    """Brings requests to the product without a server, so within the test's transaction."""

    def __init__(self, http: Client) -> None:
        super().__init__()
        self._http = http

    def send(  # type: ignore[override]  # the other arguments are about connections
        self, request: requests.PreparedRequest, **_: Any
    ) -> requests.Response:
        body = request.body or b""
        headers = dict(request.headers)
        media_type = headers.pop("Content-Type", "")
        for name in ("Content-Length", "Accept-Encoding"):
            headers.pop(name, None)
        told = self._http.generic(
            request.method or "",
            request.path_url,
            body.encode() if isinstance(body, str) else body,
            media_type,
            headers=headers,
        )
        raw = HTTPResponse(
            BytesIO(told.content), dict(told.items()), told.status_code, preload_content=False
        )
        return self.build_response(request, raw)
