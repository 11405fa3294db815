"""A bulk client of the tests: kicks off, has the work done, fetches what it brought."""

import json
from collections import Counter
from typing import Any

from django.core.management import call_command
from django.test import Client

from tests.smart.flow import App
from tests.smart.services import ask

HOST = "http://localhost:8000"
BASE = "/R4-patient-api/"
ASYNC = "respond-async"


def work() -> None:
    """What a worker does until nothing waits any more."""
    call_command("work", "--until-idle")


class Exporter:
    def __init__(self, token: str) -> None:
        self.http = Client()
        self.token = token

    @classmethod
    def service(cls, app: App, scope: str = "system/*.rs") -> "Exporter":
        answer = ask(app, scope).json()
        return cls(answer["access_token"])

    def headers(self, **more: str) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}", **more}

    def kick_off(
        self, path: str = "$export", query: Any = None, prefer: str = ASYNC, **more: str
    ) -> Any:
        return self.http.get(BASE + path, query, headers=self.headers(prefer=prefer, **more))

    def post(self, path: str, *parameters: tuple[str, Any], prefer: str = ASYNC) -> Any:
        """``parameters``: name and value; a reference where the value begins with a type."""
        given = [
            {"name": name, **({"valueReference": {"reference": value}} if name == "patient"
                              else {"valueString": value})}
            for name, value in parameters
        ]  # fmt: skip
        body = {"resourceType": "Parameters", "parameter": given}
        return self.http.post(
            BASE + path, json.dumps(body), "application/fhir+json",
            headers=self.headers(prefer=prefer),
        )  # fmt: skip

    def get(self, url: str, **more: str) -> Any:
        return self.http.get(url.removeprefix(HOST), headers=self.headers(**_dashed(more)))

    def delete(self, url: str) -> Any:
        return self.http.delete(url.removeprefix(HOST), headers=self.headers())

    def manifest(self, kicked_off: Any) -> dict[str, Any]:
        assert kicked_off.status_code == 202, kicked_off.content
        work()
        answer = self.get(kicked_off["Content-Location"])
        assert answer.status_code == 200, answer.content
        found: dict[str, Any] = answer.json()
        return found

    def export(self, path: str = "$export", query: Any = None, **more: str) -> "Exported":
        return Exported(self, self.manifest(self.kick_off(path, query, **more)))

    def export_by_post(self, path: str, *parameters: tuple[str, Any], **more: str) -> "Exported":
        return Exported(self, self.manifest(self.post(path, *parameters, **more)))


class Exported:
    def __init__(self, exporter: Exporter, manifest: dict[str, Any]) -> None:
        self.exporter = exporter
        self.manifest = manifest

    def lines(self, kind: str = "output") -> list[dict[str, Any]]:
        found = []
        for file in self.manifest[kind]:
            answer = self.exporter.get(file["url"])
            assert answer.status_code == 200, answer.content
            lines = b"".join(answer.streaming_content).splitlines()
            assert len(lines) == file["count"] or "outputOrganizedBy" in self.manifest
            found += [json.loads(line) for line in lines]
        return found

    def ids(self) -> list[str]:
        """``Type/id`` of all that came, sorted; twice what came twice."""
        return sorted(f"{each['resourceType']}/{each['id']}" for each in self.lines())

    def types(self) -> Counter[str]:
        return Counter(each["resourceType"] for each in self.lines())

    def deleted(self) -> list[str]:
        bundles = self.lines("deleted")
        return sorted(
            entry["request"]["url"]
            for bundle in bundles
            for entry in bundle["entry"]
            if bundle["type"] == "transaction" and entry["request"]["method"] == "DELETE"
        )

    def warnings(self) -> list[str]:
        return [each["issue"][0]["diagnostics"] for each in self.lines("error")]


def _dashed(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
