"""Clients that create all the time, and what of it has to be there afterwards."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
import requests

from tests.running.app import App

SYSTEM = "https://qsmartcare.example/test/fault"
ENTRIES = 5
_CONTENTS = """
SELECT content::jsonb->'identifier'->0->>'value', resource_id FROM fhirapi_content
WHERE resource_type = 'Observation' AND strpos(content, %s) > 0
"""
_SEARCHABLE = "SELECT resource_id FROM fhirapi_searchrow WHERE resource_type = 'Observation'"
_AUDITED = """
SELECT resource_id FROM fhirapi_auditrecord
WHERE action = 'create' AND outcome = 'success' AND resource_type = 'Observation'
"""


def writer(demo: dict[str, Any]) -> App:
    key = next(each for each in demo["access_keys"] if each.get("may_write"))
    app = App(demo, key["access_key_id"], key["secret_access_key"])
    app.sign_in()
    return app


@dataclass
class Load:
    app: App
    name: str
    """Of this load: requests are told apart by it."""
    asked: dict[str, int] = field(default_factory=dict)
    """How many resources each request creates."""
    acknowledged: dict[str, list[str]] = field(default_factory=dict)
    """The ids that each answer of success named."""
    refused: Counter[int] = field(default_factory=Counter)
    unanswered: list[str] = field(default_factory=list)
    read: Counter[int] = field(default_factory=Counter)

    @contextmanager
    def running(self, clients: int = 4) -> Iterator[None]:
        is_over = threading.Event()
        threads = [
            threading.Thread(target=self._write, args=[str(number), is_over])
            for number in range(clients)
        ]
        threads.append(threading.Thread(target=self._read, args=[is_over]))
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            is_over.set()
            for thread in threads:
                thread.join()

    def _write(self, client: str, is_over: threading.Event) -> None:
        session = self._session()
        number = 0
        while not is_over.is_set():
            number += 1
            request = f"{self.name}-{client}-{number}"
            self.asked[request] = 1 if number % 2 else ENTRIES
            try:
                answer = self._send(session, request)
            except requests.RequestException as failure:
                self.unanswered.append(type(failure).__name__)
                continue
            if answer.status_code in (200, 201):
                self.acknowledged[request] = _ids(answer)
            else:
                self.refused[answer.status_code] += 1

    def _read(self, is_over: threading.Event) -> None:
        session = self._session()
        address = f"{self.app.demo['fhir_base_url']}/Patient/{self.app.demo['patients'][0]['id']}"
        while not is_over.is_set():
            try:
                self.read[session.get(address, timeout=60).status_code] += 1
            except requests.RequestException as failure:
                self.unanswered.append(type(failure).__name__)

    def _session(self) -> requests.Session:
        session = requests.Session()
        session.headers["Authorization"] = f"Bearer {self.app.token}"
        return session

    def _send(self, session: requests.Session, request: str) -> requests.Response:
        resource = {
            "resourceType": "Observation",
            "status": "final",
            "identifier": [{"system": SYSTEM, "value": request}],
            "code": {"text": "Count"},
            "subject": {"reference": f"Patient/{self.app.demo['patients'][0]['id']}"},
        }
        base = self.app.demo["fhir_base_url"]
        headers = {"Content-Type": "application/fhir+json"}
        if self.asked[request] == 1:
            return session.post(f"{base}/Observation", json=resource, headers=headers, timeout=60)
        entry = {"resource": resource, "request": {"method": "POST", "url": "Observation"}}
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [entry] * ENTRIES}
        return session.post(f"{base}/", json=bundle, headers=headers, timeout=60)

    def assert_kept(self, database_url: str) -> None:
        """Content, history, search rows and audit records: of each request all, or nothing."""
        assert self.acknowledged, "nothing was written: the test has shown nothing"
        assert set(self.refused) <= {503}, "what cannot be done now is told so"
        with psycopg.connect(database_url) as database:
            stored = database.execute(_CONTENTS, [f'"{self.name}-']).fetchall()
            searchable = {name for (name,) in database.execute(_SEARCHABLE)}
            audited = {name for (name,) in database.execute(_AUDITED)}
        found: dict[str, set[str]] = {request: set() for request in self.asked}
        for request, name in stored:
            found[request].add(name)
        for request, told in self.acknowledged.items():
            assert found[request] == set(told)
        for request, names in found.items():
            assert len(names) in (0, self.asked[request]), "a half of a request"
            assert names <= searchable, "what is stored is found"
            assert names <= audited, "what is stored was recorded"
        self._assert_history()

    def _assert_history(self) -> None:
        [name, *_] = next(reversed(self.acknowledged.values()))
        history = self.app.get(f"Observation/{name}/_history")
        assert history.status_code == 200, history.text
        assert [each["resource"]["meta"]["versionId"] for each in history.json()["entry"]] == ["1"]


def _ids(answer: requests.Response) -> list[str]:
    if answer.status_code == 201:
        return [str(answer.json()["id"])]
    places = [each["response"]["location"] for each in answer.json()["entry"]]
    return [each.split("Observation/")[1].split("/")[0] for each in places]
