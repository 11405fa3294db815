"""A partner who imports for Dr. Grey, and where the files are."""

import gc
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django import Settings

from fhirapi.bulk.importing.models import ImportJob
from tests import people
from tests.api import BASE, Api, Session
from tests.bulk.importing.files import Files, serving
from tests.people import Person

SOURCE = "https://practice.example/fhir"
_ASYNC = {"Prefer": "respond-async"}


class Importer:
    """An app that may write, and what it asks."""

    def __init__(self, session: Session, files: Files) -> None:
        self.session, self.files = session, files
        self._number = 0

    def serve(self, *resources: Any) -> str:
        """The address of a file with these; what is no object, as it is."""
        self._number += 1
        return self.files.put(f"/{self._number}.ndjson", ndjson(*resources))

    def ask(self, *inputs: tuple[str, str], **changes: Any) -> Any:
        manifest = {
            "inputFormat": "application/fhir+ndjson",
            "inputSource": SOURCE,
            "storageDetail": {"type": "https"},
            "input": [{"type": kind, "url": url} for kind, url in inputs],
            **changes,
        }
        return self.send(manifest)

    def send(self, manifest: Any, **headers: str) -> Any:
        return self.session.send("POST", "$import", manifest, **{**_ASYNC, **headers})

    def status(self, address: str) -> Any:
        return self.session.get(f"{BASE}{address.partition(BASE)[2]}")

    def import_(self, *inputs: tuple[str, str], **changes: Any) -> dict[str, Any]:
        """The manifest of what has become of these files."""
        begun = self.ask(*inputs, **changes)
        assert begun.status_code == 202, begun.content
        work()
        told = self.status(begun["Content-Location"])
        assert told.status_code == 200, told.content
        found: dict[str, Any] = told.json()
        return found

    def import_resources(self, *resources: dict[str, Any]) -> dict[str, Any]:
        """A file for each type, in the order in which the types come."""
        by_type: dict[str, list[dict[str, Any]]] = {}
        for each in resources:
            by_type.setdefault(each["resourceType"], []).append(each)
        return self.import_(*((kind, self.serve(*some)) for kind, some in by_type.items()))

    def rejects(self, manifest: dict[str, Any], number: int = 0) -> list[dict[str, Any]]:
        """The OperationOutcomes of one of its error files."""
        answer = self.status(manifest["error"][number]["url"])
        assert answer.status_code == 200
        return [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]


def ndjson(*resources: Any) -> bytes:
    lines = [each if isinstance(each, bytes) else json.dumps(each).encode() for each in resources]
    return b"".join(line + b"\n" for line in lines)


def work() -> None:
    """A worker until nothing is left to do."""
    call_command("work", until_idle=True)
    gc.collect()  # the connections of threads that have ended


def counts(manifest: dict[str, Any]) -> list[dict[str, int]]:
    """Of each input, what is not zero."""
    names = ("stored", "replaced", "unchanged", "rejected", "dangling")
    return [
        {name: each["extension"][name] for name in names if each["extension"][name]}
        for each in manifest["output"]
    ]


def only_job() -> ImportJob:
    return ImportJob.objects.get()


@pytest.fixture
def files(settings: Settings) -> Iterator[Files]:
    with serving() as served:
        settings.IMPORT_HOSTS = [served.host]
        yield served


@pytest.fixture
def importer(api: Api, dr_grey: Person, files: Files) -> Importer:
    return importer_of(api, dr_grey, files)


def importer_of(
    api: Api, person: Person, files: Files, scope: str = "user/*.cruds", patients: Any = None
) -> Importer:
    key = people.writing_key(person, scope, patients or ["142859", "142860"])
    return Importer(api.as_(key), files)
