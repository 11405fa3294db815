"""The API client of the tests: gets tokens as the guide says and reads FHIR with them."""

import json
from typing import Any

from django.test import Client

from fhirapi.smart.models import AccessKey
from fhirapi.smart.people import keys
from fhirapi.store.load import load

TOKEN = "/R4-patient-api/oauth2/token.php"
BASE = "/R4-patient-api/"


class Api:
    def __init__(self) -> None:
        self.http = Client()

    def has(self, *resources: dict[str, Any]) -> None:
        load(resources)

    def ask_token(self, **fields: str) -> Any:
        return self.http.post(TOKEN, fields)

    def exchange(self, key: AccessKey, secret: str | None = None) -> Any:
        return self.ask_token(
            grant_type="authorization_code",
            Client_ID=key.access_key_id,
            Client_secret=secret or keys.reveal_secret(key),
        )

    def as_(self, key: AccessKey) -> "Session":
        return Session(self.http, self.exchange(key).json())


class Session:
    """Requests with one access token."""

    def __init__(self, http: Client, answer: dict[str, Any]) -> None:
        self.http = http
        self.answer = answer
        self.token: str = answer["access_token"]

    def get(self, path: str, query: Any = None, **headers: str) -> Any:
        path = path if path.startswith("/") else BASE + path
        headers = {"authorization": f"Bearer {self.token}", **headers}
        return self.http.get(path, query, headers=headers)

    def send(
        self,
        method: str,
        path: str,
        body: Any = b"",
        content_type: str = "application/fhir+json",
        **headers: str,
    ) -> Any:
        """A body that is neither bytes nor text is written as JSON; header names with _ for -."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        data = body if isinstance(body, bytes | str) else json.dumps(body)
        return self.http.generic(
            method, BASE + path, data, content_type,
            headers={"authorization": f"Bearer {self.token}", **given},
        )  # fmt: skip

    def post(self, path: str, form: Any) -> Any:
        return self.http.post(BASE + path, form, headers={"authorization": f"Bearer {self.token}"})


def ids(response: Any) -> list[str]:
    """The matches of a Bundle, in its order."""
    return [
        entry["resource"]["id"]
        for entry in response.json().get("entry", [])
        if entry["search"]["mode"] == "match"
    ]


def diagnostics(response: Any) -> str:
    outcome = response.json()
    assert outcome["resourceType"] == "OperationOutcome"
    return str(outcome["issue"][0]["diagnostics"])
