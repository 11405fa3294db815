"""The Postman collection as it is downloaded, run by Postman's own runtime: tokens included."""

import json
from pathlib import Path
from typing import Any

import pytest
import requests

from tests import postman

TYPES = ("Patient", "Observation", "Condition", "Encounter", "DocumentReference", "Practitioner")


@pytest.fixture(scope="module")
def downloaded(running: dict[str, Any]) -> tuple[Any, Any]:
    base = f"{running['base_url']}/downloads/qsmartcare.postman_"
    collection, environment = (
        requests.get(f"{base}{name}.json", timeout=30).json()
        for name in ("collection", "environment")
    )
    return collection, environment


def filled(environment: Any, **values: str) -> Any:
    known = {each["key"] for each in environment["values"]}
    assert set(values) <= known
    rows = [{**each, "value": values.get(each["key"], each["value"])}
            for each in environment["values"]]  # fmt: skip
    return {**environment, "values": rows}


def folders(collection: Any) -> list[str]:
    return [each["name"] for each in collection["item"]]


def test_an_access_key_opens_every_folder(
    running: dict[str, Any], downloaded: tuple[Any, Any], tmp_path: Path
) -> None:
    collection, environment = downloaded
    key = next(each for each in running["access_keys"] if each["label"] == "Demo")
    mine = filled(
        environment, client_id=key["access_key_id"], client_secret=key["secret_access_key"]
    )
    found = postman.run(tmp_path, collection, mine, "1 Token by access key", "2 Next token", *TYPES)
    assert found["failures"] == []
    assert found["environment"]["patient_id"] == "142859"
    sent = dict(found["requests"])
    begun = {name: status for name, status in sent.items() if name.startswith("Export ")}
    assert set(begun.values()) == {202}
    assert {status for name, status in sent.items() if name not in begun} == {200}
    for name in TYPES:
        assert f"Search {name}" in sent
        assert f"Read {name}" in sent
    assert {"Patient $everything", "DocumentReference $docref", "Validate Patient"} < set(sent)


def test_a_service_signs_and_exports(
    running: dict[str, Any], downloaded: tuple[Any, Any], tmp_path: Path
) -> None:
    collection, environment = downloaded
    service = running["clients"]["backend-service"]
    mine = filled(
        environment,
        backend_client_id=service["client_id"],
        backend_private_jwk=_text(service["private_jwk"]),
    )
    found = postman.run(tmp_path, collection, mine, "4 Backend service", "System")
    assert found["failures"] == []
    assert found["requests"] == [
        ["Get a token for a service", 200],
        ["CapabilityStatement", 200],
        ["Export $export", 202],
    ]


def test_a_wrong_key_fails_and_stores_nothing(downloaded: tuple[Any, Any], tmp_path: Path) -> None:
    collection, environment = downloaded
    wrong = filled(environment, client_id="0" * 16, client_secret="wrong")
    found = postman.run(tmp_path, collection, wrong, "1 Token by access key")
    assert len(found["failures"]) == 1
    assert found["environment"]["access_token"] == ""


def _text(jwk: Any) -> str:
    return jwk if isinstance(jwk, str) else json.dumps(jwk)
