"""The provider API in tests: JSON with a token, as a partner's server would send it."""

import json
from typing import Any
from urllib.parse import urlsplit

from tests.api import Api
from tests.people import Person, writing_key

BASE = "/provider-api/v1/"


class Partner:
    """Requests with one access token."""

    def __init__(self, api: Api, token: str) -> None:
        self.http, self.token = api.http, token

    def get(self, path: str, query: Any = None, **headers: str) -> Any:
        return self.http.get(_url(path), query, headers=self._headers(headers))

    def send(self, method: str, path: str, told: Any, **headers: str) -> Any:
        """``told``: a Python value, or the bytes of the body."""
        merge = "application/merge-patch+json" if method == "PATCH" else "application/json"
        media_type = headers.pop("content_type", merge)
        content = told if isinstance(told, bytes) else json.dumps(told).encode()
        return self.http.generic(
            method, _url(path), content, media_type, headers=self._headers(headers)
        )

    def post(self, path: str, told: Any, **headers: str) -> Any:
        return self.send("POST", path, told, **headers)

    def put(self, path: str, told: Any, version: str | None, **headers: str) -> Any:
        return self.send("PUT", path, told, **_match(version), **headers)

    def patch(self, path: str, told: Any, version: str | None, **headers: str) -> Any:
        return self.send("PATCH", path, told, **_match(version), **headers)

    def delete(self, path: str, version: str | None = None) -> Any:
        return self.http.delete(_url(path), headers=self._headers(_match(version)))

    def upload(self, form: Any, **headers: str) -> Any:
        return self.http.post(_url("documents/upload"), form, headers=self._headers(headers))

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        named = {name.replace("_", "-"): value for name, value in more.items()}
        return {"authorization": f"Bearer {self.token}", **named}


def _url(path: str) -> str:
    if path.startswith("http"):
        parts = urlsplit(path)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path
    return path if path.startswith("/") else BASE + path


def _match(version: str | None) -> dict[str, str]:
    return {} if version is None else {"if_match": f'"{version}"'}


def partner(api: Api, person: Person, **kwargs: Any) -> Partner:
    return Partner(api, api.as_(writing_key(person, **kwargs)).token)


def problem(response: Any) -> tuple[int, str]:
    """Status and name of a problem, whose form is held here."""
    assert response["Content-Type"] == "application/problem+json", response.content
    told = response.json()
    assert told["status"] == response.status_code
    assert told["title"]
    assert told["detail"]
    address, _, name = told["type"].partition("#")
    assert address.endswith("/provider-api/v1/problem-types")
    return response.status_code, name


def fields(response: Any) -> list[str]:
    return [each["field"] for each in response.json()["errors"]]


def problem_of(patient_id: str = "142859", **more: Any) -> dict[str, Any]:
    """A record of the kind ``problems``."""
    code = {"code": "38341003", "system": "snomed", "display": "Hypertension"}
    return {"patient_id": patient_id, "code": code, "onset_date": "2020-05-01", **more}
